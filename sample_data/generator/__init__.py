"""
Writes a made-up company's exports from a seed, byte for byte the same everywhere.

Only `random.Random.random()` and plain arithmetic are used: the other methods of
`random` and the functions of `math` may differ between Python versions or
machines in the last digit, and one digit is enough to change a file.
"""
