"""One file, one transaction: checked for repeats and plausibility, written, counted, on the record."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import repeat
from time import perf_counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from alignment import rollups
from alignment.access import Actor, Permission, permitted
from alignment.actions.commands import once
from alignment.actions.imports.campaigns import write_campaign_days, write_campaigns
from alignment.actions.imports.channels import write_channel_days
from alignment.actions.imports.deals import write_deal_stages, write_deals
from alignment.actions.imports.directory import NAMED, Names
from alignment.actions.imports.flags import write_flags
from alignment.actions.imports.leads import write_leads, write_stage_events, write_touches
from alignment.actions.imports.masters import (
    refuse_circles,
    write_accounts,
    write_holidays,
    write_people,
    write_products,
    write_rates,
    write_territories,
    write_territory_rules,
)
from alignment.actions.imports.measures import write_measures
from alignment.actions.imports.orders import (
    write_deliveries,
    write_inventory,
    write_orders,
    write_promotions,
)
from alignment.actions.imports.outlets import (
    settle_foreign_sales,
    write_listings,
    write_outlet_sales,
    write_outlets,
    write_visits,
)
from alignment.actions.imports.placing import BY_OWNER, apply_owner_rules
from alignment.actions.imports.plans import write_goals
from alignment.actions.imports.plausible import FileRows, hold, last_file, rejected_reason, shrunk_reason
from alignment.actions.imports.receipts import (
    AlreadyImported,
    ImportReceipt,
    Match,
    NotConverted,
    Waiting,
    receipt_from,
)
from alignment.actions.imports.shapes import match_boundaries, retire_made_territories, write_boundaries
from alignment.actions.imports.survey import (
    Interviews,
    prepared_interviews,
    store_interviews_needed,
    write_survey,
    write_survey_answers,
)
from alignment.actions.imports.waiting import resolve, still_open
from alignment.actions.imports.work import Progress, Status, Work, unwatched
from alignment.audit import AuditTag, canonical, record
from alignment.db import ReadSession, WriteSession, take_time, upsert
from alignment.errors import Busy, Invalid, MissingDatabase
from alignment.imports.mappings import header_sha256
from alignment.imports.parsed import ParsedImport
from alignment.tables import Alias, CompanyState, ImportBatch, ImportMapping, SurveyCell, c
from alignment.vocabulary import BatchState, Clock

_LOCK_TIMEOUT = "55P03"
_IMPORT_LOCK = 7_261_985  # any constant: the PostgreSQL advisory lock that lets one import write at a time

WRITERS: dict[str, Callable[[Work, ParsedImport], None]] = {
    "accounts": write_accounts,
    "products": write_products,
    "people": write_people,
    "territories": write_territories,
    "boundaries": write_boundaries,
    "territory_rules": write_territory_rules,
    "leads": write_leads,
    "stage_events": write_stage_events,
    "touches": write_touches,
    "deals": write_deals,
    "deal_stages": write_deal_stages,
    "campaigns": write_campaigns,
    "campaign_days": write_campaign_days,
    "survey": write_survey,
    "survey_answers": write_survey_answers,
    "goals": write_goals,
    "rates": write_rates,
    "holidays": write_holidays,
    "flags": write_flags,
    "measures": write_measures,
    "channel_days": write_channel_days,
    "outlets": write_outlets,
    "outlet_sales": write_outlet_sales,
    "listings": write_listings,
    "visits": write_visits,
    "orders": write_orders,
    "deliveries": write_deliveries,
    "promotions": write_promotions,
    "inventory": write_inventory,
}

_BRINGS: dict[str, tuple[str, ...]] = {
    "accounts": ("accounts",),
    "products": ("products",),
    "people": ("people", "territories"),
    "territories": ("territories",),
    "boundaries": ("territories",),
    "territory_rules": ("territories",),
    "leads": ("leads",),
    "stage_events": ("leads",),
    "touches": ("leads", "deals"),
    "deals": ("deals",),
    "deal_stages": ("deals",),
    "campaigns": ("campaigns",),
    "campaign_days": ("campaigns",),
    "measures": ("territories",),
    "channel_days": ("campaigns", "territories"),
    "outlets": ("outlets",),
    "outlet_sales": ("outlets", "products"),
    "listings": ("outlets",),
    "visits": ("outlets",),
    "orders": ("orders", "outlets"),
    "deliveries": ("orders",),
    "promotions": ("outlets",),
    "inventory": ("outlets",),
}
"""Kinds of reference that a kind of file can fill, its stubs included."""

_WAITED_FOR = {BY_OWNER: "one territory of their owners"}
"""How a receipt calls a kind of reference that has no file of its own."""

_PLACES = {"territories", "people", "territory_rules", "boundaries", "measures", "channel_days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was worked out before the write lock was taken. Harmless when the database changed since."""

    interviews: Mapping[Interviews, int | None] = field(default_factory=dict)


