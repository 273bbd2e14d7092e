"""
SQL in, frames of counts and sums out. Every frame has a stated grain and its columns even when empty.

No rates here: Python divides, once, in `metrics` (decision 0003).
"""
