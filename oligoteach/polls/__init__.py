"""Live polls: a lecturer asks, phones answer by one plain form, the room sees the distribution.

``ballots`` makes questions of the lessons' own, ``store`` keeps rooms and votes in a database,
``room`` joins the two and tells who listens, ``limits`` slows down who guesses, and ``web`` answers
browsers. Nothing here has a kernel, and nothing is imported unless a lecture is served.
"""