@permitted(Permission.IMPORTS_APPLY)
def prepare(session: ReadSession, actor: Actor, parsed: ParsedImport) -> Prepared:
    """Do the slow part of `apply` while others can still write; hand the result to `apply`."""
    return Prepared(interviews=prepared_interviews(session, parsed))


@permitted(Permission.IMPORTS_APPLY)
def apply(
    session: WriteSession,
    actor: Actor,
    parsed: ParsedImport,
    *,
    only_good_rows: bool = False,
    accept: bool = False,
    prepared: Prepared | None = None,
    command_id: str | None = None,
    recorded_at: datetime | None = None,
    progress: Progress = unwatched,
) -> ImportReceipt | AlreadyImported:
    """
    Store a file that was read and checked.

    Args:
        parsed: From `imports.read_file`.
        only_good_rows: Store what is right although rows were rejected; otherwise such a file is refused
            whole, with a receipt that says so.
        accept: A person looked at a file that would be held and wants it.
        prepared: From `prepare`; without it the same is worked out here.
        command_id: A repeat returns the first receipt.
        recorded_at: When the facts count as known; only for a company on the demo clock.
        progress: Told of the rows written so far; what it raises ends the import, and nothing is stored.

    Returns:
        The receipt, or `AlreadyImported` if the same file is in force.

    Raises:
        HeldImport: More rows were rejected, or fewer came, than is plausible; see `plausible`.
        Invalid: `recorded_at` outside the demo clock, or spend in a currency without a rate.
    """
    started = perf_counter()
    company = session.get(CompanyState, 1)
    if company is None:
        raise MissingDatabase("This database holds no company yet. Run `python -m alignment init`.")
    if recorded_at is not None and company.clock is not Clock.DEMO:
        raise Invalid("Only the sample company may say when its files came in.")
    if parsed.accounting.rejected and not only_good_rows:
        return _counted(parsed, seconds=perf_counter() - started)

    def do() -> dict[str, Any]:
        one_import_at_a_time(session)
        known = already_imported(session, parsed)
        if known is not None:
            return known.plain()
        last = last_file(session, parsed)
        if not accept:
            hold(parsed, rejected_reason(parsed))
        work = replace(_work(session, actor, parsed, company, recorded_at), progress=progress)
        WRITERS[parsed.kind](work, parsed)
        if not accept:
            hold(parsed, shrunk_reason(_file_rows(work, parsed), last))
        _follow_up(work, parsed.kind, prepared or Prepared())
        work.close()
        receipt = _receipt(work, parsed, perf_counter() - started)
        _close_batch(work, parsed, receipt)
        _on_record(work, actor, receipt, command_id, only_good_rows=only_good_rows)
        return _without_values(receipt)

    result = receipt_from(once(session, actor, command_id, "apply_import", do))
    return replace(result, problems=parsed.problems) if isinstance(result, ImportReceipt) else result


def one_import_at_a_time(within: WriteSession) -> None:
    """
    Wait for an import or undo that is under way; on SQLite the write lock has done so already.

    From then on the transaction may last: much is reckoned between two statements of a large import.

    Raises:
        Busy: It took longer than we wait.
    """
    if within.get_bind().dialect.name != "postgresql":
        return
    try:
        within.execute(sa.select(sa.func.pg_advisory_xact_lock(_IMPORT_LOCK)))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_TIMEOUT:
            raise
        raise Busy(
            "Another import is being applied and takes longer than usual. Nothing of yours was stored and "
            "nothing is lost: try again in a moment."
        ) from error
    take_time(within)


