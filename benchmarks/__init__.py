"""Measurements that say how the course feels: always as ratios to a baseline in the same run."""
