"""
Values of a file by column, of which little is in memory: what a column has more than a few thousand rows
of lies in a temporary file until somebody goes through it.

The file has no name that anybody could open, so that it is gone with the last column that lies in it,
however the program ends.
"""

import json
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile, gettempdir
from threading import Lock
from typing import IO, Any, Generic, NamedTuple, TypeVar, overload

from alignment.errors import UnreadableFile

T = TypeVar("T")

ROWS_AT_ONCE = 10_000
"""So many values of a column are put aside, and taken back, together."""
_IN_MEMORY = 4_000_000
"""Bytes that are not worth a file."""
_AS_THEY_ARE = frozenset((str, int, bool, float))
_AS_TEXT: dict[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    datetime: (datetime.isoformat, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    Decimal: (str, Decimal),
}
"""Values that JSON does not know, as text and back."""


class Place(NamedTuple):
    """Where a run of bytes lies on a shelf, and what they are of; None for what JSON knows."""

    start: int
    size: int
    of: type | None


class Shelf:
    """Where the columns of one table are put aside, one behind the other. Any thread may look."""

    in_memory_only = False
    """Of a process that may open no file."""

    def __init__(self, content: bytes = b"") -> None:
        self._file: IO[bytes] = BytesIO()
        self._lock = Lock()
        self._size = 0
        self.put(content)

    def put(self, data: bytes) -> tuple[int, int]:
        """
        Where it begins, and how long it is.

        Raises:
            UnreadableFile: There is no room for it.
        """
        with self._lock:
            start, self._size = self._size, self._size + len(data)
            try:
                if start <= _IN_MEMORY < self._size and not self.in_memory_only:
                    self._go_to_disk()
                self._file.seek(start)
                self._file.write(data)
                self._file.flush()
            except OSError as error:
                raise UnreadableFile(
                    "The rows of a large file wait in the folder for temporary files "
                    f"({gettempdir()}), and that failed: {error.strerror}. Nothing was stored. Make room "
                    "there for three times the file, or set TMPDIR to a folder that has it, and import again."
                ) from error
        return start, len(data)

    def get(self, start: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(start)
            return self._file.read(size)

    def _go_to_disk(self) -> None:
        file = TemporaryFile()  # noqa: SIM115 - closed, and thereby removed, when nobody has the shelf
        weakref.finalize(self, file.close)
        self._file.seek(0)
        file.write(self._file.read())
        self._file = file

    def __reduce__(self) -> tuple[type["Shelf"], tuple[bytes]]:
        """A cache of checked files keeps them as bytes."""
        return Shelf, (self.get(0, self._size),)


class Column(Sequence[T]):
    """
    A list that can be read, written and added to, but not cut. Meant to be gone through from one end to
    the other, alone or beside others; a look at one value takes back the thousands around it.
    """

    __slots__ = ("_aside", "_changed", "_near", "_shelf", "_tail", "_words")

    def __init__(self, values: Iterable[T] = (), *, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or Shelf()
        self._aside: list[Place] = []
        self._words = _Words()
        self._tail: list[T] = []
        self._near: tuple[int, list[T]] | None = None
        self._changed = False
        self.extend(values)

    def extend(self, values: Iterable[T]) -> None:
        more = iter(values)
        while part := list(islice(more, ROWS_AT_ONCE - len(self._tail))):
            self._tail += part
            if len(self._tail) == ROWS_AT_ONCE:
                self._aside.append(self._put(self._tail))
                self._tail = []

    def append(self, value: T) -> None:
        self._tail.append(value)
        if len(self._tail) == ROWS_AT_ONCE:
            self._aside.append(self._put(self._tail))
            self._tail = []

    def parts(self) -> Iterator[Sequence[T]]:
        """All values, as many at a time as are taken back together."""
        for number in range(len(self._aside)):
            yield self._part(number)
        if self._tail:
            yield self._tail

    def __len__(self) -> int:
        return ROWS_AT_ONCE * len(self._aside) + len(self._tail)

    def __iter__(self) -> Iterator[T]:
        for part in self.parts():
            yield from part

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        near = self._near
        if near is not None and isinstance(place, int) and place // ROWS_AT_ONCE == near[0]:
            return near[1][place % ROWS_AT_ONCE]
        if isinstance(place, slice):
            rows = range(*place.indices(len(self)))
            return self._stretch(rows.start, rows.stop) if rows.step == 1 else [self[row] for row in rows]
        part, row = self._place(place)
        return part[row]

    def __setitem__(self, place: int, value: T) -> None:
        part, row = self._place(place)
        part[row] = value
        self._changed = self._changed or part is not self._tail

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like a list: it is compared by what it holds

    def __repr__(self) -> str:
        return f"Column({list(self)!r})"

    def _stretch(self, start: int, stop: int) -> list[T]:
        found: list[T] = []
        for number in range(start // ROWS_AT_ONCE, -(-stop // ROWS_AT_ONCE)):
            part = self._tail if number == len(self._aside) else self._part(number)
            first = number * ROWS_AT_ONCE
            found += part[max(start - first, 0) : stop - first]
        return found

    def _place(self, place: int) -> tuple[list[T], int]:
        n_rows = len(self)
        if not -n_rows <= place < n_rows:
            raise IndexError(place)
        number, row = divmod(place % n_rows, ROWS_AT_ONCE)
        return (self._tail if number == len(self._aside) else self._at_hand(number)), row

    def _at_hand(self, number: int) -> list[T]:
        near = self._near
        if near is not None and near[0] == number:
            return near[1]
        if near is not None and self._changed:
            self._aside[near[0]] = self._put(near[1])
            self._changed = False
        part = self._part(number)
        self._near = (number, part)
        return part

    def _part(self, number: int) -> list[T]:
        near = self._near
        if near is not None and near[0] == number:
            return near[1]
        place = self._aside[number]
        part: list[Any] = json.loads(self._shelf.get(place.start, place.size))
        if place.of is None:
            return part
        read = self._words.value if place.of is _Words else _AS_TEXT[place.of][1]
        return _read_by(read, part)

    def _put(self, part: list[T]) -> Place:
        of = _common_type(part)
        values: list[Any] = part
        if of is not None:
            write = self._words.number if of is _Words else _AS_TEXT[of][0]
            values = [None if value is None else write(value) for value in part]
        return Place(*self._shelf.put(json.dumps(values, separators=(",", ":")).encode()), of)


def _read_by(read: Callable[[Any], Any], part: list[Any]) -> list[Any]:
    return [None if each is None else read(each) for each in part]


def _common_type(part: Sequence[Any]) -> type | None:
    """How the values are put aside: None as they are, a type of `_AS_TEXT` as text, else as words."""
    types = set(map(type, part)) - {type(None)}
    if types <= _AS_THEY_ARE:
        return None
    of = types.pop()
    if types or of not in _AS_TEXT:
        return _Words
    if of is datetime and any(value is not None and value.tzinfo is not UTC for value in part):
        return _Words
    return of


class _Words:
    """Numbers for values that are no text by themselves, as stages: there are few, each is kept once."""

    __slots__ = ("_numbers", "_values")

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._values: list[Any] = []

    def number(self, value: Any) -> int:
        found = len(self._values)
        if isinstance(value, str | Enum | tuple):  # an amount of 1.0 equals 1.00 and is another
            found = self._numbers.setdefault((type(value), value), found)
        if found == len(self._values):
            self._values.append(value)
        return found

    def value(self, number: int) -> Any:
        return self._values[number]


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """A column, or any other values, some thousand at a time."""
    if isinstance(values, Column):
        return values.parts()
    return (values[start : start + ROWS_AT_ONCE] for start in range(0, len(values), ROWS_AT_ONCE))


def chosen(values: Sequence[T], rows: Sequence[int]) -> Iterator[T]:
    """The values of these rows, which are in order; mostly they are all."""
    return iter(values) if len(rows) == len(values) else (values[row] for row in rows)


class Same(Sequence[T], Generic[T]):
    """One value in every row."""

    __slots__ = ("_n_rows", "_value")

    def __init__(self, value: T, n_rows: int) -> None:
        self._value, self._n_rows = value, n_rows

    def __len__(self) -> int:
        return self._n_rows

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self._value] * len(range(*place.indices(self._n_rows)))
        if not -self._n_rows <= place < self._n_rows:
            raise IndexError(place)
        return self._value


class Cells(Sequence[list[str]]):
    """The rows of a file, every cell still text, kept by column."""

    __slots__ = ("_columns", "_n_rows")

    def __init__(self, width: int) -> None:
        shelf = Shelf()
        self._columns: list[Column[str]] = [Column(shelf=shelf) for _ in range(width)]
        self._n_rows = 0

    def extend(self, cells: Sequence[str]) -> None:
        """Add rows, their cells one behind the other: as many as the width, or a multiple."""
        width = len(self._columns)
        for position, column in enumerate(self._columns):
            column.extend(cells[position::width])
        self._n_rows += len(cells) // width

    def without(self, n_first: int) -> "Cells":
        """The same without its first columns."""
        found = Cells(0)
        found._columns, found._n_rows = self._columns[n_first:], self._n_rows
        return found

    def column(self, position: int) -> Column[str]:
        return self._columns[position]

    def __len__(self) -> int:
        return self._n_rows

    @overload
    def __getitem__(self, place: int) -> list[str]: ...
    @overload
    def __getitem__(self, place: slice) -> list[list[str]]: ...
    def __getitem__(self, place: int | slice) -> list[str] | list[list[str]]:
        if isinstance(place, slice):
            return list(map(list, zip(*(column[place] for column in self._columns), strict=True)))
        return [column[place] for column in self._columns]

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self._columns, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # like a list: it is compared by what it holds
