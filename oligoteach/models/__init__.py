"""What follows from what is known: pure functions on numbers and numpy arrays.

No module here reads a file, draws, keeps state or rolls dice of its own. A result says when
it lies outside what its formula covers; invalid input raises ``ValueError`` with a sentence.

Modules
-------
classification
    Stage, state, staging work-up and entry rules of one patient; gathers the names of
    ``patient``, ``stage``, ``states`` and ``entry``.
curves
    Survival curves through a published median, or a median and a landmark.
intervals
    What a printed confidence interval implies, and whether its p value fits.
detection
    How a lesion limit and imperfect imaging decide who is called oligometastatic.
"""
