"""Leads, their stage changes, and the touches of leads and deals."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from alignment.actions.imports.entities import (
    BY_SOURCE,
    Stated,
    Written,
    fill,
    ids_with_stubs,
    record_ids,
    stub_ids,
    write_entities,
)
from alignment.actions.imports.observations import (
    STATED,
    Said,
    Steps,
    origin_of,
    write_derived,
    write_observations,
    write_stated,
)
from alignment.actions.imports.placing import place
from alignment.actions.imports.work import Open, Status, Work, lots_of
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_where, table_named
from alignment.tables import Lead, c
from alignment.vocabulary import Direction, Exit, Stage

_DATED_STAGES = {
    "created_at": Stage.LEAD,
    "marketing_qualified_at": Stage.MARKETING_QUALIFIED,
    "sales_accepted_at": Stage.SALES_ACCEPTED,
    "sales_qualified_at": Stage.SALES_QUALIFIED,
    "opportunity_at": Stage.OPPORTUNITY,
}
_PERSONAL = ("first_name", "last_name", "email", "phone", "company")
STEPS = Steps(
    table="stage_entry",
    record="lead_id",
    owner="lead",
    compared=("episode", "stage", "exit"),
    step=lambda row: (row["episode"], row["stage"], row["exit"]),
    histories=frozenset({"stage_events"}),
)


def write_leads(work: Work, parsed: ParsedImport) -> None:
    """One lead a row, with the stages that its own date columns tell."""
    by_owner = bool(parsed.options.get("territory_from_owner"))
    merged = _named(parsed.rows, "merged_into")
    survivors = _survivors(work, merged)
    for lot in lots_of(parsed.rows, is_whole=bool(stub_ids(work, "lead"))):
        stated = [_lead(work, index, row, survivors, by_owner) for index, row in lot]
        written = write_entities(work, "lead", stated, BY_SOURCE)
        current = [
            (index, row, one) for (index, row), one in zip(lot, written, strict=True) if not one.is_stale
        ]
        _write_people(work, [(index, row, one.id) for index, row, one in current])
        _derive(work, current)
    if merged:
        flatten_merges(work)


def _lead(work: Work, index: int, row: Row, survivors: dict[str, int], by_owner: bool) -> Stated:
    values: Row = {"source": work.source, "external_id": row["lead_id"]}
    opens: list[Open] = []
    on = None
    if "created_at" in row:
        values["created_at"], values["created_day"] = row["created_at"], work.day_of(row["created_at"])
        on = work.local_day(row["created_at"]) if row["created_at"] else None
    if "modified_at" in row:
        values["modified_at"] = row["modified_at"]
    if "deleted" in row:
        values["deleted"] = bool(row["deleted"])
    work.listed(row, "segment", "segments", "segment_id", values)
    work.listed(row, "channel", "channels", "channel_id", values)
    work.reference(row, "product", "products", "product_id", values, opens)
    work.reference(row, "campaign", "campaigns", "campaign_id", values, opens)
    work.reference(row, "owner", "people", "owner_id", values, opens)
    work.reference(row, "account", "accounts", "account_id", values, opens)
    place(work, row, values, opens, by_owner=by_owner, on=on)
    if "merged_into" in row:
        _merge(work, row, values, opens, survivors)
    return Stated(row=index, values=values, defaults={"deleted": False}, opens=opens)


def _merge(work: Work, row: Row, values: Row, opens: list[Open], survivors: dict[str, int]) -> None:
    target = row["merged_into"]
    values["merged_into_id"] = survivors.get(target) if target else None
    if target and target not in survivors and target != row["lead_id"]:
        opens.append(work.wait("merged_into_id", "leads", target))


def _named(rows: Sequence[Row], field_name: str) -> list[str]:
    """What the rows name there. Most files have no such column, and then no row is put together."""
    if not rows or field_name not in rows[0]:
        return []
    return [row[field_name] for row in rows if row[field_name]]


def _survivors(work: Work, targets: Sequence[str]) -> dict[str, int]:
    """By the id that a row is merged into: the lead that is left at the end of the chain so far."""
    ids = record_ids(work, "lead", targets)
    found = {
        row["id"]: row["merged_into_id"]
        for row in rows_where(work.session, table_named("lead"), "id", ids.values())
    }
    return {text: found[row_id] or row_id for text, row_id in ids.items()}


def flatten_merges(work: Work) -> None:
    """
    Let every merged lead point at the one that is left at the end of its chain.

    Of leads that are merged into each other in a circle, which should not happen,
    the one with the smallest id is left.
    """
    lead = c(Lead)
    rows = work.session.connection().execute(
        sa.select(lead.id, lead.external_id, lead.merged_into_id).where(lead.merged_into_id.is_not(None))
    )
    merged = {row_id: (text, target) for row_id, text, target in rows}
    changes: dict[int, Row] = {}
    for row_id, (_, target) in merged.items():
        last = _end_of_chain(row_id, merged)
        if last != target:
            changes[row_id] = {"merged_into_id": last if last != row_id else None}
    fill(work, "lead", changes)


def _end_of_chain(row_id: int, merged: dict[int, tuple[str, int]]) -> int:
    path = [row_id]
    while path[-1] in merged:
        following = merged[path[-1]][1]
        if following in path:
            circle = path[path.index(following) :]
            return min(circle, key=lambda each: merged[each][0])
        path.append(following)
    return path[-1]


def _write_people(work: Work, current: Sequence[tuple[int, Row, int]]) -> None:
    """Personal data goes to `lead_person` alone; its changes are not remembered."""
    present = [name for name in _PERSONAL if current and name in current[0][1]]
    wanted = {row_id: {name: row[name] for name in present} for _, row, row_id in current}
    made = work.fresh["lead"]
    known = {row_id for row_id in wanted if row_id not in made}
    table = table_named("lead_person")
    stored = (
        {row["lead_id"]: row for row in rows_where(work.session, table, "lead_id", known)} if present else {}
    )
    new = [{"lead_id": row_id} | values for row_id, values in wanted.items() if any(values.values())]
    work.insert("lead_person", [row for row in new if row["lead_id"] not in stored])
    for index, _, row_id in current:
        before = stored.get(row_id)
        if before and any(before[name] != value for name, value in wanted[row_id].items()):
            work.session.connection().execute(
                sa.update(table).where(table.c.lead_id == row_id).values(wanted[row_id])
            )
            work.mark(index, Status.UPDATED)


def _derive(work: Work, current: Sequence[tuple[int, Row, Written]]) -> None:
    """A lead is one from its creation on, or from a day unknown; later stages have a date or are not told."""
    said, silent, made = [], [], work.fresh["lead"]
    for index, row, lead in current:
        for column, stage in _DATED_STAGES.items():
            is_undated_lead = stage is Stage.LEAD and (column in row or lead.status is Status.INSERTED)
            if row.get(column) is not None or is_undated_lead:
                values = _entry(lead.id, stage=stage) | work.when(row.get(column))
                said.append(Said(row=index, origin=origin_of(row["lead_id"], stage.value), values=values))
            elif column in row and lead.id not in made:
                silent.append(origin_of(row["lead_id"], stage.value))
    write_derived(work, STEPS, said, silent)


def _entry(
    lead_id: int,
    *,
    stage: Stage | None = None,
    exit_: Exit | None = None,
    episode: int = 1,
    reason: str | None = None,
) -> Row:
    return {"lead_id": lead_id, "episode": episode, "stage": stage, "exit": exit_, "reason_code": reason}


def write_stage_events(work: Work, parsed: ParsedImport) -> None:
    """One entry of a stage, or one exit, a row; a lead that nobody described yet becomes a stub."""
    leads = ids_with_stubs(work, "lead", "leads", [row["lead"] for row in parsed.rows])
    said = []
    for index, row in enumerate(parsed.rows):
        step: Stage | Exit = row["stage"]
        entry = _entry(
            leads[row["lead"]],
            stage=step if isinstance(step, Stage) else None,
            exit_=step if isinstance(step, Exit) else None,
            episode=row.get("episode") or 1,
            reason=row.get("reason"),
        )
        origin = origin_of(f"{STATED}{row['event_id']}")
        said.append(Said(row=index, origin=origin, values=entry | work.when(row.get("at"))))
    write_stated(work, STEPS, said)


def write_touches(work: Work, parsed: ParsedImport) -> None:
    """One contact a row, with a lead, a deal, or both."""
    rows = parsed.rows
    leads = ids_with_stubs(work, "lead", "leads", [row["lead"] for row in rows if row.get("lead")])
    deals = ids_with_stubs(work, "deal", "deals", [row["deal"] for row in rows if row.get("deal")])
    said = []
    for index, row in enumerate(rows):
        values: dict[str, Any] = {
            "lead_id": leads.get(row.get("lead") or ""),
            "deal_id": deals.get(row.get("deal") or ""),
            "kind": row["kind"],
            "direction": row.get("direction") or Direction.UNKNOWN,
            "human": row.get("human"),
            "connected": row.get("connected"),
            "campaign_id": None,
            "person_id": None,
        }
        opens: list[Open] = []
        work.reference(row, "campaign", "campaigns", "campaign_id", values, opens)
        work.reference(row, "person", "people", "person_id", values, opens)
        values |= work.when(row["at"])
        said.append(
            Said(row=index, origin=origin_of(f"{STATED}{row['touch_id']}"), values=values, opens=opens)
        )
    write_observations(work, "touch", said)
