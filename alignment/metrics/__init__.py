"""
Answers: what a screen shows, and the pure functions that make it from counts.

The dataclasses here are what `figures`, `wording`, `insights` and the pages read.
Rates are made here and nowhere else. A rate without a denominator is a
`NotEnoughData` with its reason, never 0.
"""
