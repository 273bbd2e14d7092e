"""
A look into a workbook's archive, without parsing it: what the parser could choke on is refused here.

A workbook is a ZIP archive of XML. Its declared sizes, its document types and the
positions of its cells are read in a stream; the same pass finds the cells that
the parser would silently give as empty: errors, and formulas without a result.
"""

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from alignment.errors import UnreadableFile
from alignment.imports.formulas import constant_value
from alignment.imports.raw import Limits
from alignment.imports.words import NO_STORED_VALUE

_ENTRIES = 1_000
_RATIO = 100
_RATIO_FROM_BYTES = 20_000_000
_CHUNK = 1 << 20
_SLACK_ROWS = 100
_PROLOG_BYTES = 65_536
_FIRST_ELEMENT = re.compile(rb"<\x00?[A-Za-z_]")
_DOCTYPE = re.compile(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T|<\x00?!\x00?E\x00?N\x00?T", re.IGNORECASE)
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    ElementTree.ParseError,
    LookupError,
    ValueError,
    RuntimeError,
    OSError,
    EOFError,
)
"""What the standard library raises on a damaged or invented archive."""
_SHARED = "xl/sharedStrings.xml"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True, kw_only=True)
class Look:
    """
    What a sheet's XML shows: how far it reaches, and cells that the parser would give as empty.

    `replaced[row, column]`, counted from 0, is the text of an error cell, the
    value of a formula of plain numbers, or NO_STORED_VALUE. `n_shared` counts the
    cells that refer to a text stored once for all of them.
    """

    rows: int = 0
    columns: int = 0
    n_computed: int = 0
    n_shared: int = 0
    replaced: dict[tuple[int, int], str] = field(default_factory=dict)

    def replace(self, row: int, column: int, value: str) -> None:
        self.replaced[row - 1, column - 1] = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The ZIP archive that an XLSX file is, within its limits."""

    zip: zipfile.ZipFile
    file_name: str
    limits: Limits
    paths: dict[str, str]

    @classmethod
    def opened(cls, data: bytes, file_name: str, limits: Limits) -> "Archive":
        try:
            archive = zipfile.ZipFile(io.BytesIO(data))
            _require_archive(archive, file_name, limits)
            paths = _sheet_paths(archive, file_name)
        except _UNREADABLE as error:
            refuse_damaged(file_name, error)
        return cls(zip=archive, file_name=file_name, limits=limits, paths=paths)

    def look(self, name: str) -> Look:
        """
        Raises:
            UnreadableFile: A cell lies outside the limits; found before anything is unpacked in full.
        """
        look = Look()

        def require(seen: Look) -> None:
            require_extent(seen.rows, seen.columns, name, self.file_name, self.limits)

        watcher = _Watcher(look, require)
        try:
            self._stream(self.paths[name], watcher.feed)
            watcher.feed(b"", is_last=True)
            self._require_shared(look, name)
        except _UNREADABLE as error:
            refuse_damaged(self.file_name, error)
        return look

    def _stream(self, path: str, feed: Callable[[bytes], object]) -> None:
        with self.zip.open(path) as part:
            while data := part.read(_CHUNK):
                feed(data)

    def _require_shared(self, look: Look, name: str) -> None:
        """One long text in many cells is small in the archive and gigabytes once it is read."""
        if not look.n_shared or _SHARED not in self.zip.namelist():
            return
        lengths, most = _SharedLengths(), self.limits.unpacked_mb * 1_000_000
        self._stream(_SHARED, lengths.feed)
        if look.n_shared * max(lengths.found, default=0) <= most:
            return
        uses = _SharedUses()
        self._stream(self.paths[name], uses.feed)
        n_bytes = sum(
            lengths.found[number] * count
            for number, count in uses.found.items()
            if 0 <= number < len(lengths.found)
        )
        if n_bytes > most:
            raise UnreadableFile(
                f'"{self.file_name}", sheet "{name}", holds {n_bytes / 1e6:,.0f} MB of text in its cells; '
                f"the limit is {self.limits.unpacked_mb:,} MB. Take the column of long texts out, or split "
                "the file."
            )


def _require_archive(archive: zipfile.ZipFile, file_name: str, limits: Limits) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    is_bomb = unpacked > _RATIO_FROM_BYTES and unpacked > _RATIO * packed
    if len(entries) > _ENTRIES or unpacked > limits.unpacked_mb * 1_000_000 or is_bomb:
        raise UnreadableFile(
            f'"{file_name}" unpacks to {unpacked / 1e6:,.0f} MB in {len(entries):,} parts; the limit is '
            f"{limits.unpacked_mb:,} MB, {_ENTRIES:,} parts and {_RATIO} times its size. "
            "Export the table as CSV."
        )
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise UnreadableFile(
            f'"{file_name}" holds two parts of one name, so what is looked at might not be what is read. '
            "Save it again in Excel."
        )
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableFile(
            f'"{file_name}" is a ZIP archive but no XLSX workbook. Open it in Excel and save it as XLSX.'
        )
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                prolog = part.read(_PROLOG_BYTES)
            # A document type stands before the first element; behind a long comment it would not be seen.
            is_hidden = len(prolog) == _PROLOG_BYTES and not _FIRST_ELEMENT.search(prolog)
            if is_hidden or _DOCTYPE.search(prolog):
                raise UnreadableFile(
                    f'"{file_name}" declares a document type in "{entry.filename[:60]}", which '
                    "no workbook needs and which can pull in other files. Save it again in Excel."
                )


def _sheet_paths(archive: zipfile.ZipFile, file_name: str) -> dict[str, str]:
    """Sheet name -> path of its part in the archive."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    paths = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATIONS), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in archive.namelist():
                paths[element.get("name", "")] = path
    return paths


