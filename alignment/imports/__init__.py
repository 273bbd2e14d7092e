"""Bytes to checked rows, pure: nothing here writes, and a bad row is data, not an exception."""
