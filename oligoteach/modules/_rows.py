"""The explorer whose figure is rows of words with points and intervals."""

from __future__ import annotations

from typing import Any

from oligoteach.widgets import Explorer


class RowsExplorer(Explorer):
    """An explorer whose figure is rows with points and intervals: a subclass names the rows."""

    def rows(self, result: Any) -> tuple[Any, Any]:
        """Return the blocks to show, and their scale."""
        raise NotImplementedError

    def draw(self, figure: Any, result: Any) -> Any:
        """Draw the rows."""
        from oligoteach.charts.interval_rows import IntervalRows

        chart = IntervalRows(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: Any) -> None:
        """Show other rows."""
        artists.show(*self.rows(result))
