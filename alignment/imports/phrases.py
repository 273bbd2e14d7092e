"""Small parts of sentences for notes and refusals."""


def counted(n: int, noun: str) -> str:
    """'1 row', '8,800 rows'."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
