"""Bytes of a text file to records: encoding, delimiter and quoting are found and said aloud."""

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from alignment.errors import UnreadableFile
from alignment.imports.raw import Limits, Record

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE_CHARS = 200_000
_SAMPLE_RECORDS = 200
_HINT = re.compile(r"sep=([,;\t|])\r?\n")
_PIECE = 1 << 20
_SLACK = 2
"""Columns and cells are counted exactly when the table is laid out; here only what that would choke on."""
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8 with byte order mark"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_MOJIBAKE = re.compile("Ã[¤¶¼Ÿ„–œ©¨¡³±§]|â‚¬|â€")
_MULTI_BYTE = re.compile("[^\x00-\x7f\ufffd]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """
    A file's text, never whole in memory beside the file's bytes: as text it takes up to four times as much.

    `encoding` is Python's, `name` what a person calls it.
    """

    data: bytes
    encoding: str
    name: str
    has_mark: bool = False

    def pieces(self) -> Iterator[str]:
        """
        The text, the byte order mark included where the encoding leaves it.

        Raises:
            UnicodeDecodeError: The bytes are no such text.
        """
        decoder = codecs.getincrementaldecoder(self.encoding)()
        view = memoryview(self.data)
        for start in range(0, len(view), _PIECE):
            yield decoder.decode(view[start : start + _PIECE], final=start + _PIECE >= len(view))

    def start(self, n_chars: int) -> str:
        """The first so many characters."""
        found = ""
        for piece in self.pieces():
            found += piece
            if len(found) > n_chars:
                break
        return (found.removeprefix("\ufeff") if self.has_mark else found)[:n_chars]

    def lines(self) -> Iterator[str]:
        """With their ends, which are CR, LF and CR LF only, as in a spreadsheet; without Excel's "sep=;"."""
        stream = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")
        first = stream.readline()
        first = first.removeprefix("\ufeff") if self.has_mark else first
        if first and not _HINT.fullmatch(first):
            yield first
        yield from stream


def decoded(data: bytes, file_name: str) -> Text:
    """
    The text, its encoding tried in the order: byte order mark, UTF-8, UTF-16, cp1252.

    Raises:
        UnreadableFile: None fits, or the text holds NUL characters.
    """
    text = _decoded(data, file_name)
    line = 1
    for piece in text.pieces():
        position = piece.find("\x00")
        if position >= 0:
            line += piece.count("\n", 0, position)
            raise UnreadableFile(
                f'"{file_name}", line {line}: there is a NUL character, which no text file has. The file is '
                "damaged or not a text file. Export it again as CSV (UTF-8) or XLSX."
            )
        line += piece.count("\n")
    return text


def _decoded(data: bytes, file_name: str) -> Text:
    for mark, encoding, name in _BOMS:
        if data.startswith(mark):
            text = Text(data=data, encoding=encoding, name=name, has_mark=True)
            if (fault := _fault(text)) is not None:
                raise UnreadableFile(
                    f'"{file_name}" says that it is {name}, but byte {fault.start + 1} does not fit. '
                    "Export it again, best as CSV UTF-8."
                ) from fault
            return text
    if unmarked := _utf16_without_mark(data):
        return Text(data=data, encoding=unmarked, name="UTF-16 without byte order mark")
    text = Text(data=data, encoding="utf-8", name="UTF-8")
    if (fault := _fault(text)) is not None:
        _require_cp1252(data, file_name, fault.start)
        return Text(data=data, encoding="cp1252", name="Windows-1252")
    return text


def _fault(text: Text) -> UnicodeDecodeError | None:
    """Where the bytes are no such text; told by all of them at once, since pieces do not know their place."""
    try:
        deque(text.pieces(), maxlen=0)
    except UnicodeDecodeError:
        try:
            text.data.decode(text.encoding)
        except UnicodeDecodeError as error:
            return error
    return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every second byte."""
    sample = data[:4096]
    if len(data) % 2 or len(sample) < 4:
        return None
    half = len(sample) // 2
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _require_cp1252(data: bytes, file_name: str, first_bad: int) -> None:
    """Refuse what is no cp1252, and UTF-8 with a few damaged bytes, which cp1252 would turn into noise."""
    lossy = data.decode("utf-8", errors="replace")
    line = data.count(b"\n", 0, first_bad) + 1
    if len(_MULTI_BYTE.findall(lossy)) > lossy.count("\ufffd"):
        raise UnreadableFile(
            f'"{file_name}" is UTF-8, but line {line} holds bytes of another encoding. Two encodings in '
            "one file cannot be read safely. Export it again as CSV UTF-8."
        )
    try:
        data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f'"{file_name}", line {line}: the text is neither UTF-8, UTF-16 nor Windows-1252. '
            "Export it again as CSV UTF-8."
        ) from error


def is_doubly_encoded(text: str) -> bool:
    """Whether the writer encoded twice, so that "ü" stands as "Ã¼"."""
    return bool(_MOJIBAKE.search(text[:SAMPLE_CHARS]))


def delimiter_of(text: str) -> str | None:
    """
    The delimiter that gives the most rows of one width; None for a file of one column.

    A first line "sep=;" (Excel's own hint) decides.
    """
    if hint := _HINT.match(text):
        return hint[1]
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        widths = Counter(_sample_widths(text, delimiter))
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
        score = count / sum(widths.values()) + min(width, 30) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sample_widths(text: str, delimiter: str) -> Iterator[int]:
    """Cells of each of the first records that are not blank."""
    lines = text[:SAMPLE_CHARS].splitlines(keepends=True)
    if len(text) > SAMPLE_CHARS and len(lines) > 1:
        lines = lines[:-1]
    reader = csv.reader(lines, delimiter=delimiter)
    n_read = 0
    try:
        for cells in reader:
            if any(cells):
                yield len(cells)
                n_read += 1
            if n_read >= _SAMPLE_RECORDS:
                return
    except csv.Error:
        return


def records(
    text: Text, delimiter: str | None, limits: Limits, file_name: str
) -> tuple[Iterator[Record], bool]:
    """
    All records with the line that a spreadsheet gives them, and whether quotes had to be read leniently.

    A line break inside quotes belongs to its cell, so it starts no new line; that is how a spreadsheet
    counts. Excel's hint "sep=;" is no line. The text is gone through before the first record is given,
    because the last quote may be what says how to read the first.

    Raises:
        UnreadableFile: A quote is never closed, a cell is too large, or there are too many rows.
    """
    try:
        deque(_records(text, delimiter, limits, file_name, strict=True), maxlen=0)
        return _records(text, delimiter, limits, file_name, strict=True), False
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise UnreadableFile(_unclosed_quote(text, delimiter, limits, file_name)) from error
        if "field larger" in str(error):
            raise UnreadableFile(
                f'"{file_name}" has a cell of more than {limits.cell_bytes // 1024} kB, probably because a '
                "quote is opened and not closed. Correct the quote, or shorten the text."
            ) from error
    try:
        deque(_records(text, delimiter, limits, file_name, strict=False), maxlen=0)
        return _records(text, delimiter, limits, file_name, strict=False), True
    except csv.Error as error:
        raise UnreadableFile(f'"{file_name}" cannot be read as CSV: {error}. Export it again.') from error


def _records(
    text: Text, delimiter: str | None, limits: Limits, file_name: str, *, strict: bool
) -> Iterator[Record]:
    # A file of one column has no delimiter; a control character that text never holds stands in.
    reader = csv.reader(text.lines(), delimiter=delimiter or "\x1f", strict=strict)
    n_cells = 0
    for line, cells in enumerate(reader, start=1):
        if limits.rows is not None and line > limits.rows + 100:
            raise UnreadableFile(too_many_rows(file_name, limits.rows))
        if len(cells) > _SLACK * limits.columns:
            require_columns(cells, line, limits, file_name)
        n_cells += len(cells)
        if limits.cells is not None and n_cells > _SLACK * limits.cells:
            raise UnreadableFile(too_many_cells(file_name, limits.cells))
        yield Record(line=line, cells=cells)


def require_columns(cells: list[str], line: int, limits: Limits, file_name: str) -> None:
    """
    Take empty cells off the end of a row that is too wide, as some tools write thousands of them.

    Raises:
        UnreadableFile: It is too wide all the same.
    """
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > _SLACK * limits.columns:
        raise UnreadableFile(
            f'"{file_name}", line {line}: the row has {len(cells):,} cells; the limit is {limits.columns:,} '
            "columns. Export only the columns that are needed."
        )


def too_many_cells(file_name: str, limit: int) -> str:
    return (
        f'"{file_name}" has more than {limit:,} cells, the limit here. Export fewer columns, split it, or '
        "import it with the command line: python -m alignment import FILE."
    )


def too_many_rows(file_name: str, limit: int) -> str:
    return (
        f'"{file_name}" has more than {limit:,} rows, the limit here. Split it, or import it with the '
        "command line: python -m alignment import FILE."
    )


def _unclosed_quote(text: Text, delimiter: str | None, limits: Limits, file_name: str) -> str:
    """The message for a quote that swallows the rest of the file."""
    last = deque(_records(text, delimiter, limits, file_name, strict=False), maxlen=1)[0]
    return (
        f'"{file_name}", line {last.line}: a quote is opened there and never closed, so everything after it '
        'would be one cell. Close the quote, or write quotes inside text twice ("").'
    )
