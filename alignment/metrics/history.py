"""What came in and who did what: the Import and Audit pages."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """One import: where its rows went, and whether it is still in force."""

    batch_id: int
    kind: str
    source: str
    file_name: str
    state: str
    recorded_at: datetime
    applied_by: str | None
    rows_in_file: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_rejected: int
    rows_superseded: int
    rows_other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportHistory:
    """Imports, newest first; `total` and `rows_rejected` count all of them, `batches` is the page shown."""

    zone: str
    total: int
    rows_rejected: int
    batches: tuple[BatchLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One action: who did what to what, from what, to what, and why."""

    event_id: int
    at: datetime
    actor: str
    role: str
    tag: str
    subject: str
    before: dict[str, object]
    after: dict[str, object]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """
    Actions, newest first; `first` is counted from 1 out of `total`.

    `checked` events were recomputed; `broken_at` is the first that does not fit
    the one before, None if the chain is whole. `head` is the newest hash.
    """

    zone: str
    total: int
    first: int
    events: tuple[AuditLine, ...]
    checked: int
    head: str
    broken_at: int | None
