"""
Small exports for the tests of the import actions.

`export` makes a file by hand, as the reading side would hand it over; `SMALL_CRM`
and `FOUR_FILES` are little companies that go through the reader.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from alignment.access import Actor
from alignment.actions import imports
from alignment.actions.imports import ImportReceipt
from alignment.db import Database
from alignment.imports.files import read_file
from alignment.imports.parsed import Accounting, ParsedImport, RowProblem
from alignment.journal import logical_dump
from alignment.vocabulary import Role

DATA = Path(__file__).parents[1] / "data"
SMALL_FOLDER = DATA / "small_crm"
ADMIN = Actor(person_id=None, name="Test", role=Role.ADMIN)


def at(text: str) -> datetime:
    """A moment in UTC: at("2026-03-02 09:30")."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def money(text: str) -> Decimal:
    return Decimal(text)


def export(
    kind: str,
    rows: Sequence[dict[str, Any]],
    *,
    source: str = "crm",
    name: str | None = None,
    rejected: int = 0,
    other: int = 0,
    superseded: int = 0,
    **options: Any,
) -> ParsedImport:
    """A file of a kind with these rows; its hash follows from what it holds."""
    content = repr((kind, source, [sorted(row.items()) for row in rows], rejected, other))
    problems = tuple(
        RowProblem(
            line=900 + number, column="Created", value="31/02", problem="is not a date.", remedy="Mend it."
        )
        for number in range(rejected)
    )
    return ParsedImport(
        kind=kind,
        source=source,
        file_name=name or f"{kind}.csv",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        mapping_version="test-1",
        mapping={column: column for column in (rows[0] if rows else {})},
        header=tuple(rows[0]) if rows else (),
        rows=tuple(dict(row) for row in rows),
        lines=tuple(range(2, len(rows) + 2)),
        problems=problems,
        accounting=Accounting(
            in_file=len(rows) + rejected + other + superseded,
            other=other,
            rejected=rejected,
            superseded=superseded,
            parsed=len(rows),
        ),
        options=options,
    )


def put(database: Database, parsed: ParsedImport, **options: Any) -> ImportReceipt:
    """Apply a file that is new; the receipt."""
    with database.writing() as session:
        receipt = imports.apply(session, ADMIN, parsed, **options)
    assert isinstance(receipt, ImportReceipt), receipt
    return receipt


def put_all(database: Database, files: Iterable[ParsedImport]) -> None:
    """Apply files one after the other, in one transaction: where only the order matters, not the commits."""
    with database.writing() as session:
        for parsed in files:
            assert isinstance(imports.apply(session, ADMIN, parsed), ImportReceipt), parsed.file_name


def undo(database: Database, batch_id: int | None) -> imports.UndoReceipt:
    assert batch_id is not None
    with database.writing() as session:
        return imports.undo(session, ADMIN, batch_id=batch_id)


def dump(database: Database, *but: str) -> dict[str, list[Any]]:
    with database.reading() as session:
        return logical_dump(session, but=but)


def rows_of(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a fixed query, for looking at what was stored."""
    with database.reading() as session:
        return [tuple(row) for row in session.connection().exec_driver_sql(sql)]


def lead(lead_id: str = "L1", **values: Any) -> dict[str, Any]:
    return {"lead_id": lead_id, "created_at": at("2026-03-02 09:30")} | values


def event(event_id: str, lead_id: str, stage: Any, moment: str, **values: Any) -> dict[str, Any]:
    return {"event_id": event_id, "lead": lead_id, "stage": stage, "at": at(moment)} | values


def read_export(path: Path, *, currency: str = "EUR", **options: Any) -> ParsedImport:
    """A file through the reading side."""
    return read_file(path.read_bytes(), path.name, zone="Europe/Berlin", currency=currency, **options)


SMALL_CRM: dict[str, tuple[str, str]] = {
    "territories": ("planning", "territories.csv"),
    "people": ("hr", "people.csv"),
    "products": ("finance", "products.csv"),
    "campaigns": ("marketing", "campaigns.csv"),
    "campaign_days": ("ads", "ads.csv"),
    "accounts": ("crm", "accounts.csv"),
    "leads": ("crm", "leads.csv"),
    "later_leads": ("crm", "later_leads.csv"),
    "stage_events": ("crm", "lead_history.csv"),
    "deals": ("crm", "deals.csv"),
    "later_deals": ("crm", "later_deals.csv"),
    "deal_stages": ("crm", "deal_history.csv"),
    "touches": ("crm", "activities.csv"),
    "rates": ("finance", "rates.csv"),
    "survey": ("survey", "survey.csv"),
    "flags": ("field", "flags.csv"),
    "goals": ("planning", "goals.csv"),
    "holidays": ("hr", "holidays.csv"),
}
"""Small exports of one company: source and file in `tests/data/small_crm`. `later_*` came a week later."""


def small_file(name: str) -> ParsedImport:
    source, file_name = SMALL_CRM[name]
    return read_export(SMALL_FOLDER / file_name, kind=name.removeprefix("later_"), source=source)


FOUR_FILES = ("accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv")


def four_file(name: str) -> ParsedImport:
    """One file of the look-alike of a public four-file CRM export."""
    return read_export(DATA / "crm_four_files" / name, currency="USD")