def already_imported(within: ReadSession, parsed: ParsedImport) -> AlreadyImported | None:
    """The batch in force that brought the same bytes, read the same way."""
    batch = c(ImportBatch)
    statement = sa.select(ImportBatch).where(
        batch.kind == parsed.kind,
        batch.sha256 == parsed.sha256,
        batch.mapping_version == parsed.mapping_version,
        batch.state == BatchState.APPLIED,
    )
    found = within.scalars(statement).one_or_none()
    if found is None:
        return None
    return AlreadyImported(
        kind=parsed.kind,
        source=found.source,
        file_name=parsed.file_name,
        batch_id=found.id or 0,
        recorded_at=found.recorded_at,
        rows_in_file=found.rows_in_file,
    )


# --- the batch ---------------------------------------------------------------------------------------


def _work(
    within: WriteSession,
    actor: Actor,
    parsed: ParsedImport,
    company: CompanyState,
    recorded_at: datetime | None,
) -> Work:
    moment = recorded_at or not_before_the_last(within)
    rows = parsed.accounting
    batch = ImportBatch(
        kind=parsed.kind,
        source=parsed.source,
        file_name=parsed.file_name,
        sha256=parsed.sha256,
        mapping_version=parsed.mapping_version,
        state=BatchState.APPLIED,
        applied_by_id=actor.person_id,
        recorded_at=moment,
        rows_in_file=rows.in_file,
        rows_other=rows.other,
        rows_rejected=rows.rejected,
        rows_superseded=rows.superseded,
        rows_inserted=0,
        rows_updated=0,
        rows_unchanged=rows.parsed,
    )
    within.add(batch)
    within.flush()
    assert batch.id is not None
    return Work(
        session=within,
        batch_id=batch.id,
        recorded_at=moment,
        source=parsed.source,
        zone=company.zone,
        currency=company.currency,
        names=Names(within, parsed.source),
        row_status=bytearray(len(parsed.rows) or rows.parsed),
        begun=rollups.mark(within),
    )


def not_before_the_last(within: ReadSession) -> datetime:
    """Now; the machine's clock may be set back, and what is known must still come in order."""
    now = datetime.now(UTC)
    last: datetime | None = within.execute(sa.select(sa.func.max(c(ImportBatch).recorded_at))).scalar_one()
    return max(now, last) if last else now


def _file_rows(work: Work, parsed: ParsedImport) -> FileRows:
    rows = parsed.accounting
    return FileRows(rows=rows.parsed + rows.rejected, unchanged=work.row_status.count(Status.UNCHANGED))


def _follow_up(work: Work, kind: str, prepared: Prepared) -> None:
    """What the new rows mean for rows that were there before."""
    resolve(work, _BRINGS.get(kind, ()))
    if kind in _PLACES:
        retire_made_territories(work)
        match_boundaries(work)
        resolve(work, (BY_OWNER,))
    if kind in _PLACES | {"leads", "deals"}:
        apply_owner_rules(work)
    if kind == "territories" and len(work.records) > (Status.UNCHANGED in work.records):
        refuse_circles(work)
        work.touched_waves |= set(
            work.session.connection().scalars(sa.select(c(SurveyCell).wave_id).distinct())
        )
    if kind == "rates":
        settle_foreign_sales(work)
    if work.touched_waves:
        store_interviews_needed(work, prepared.interviews)


def _receipt(work: Work, parsed: ParsedImport, seconds: float) -> ImportReceipt:
    rows: Counter[int] = Counter()
    for status, n_rows in zip(work.row_status, parsed.weights or repeat(1), strict=False):
        rows[status] += n_rows
    open_now = still_open(work, work.waits)
    return _counted(
        parsed,
        batch_id=work.batch_id,
        recorded_at=work.recorded_at,
        rows_inserted=rows[Status.INSERTED],
        rows_updated=rows[Status.UPDATED],
        rows_unchanged=rows[Status.UNCHANGED],
        records_inserted=work.records[Status.INSERTED],
        records_updated=work.records[Status.UPDATED],
        records_unchanged=work.records[Status.UNCHANGED],
        notes=(*parsed.notes, *work.notes),
        matches=tuple(
            Match(kind=kind, text=text, name=work.names.matched_with[kind, text].name, rows=count)
            for (kind, text), count in sorted(work.names.matched.items())
        ),
        created=tuple(work.created),
        waiting=tuple(
            Waiting(kind=_WAITED_FOR.get(kind, kind), text=text, rows=count)
            for (kind, text), count in sorted(work.waits.items())
            if (kind, text) in open_now
        ),
        not_converted=tuple(
            NotConverted(currency=currency, amounts=count)
            for currency, count in sorted(work.not_converted.items())
        ),
        seconds=seconds,
    )