class _Watcher:
    """
    Follows the cells of a sheet through a stream of XML tags.

    Only cells with something in them count: merely formatted ones hold no data,
    and people colour whole columns.
    """

    def __init__(self, look: Look, require: Callable[[Look], None]) -> None:
        self.look, self.require = look, require
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.row = self.column = 0
        self.kind: str | None = None
        self.formula: list[str] | None = None
        self.value: list[str] = []
        self.numbers: dict[str, int] = {}

    def feed(self, data: bytes, *, is_last: bool = False) -> None:
        self.parser.Parse(data, is_last)
        if is_last:
            self._end_cell()

    def _start(self, name: str, attributes: list[str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._end_cell()
            self._start_cell(attributes)
        elif tag == "v":
            self._filled()
            if self.formula is not None or self.kind == "e":
                self.parser.CharacterDataHandler = self.value.append
        elif tag == "f":
            self._filled()
            self.formula = []
            self.parser.CharacterDataHandler = self.formula.append
        elif tag == "is":
            self._filled()
        elif tag == "row":
            self._end_cell()
            self.row, self.column = int(_named(attributes, "r") or self.row + 1), 0

    def _start_cell(self, attributes: list[str]) -> None:
        reference = _named(attributes, "r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            if letters not in self.numbers:
                self.numbers[letters] = _column_number(letters)
            self.column, self.row = self.numbers[letters], int(reference[len(letters) :] or 0)
        self.kind = _named(attributes, "t")
        self.look.n_shared += self.kind == "s"

    def _filled(self) -> None:
        look = self.look
        if self.row > look.rows or self.column > look.columns:
            look.rows, look.columns = max(look.rows, self.row), max(look.columns, self.column)
            self.require(look)

    def _end_cell(self) -> None:
        """Remember the cell that just ended if the parser would give it as empty although it is not."""
        if self.formula is None and self.kind != "e":
            return
        value = "".join(self.value).strip()
        if self.kind == "e":
            self.look.replace(self.row, self.column, value or NO_STORED_VALUE)
        elif not value and self.kind != "str":
            computed = constant_value("".join(self.formula or ()).strip())
            self.look.n_computed += computed is not None
            text = NO_STORED_VALUE if computed is None else format(computed, "f")
            self.look.replace(self.row, self.column, text)
        self.parser.CharacterDataHandler = None
        self.kind, self.formula, self.value = None, None, []


class _SharedLengths:
    """How long each shared text is, in the order in which cells refer to them."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text

    def feed(self, data: bytes) -> None:
        self.parser.Parse(data, False)

    def _start(self, name: str, _attributes: object) -> None:
        if name.rpartition(":")[2] == "si":
            self.found.append(0)

    def _text(self, text: str) -> None:
        if self.found:
            self.found[-1] += len(text)


class _SharedUses:
    """How often each shared text is referred to by the cells of a sheet."""

    def __init__(self) -> None:
        self.found: Counter[int] = Counter()
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.is_shared = False
        self.number: list[str] = []

    def feed(self, data: bytes) -> None:
        self.parser.Parse(data, False)

    def _start(self, name: str, attributes: list[str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.is_shared = _named(attributes, "t") == "s"
        elif tag == "v" and self.is_shared:
            self.number = []
            self.parser.CharacterDataHandler = self.number.append

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "v" and self.is_shared:
            self.parser.CharacterDataHandler = None
            self.found[int("".join(self.number).strip() or -1)] += 1


def _named(attributes: list[str], name: str) -> str | None:
    """The value of an attribute in expat's flat list of names and values."""
    for position in range(0, len(attributes), 2):
        if attributes[position] == name:
            return attributes[position + 1]
    return None


def _column_number(letters: str) -> int:
    """1 for A, 27 for AA, 16384 for XFD; beyond that, nonsense that the limits refuse."""
    number = 0
    for letter in letters[:4]:
        number = number * 26 + ord(letter.upper()) - 64
    return number


def refuse_damaged(file_name: str, error: BaseException) -> NoReturn:
    raise UnreadableFile(
        f'"{file_name}" is not a workbook that can be opened: it is damaged or of another kind. '
        "Open it in Excel and save it as XLSX, or export it as CSV."
    ) from error


def require_extent(n_rows: int, n_columns: int, name: str, file_name: str, limits: Limits) -> None:
    """
    Raises:
        UnreadableFile: The sheet reaches further than the limits allow, be it by one cell in a far corner.
    """
    too_long = limits.rows is not None and n_rows > limits.rows + _SLACK_ROWS
    too_wide = n_columns > limits.columns
    too_many = limits.cells is not None and n_rows * n_columns > limits.cells
    if too_long or too_wide or too_many:
        cells = f", {limits.cells:,} cells" if limits.cells is not None else ""
        rows = f"{limits.rows:,} rows, " if limits.rows is not None else ""
        raise UnreadableFile(
            f'"{file_name}", sheet "{name}", reaches to row {n_rows:,} and column {n_columns:,}; '
            f"the limit is {rows}{limits.columns:,} columns{cells}. Delete what stands far out, or export "
            "the table as CSV."
        )
