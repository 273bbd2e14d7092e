"""Every row that a tool ever showed, with the moment from which it showed it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator


class Book:
    """
    Rows by file, each with key and moment of recording; a later row of the same key replaces the earlier.

    An export holds, for each key touched after the previous export, the row as
    it stood at the moment of the export.
    """

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[int, str, tuple[str, ...]]]] = defaultdict(list)

    def add(self, file: str, key: str, recorded: int, row: tuple[str, ...]) -> None:
        self._rows[file].append((recorded, key, row))

    def seal(self) -> None:
        """Sort by moment; rows of one moment keep the order in which they were added."""
        for rows in self._rows.values():
            rows.sort(key=lambda entry: entry[0])

    def between(self, file: str, after: int | None, until: int) -> list[tuple[str, ...]]:
        """Rows recorded in (after, until], the last of each key, in order of keys; `after` None: ever."""
        rows = self._rows.get(file, [])
        moments = [entry[0] for entry in rows]
        first = 0 if after is None else bisect_right(moments, after)
        latest = {key: row for _, key, row in rows[first : bisect_right(moments, until)]}
        return [latest[key] for key in sorted(latest)]

    def files(self) -> Iterator[str]:
        yield from sorted(self._rows)
