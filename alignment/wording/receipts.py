"""
Import receipts in sentences: the same on the page and on the command line.

The first two lines are the accounting: every row of the file, then every record.
The receipts themselves (`actions.imports.ImportReceipt`, `AlreadyImported`) live
in a layer above this one, so they are read here by their fields' names.
"""

from collections.abc import Sequence
from typing import Any

from alignment.wording.moments import moment
from alignment.wording.numerals import count, listed, plural


def receipt_headline(receipt: Any) -> str:
    """'sales_pipeline.csv: 8,800 new, 0 changed, 0 unchanged (import 4)'."""
    if receipt.batch_id is None:
        return (
            f"{receipt.file_name}: nothing was stored, because "
            f"{plural(receipt.rows_rejected, 'row')} cannot be read"
            if receipt.rows_rejected
            else f"{receipt.file_name}: a trial, nothing was stored"
        )
    return (
        f"{receipt.file_name}: {count(receipt.rows_inserted)} new, {count(receipt.rows_updated)} changed, "
        f"{count(receipt.rows_unchanged)} unchanged (import {receipt.batch_id})"
    )


def receipt_lines(receipt: Any) -> tuple[str, ...]:
    """Everything else that a person should know, one sentence each; the accounting first."""
    return (
        _rows(receipt),
        _records(receipt),
        *(_match(match) for match in receipt.matches),
        *_created(receipt.created),
        *_waiting(receipt.waiting),
        *(
            f"{plural(each.amounts, 'amount')} in {each.currency} without a rate for their day: counted, "
            "not summed. Import a rate file to convert them."
            for each in receipt.not_converted
        ),
        *receipt.notes,
    )


def _rows(receipt: Any) -> str:
    parts = [
        f"{count(receipt.rows_inserted)} new",
        f"{count(receipt.rows_updated)} changed",
        f"{count(receipt.rows_unchanged)} unchanged",
        f"{count(receipt.rows_rejected)} rejected",
        f"{count(receipt.rows_superseded)} superseded by a newer row of the same file",
        f"{count(receipt.rows_other)} that are no data (titles, totals, blanks)",
    ]
    return f"{plural(receipt.rows_in_file, 'row')} in the file = {' + '.join(parts)}."


def _records(receipt: Any) -> str:
    total = receipt.records_inserted + receipt.records_updated + receipt.records_unchanged
    return (
        f"{plural(total, 'record')} = {count(receipt.records_inserted)} new + "
        f"{count(receipt.records_updated)} changed + {count(receipt.records_unchanged)} unchanged."
    )


def _match(match: Any) -> str:
    return (
        f'"{match.text}" is read as the {match.kind.rstrip("s")} "{match.name}", {plural(match.rows, "row")}.'
    )


def _created(created: Sequence[Any]) -> list[str]:
    """One sentence a list: 'New channels: Web, Fair and Phone.'"""
    by_kind: dict[str, list[str]] = {}
    for each in created:
        by_kind.setdefault(each.kind, []).append(each.name)
    return [f"New {kind}: {listed(names, most=8)}." for kind, names in by_kind.items()]


def _waiting(waiting: Sequence[Any]) -> list[str]:
    """Names whose file has not come yet, by kind."""
    by_kind: dict[str, list[Any]] = {}
    for each in waiting:
        by_kind.setdefault(each.kind, []).append(each)
    return [
        f"{plural(sum(each.rows for each in group), 'row')} wait for {kind} that no file has brought yet: "
        f"{listed([each.text for each in group], most=5)}."
        for kind, group in by_kind.items()
    ]


def already_imported(known: Any, zone: str) -> str:
    """'deals.csv came in before, on Friday 26 June 2026 16:00 (import 12): nothing was changed'."""
    when = moment(known.recorded_at, zone)
    return f"{known.file_name} came in before, on {when} (import {known.batch_id}): nothing was changed"
