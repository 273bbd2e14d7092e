"""What an import or an undo led to, in plain fields; `wording` makes the sentences."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from alignment.imports.parsed import RowProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A spelling of the file that is read as something known: "GTXPro" as "GTX Pro", in `rows` rows."""

    kind: str
    text: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """An entry of a list (channel, segment, territory ...) that the file brought along by naming it."""

    kind: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A name that no file has brought yet; `rows` rows of this file wait for it."""

    kind: str
    text: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConverted:
    """Amounts in a currency without a rate for their day: counted, not summed."""

    currency: str
    amounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReceipt:
    """
    What became of a file.

    rows_in_file = rows_other + rows_rejected + rows_superseded + rows_inserted +
    rows_updated + rows_unchanged; a row counts with the strongest of its records.
    `batch_id` None: nothing was written, because rows were rejected and only whole
    files were wanted, or because it was a trial; the row counts past the rejected
    ones are then 0 for a refused file and what would have been for a trial.
    """

    kind: str
    source: str
    file_name: str
    batch_id: int | None
    recorded_at: datetime | None
    rows_in_file: int
    rows_other: int
    rows_rejected: int
    rows_superseded: int
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    records_inserted: int = 0
    records_updated: int = 0
    records_unchanged: int = 0
    notes: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()
    created: tuple[Created, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    not_converted: tuple[NotConverted, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    seconds: float = 0.0

    @property
    def is_written(self) -> bool:
        return self.batch_id is not None

    @property
    def is_refused(self) -> bool:
        """Rows were rejected and only a whole file was wanted."""
        return self.batch_id is None and self.rows_rejected > 0

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"recorded_at": self.recorded_at.isoformat() if self.recorded_at else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyImported:
    """The same file came in before and is in force; nothing was written."""

    kind: str
    source: str
    file_name: str
    batch_id: int
    recorded_at: datetime
    rows_in_file: int

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self) | {"recorded_at": self.recorded_at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReceipt:
    """What taking a batch back did; `undone_batch_id` is the batch that is no longer in force."""

    batch_id: int
    undone_batch_id: int
    file_name: str
    rows_restored: int
    rows_removed: int
    observations_ended: int
    observations_said_again: int

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


_PARTS: dict[str, type[Any]] = {
    "matches": Match,
    "created": Created,
    "waiting": Waiting,
    "not_converted": NotConverted,
    "problems": RowProblem,
}


def receipt_from(plain: dict[str, Any]) -> ImportReceipt | AlreadyImported:
    """The receipt that `plain` was made from."""
    values = dict(plain)
    values["recorded_at"] = datetime.fromisoformat(values["recorded_at"]) if values["recorded_at"] else None
    if "rows_other" not in values:
        return AlreadyImported(**values)
    for name, part in _PARTS.items():
        values[name] = tuple(part(**each) for each in values[name])
    values["notes"] = tuple(values["notes"])
    return ImportReceipt(**{field.name: values[field.name] for field in fields(ImportReceipt)})