def _counted(parsed: ParsedImport, *, batch_id: int | None = None, **more: Any) -> ImportReceipt:
    rows = parsed.accounting
    values: dict[str, Any] = {"recorded_at": None, "notes": parsed.notes} | more
    return ImportReceipt(
        kind=parsed.kind,
        source=parsed.source,
        file_name=parsed.file_name,
        batch_id=batch_id,
        rows_in_file=rows.in_file,
        rows_other=rows.other,
        rows_rejected=rows.rejected,
        rows_superseded=rows.superseded,
        problems=parsed.problems,
        **values,
    )


def _close_batch(work: Work, parsed: ParsedImport, receipt: ImportReceipt) -> None:
    """The batch's final counts, the spellings learned, and the mapping for the next time."""
    batch = c(ImportBatch)
    work.session.execute(
        sa.update(ImportBatch)
        .where(batch.id == work.batch_id)
        .values(
            rows_inserted=receipt.rows_inserted,
            rows_updated=receipt.rows_updated,
            rows_unchanged=receipt.rows_unchanged,
            records_inserted=receipt.records_inserted,
            records_updated=receipt.records_updated,
            records_unchanged=receipt.records_unchanged,
            receipt_json=_kept(receipt),
        )
    )
    _remember_spellings(work)
    _remember_mapping(work, parsed)


def _kept(receipt: ImportReceipt) -> str:
    plain = _without_values(receipt)
    names = ("notes", "matches", "created", "waiting", "not_converted", "seconds", "problems")
    return canonical({name: plain[name] for name in names})


def _without_values(receipt: ImportReceipt) -> dict[str, Any]:
    """The receipt as it may be kept: rejected cells are named by place alone, being perhaps personal data."""
    named = [asdict(replace(problem, value="", problem="")) for problem in receipt.problems]
    return receipt.plain() | {"problems": named}


def _remember_spellings(work: Work) -> None:
    rows = [
        {
            "kind": NAMED[kind][2],
            "source_text": text,
            "target_code": known.code,
            "recorded_at": work.recorded_at,
        }
        for (kind, text), known in work.names.matched_with.items()
    ]
    upsert(work.session, Alias, rows, index=("kind", "source_text"), update=())


def _remember_mapping(work: Work, parsed: ParsedImport) -> None:
    """What a person decided about files with these columns; what is recognised anyway is not remembered."""
    if not (parsed.is_decided and parsed.mapping and parsed.header):
        return
    row = {
        "kind": parsed.kind,
        "source": parsed.source,
        "header_sha256": header_sha256(parsed.header),
        "mapping_json": json.dumps(parsed.mapping, ensure_ascii=False, sort_keys=True),
        "answers_json": json.dumps(parsed.answers, sort_keys=True),
        "version": 1,
        "recorded_at": work.recorded_at,
    }
    upsert(
        work.session,
        ImportMapping,
        [row],
        index=("kind", "source", "header_sha256"),
        update=("mapping_json", "answers_json", "recorded_at"),
    )


def _on_record(
    work: Work, actor: Actor, receipt: ImportReceipt, command_id: str | None, *, only_good_rows: bool
) -> None:
    changed = receipt.records_inserted + receipt.records_updated + len(work.remembered) + len(work.created)
    record(
        work.session,
        actor,
        AuditTag.IMPORT_BATCH_APPLY,
        subject=("import_batch", work.batch_id),
        after={
            "kind": receipt.kind,
            "file": receipt.file_name,
            "rows_in_file": receipt.rows_in_file,
            "rows_rejected": receipt.rows_rejected,
            "rows_inserted": receipt.rows_inserted,
            "rows_updated": receipt.rows_updated,
            "rows_unchanged": receipt.rows_unchanged,
            "only_good_rows": only_good_rows,
        },
        command_id=command_id,
        changes_numbers=changed > 0,
    )
