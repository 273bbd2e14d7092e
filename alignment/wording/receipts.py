"""What became of a file, in sentences that add up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from alignment.wording.moments import moment
from alignment.wording.numerals import count, listed, plural


class Match(Protocol):
    """A spelling of the file that is read as something known."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...


class Created(Protocol):
    """An entry of a list that the file brought along by naming it."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...


class Waiting(Protocol):
    """A name that no file has brought yet."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def rows(self) -> int: ...


class NotConverted(Protocol):
    """Amounts in a currency without a rate for their day."""

    @property
    def currency(self) -> str: ...
    @property
    def amounts(self) -> int: ...


class Receipt(Protocol):
    """
    What an import led to; see `actions.imports.receipts.ImportReceipt`.

    rows_in_file is the sum of the other six counts of rows. `batch_id` None:
    nothing was stored.
    """

    @property
    def kind(self) -> str: ...
    @property
    def file_name(self) -> str: ...
    @property
    def batch_id(self) -> int | None: ...
    @property
    def rows_in_file(self) -> int: ...
    @property
    def rows_other(self) -> int: ...
    @property
    def rows_rejected(self) -> int: ...
    @property
    def rows_superseded(self) -> int: ...
    @property
    def rows_inserted(self) -> int: ...
    @property
    def rows_updated(self) -> int: ...
    @property
    def rows_unchanged(self) -> int: ...
    @property
    def records_inserted(self) -> int: ...
    @property
    def records_updated(self) -> int: ...
    @property
    def records_unchanged(self) -> int: ...
    @property
    def notes(self) -> Sequence[str]: ...
    @property
    def matches(self) -> Sequence[Match]: ...
    @property
    def created(self) -> Sequence[Created]: ...
    @property
    def waiting(self) -> Sequence[Waiting]: ...
    @property
    def not_converted(self) -> Sequence[NotConverted]: ...
    @property
    def is_refused(self) -> bool: ...


class Repeated(Protocol):
    """A file that came in before; see `actions.imports.receipts.AlreadyImported`."""

    @property
    def file_name(self) -> str: ...
    @property
    def batch_id(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def rows_in_file(self) -> int: ...


def import_receipt(receipt: Receipt) -> tuple[str, ...]:
    """The whole receipt: headline first, then everything it rests on."""
    return (receipt_headline(receipt), *receipt_lines(receipt))


def receipt_headline(receipt: Receipt) -> str:
    """
    One line a file.

    Example: "leads.csv: 9,000 rows, 8,954 new, 40 changed, 6 unchanged (import 3)".
    """
    rows = plural(receipt.rows_in_file, "row")
    if receipt.is_refused:
        return (
            f"{receipt.file_name}: nothing was stored, because {count(receipt.rows_rejected)} of {rows} "
            "cannot be read. Correct them, or apply only the good rows"
        )
    parts = [
        f"{count(receipt.rows_inserted)} new",
        f"{count(receipt.rows_updated)} changed",
        f"{count(receipt.rows_unchanged)} unchanged",
    ]
    if receipt.rows_rejected:
        parts.append(f"{count(receipt.rows_rejected)} rejected")
    if receipt.batch_id is None:
        return f"{receipt.file_name}: a trial, nothing was stored. {rows}, {', '.join(parts)}"
    return f"{receipt.file_name}: {rows}, {', '.join(parts)} (import {receipt.batch_id})"


def receipt_lines(receipt: Receipt) -> tuple[str, ...]:
    """
    What the headline rests on. The first two are always the accounting of rows and of records.

    Then what the file's spellings were read as, what it brought along, what still
    waits for another file, and what was noticed while reading.
    """
    return (
        _rows_line(receipt),
        _records_line(receipt),
        *(_match_line(match) for match in receipt.matches),
        *_created_lines(receipt.created),
        *_waiting_lines(receipt.waiting),
        *(_rate_line(missing) for missing in receipt.not_converted),
        *receipt.notes,
    )


def already_imported(receipt: Repeated, zone: str) -> str:
    """The same file once more: nothing changed, and when it came in."""
    return (
        f"{receipt.file_name}: nothing to do. The same file came in on {moment(receipt.recorded_at, zone)} "
        f"({plural(receipt.rows_in_file, 'row')}, import {receipt.batch_id})"
    )


def _rows_line(receipt: Receipt) -> str:
    parts: tuple[tuple[int, str], ...] = (
        (receipt.rows_inserted, "new"),
        (receipt.rows_updated, "changed"),
        (receipt.rows_unchanged, "unchanged"),
        (receipt.rows_rejected, "rejected"),
        (receipt.rows_superseded, "superseded by a newer row"),
        (receipt.rows_other, "no data"),
    )
    if receipt.is_refused:
        stored = receipt.rows_in_file - sum(number for number, _ in parts)
        parts = (*parts, (stored, "readable"))
    return f"{plural(receipt.rows_in_file, 'row')} in the file = {_sum(parts)}."


def _records_line(receipt: Receipt) -> str:
    parts = (
        (receipt.records_inserted, "new"),
        (receipt.records_updated, "changed"),
        (receipt.records_unchanged, "unchanged"),
    )
    total = sum(number for number, _ in parts)
    return f"{plural(total, 'record')} from them = {_sum(parts)}."


def _sum(parts: Sequence[tuple[int, str]]) -> str:
    """'8,954 new + 46 changed'; parts of none are left out, but one always stays."""
    shown = [part for part in parts if part[0]] or [parts[0]]
    return " + ".join(f"{count(number)} {word}" for number, word in shown)


def _match_line(match: Match) -> str:
    return f'"{match.text}" is read as {_kind(match.kind)} "{match.name}" ({plural(match.rows, "row")}).'


def _created_lines(created: Sequence[Created]) -> list[str]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in created:
        by_kind[each.kind].append(each.name)
    return [
        f"New with this file, {_kind(kind)}: {listed(names, most=12)}." for kind, names in by_kind.items()
    ]


def _waiting_lines(waiting: Sequence[Waiting]) -> list[str]:
    """One sentence for each kind of file that is still to come."""
    by_kind: dict[str, list[Waiting]] = defaultdict(list)
    for each in waiting:
        by_kind[each.kind].append(each)
    return [
        f"{plural(sum(each.rows for each in group), 'row')} name {_kind(kind)} that no file has brought yet "
        f"({listed([each.text for each in group], most=5)}): filled in when it comes."
        for kind, group in by_kind.items()
    ]


def _rate_line(missing: NotConverted) -> str:
    verb = "has" if missing.amounts == 1 else "have"
    return (
        f"{plural(missing.amounts, 'amount')} in {missing.currency} {verb} no exchange rate for the day: "
        "counted, not summed. Import a file of rates."
    )


def _kind(slug: str) -> str:
    return slug.replace("_", " ")
