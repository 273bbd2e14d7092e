"""
What is stored of a kind of file, in the form that can be imported again.

Columns are our field names; references are codes or ids; money is in units of the
row's currency; moments are ISO 8601 in UTC.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.errors import NotFound, did_you_mean
from alignment.money import MICROS, from_minor
from alignment.periods import from_epoch_day
from alignment.tables import CompanyState, Table
from alignment.vocabulary import BatchState, DealEventKind, GoalMetric, Stage

Row = dict[str, Any]
_CODES = {
    "territory": "code", "segment": "name", "channel": "name", "product": "code", "campaign": "code",
    "person": "external_id", "account": "external_id", "lead": "external_id", "deal": "external_id",
    "survey_wave": "code", "note": "text", "goal": "code", "outlet": "external_id",
    "trade_order": "external_id",
}  # fmt: skip
"""What a file calls a row of each table that others refer to."""

_REFERENCES = {
    "territory_id": "territory", "segment_id": "segment", "channel_id": "channel", "product_id": "product",
    "campaign_id": "campaign", "owner_id": "person", "person_id": "person", "account_id": "account",
    "lead_id": "lead", "deal_id": "deal", "merged_into_id": "lead", "parent_id": "territory",
    "owner_sales_id": "person", "owner_marketing_id": "person", "wave_id": "survey_wave", "note_id": "note",
    "goal_id": "goal", "outlet_id": "outlet", "order_id": "trade_order",
}  # fmt: skip


_DATED = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY)
"""Stages that a lead's own columns date; see `imports.kinds`."""


def _event_id(row: Row) -> str:
    return str(row["origin"]).removeprefix("event:")


def _amount(column: str) -> Callable[[Row], Decimal | None]:
    return lambda row: None if row[column] is None else from_minor(row[column], row["currency"])


def _moment(column: str) -> Callable[[Row], str | None]:
    return lambda row: _text(row[column])


def _day(column: str) -> Callable[[Row], date | None]:
    return lambda row: None if row[column] is None else from_epoch_day(row[column])


def _receipt(back: int) -> Callable[[Row], str | None]:
    """The part of a sale's origin that names its receipt (2 from the end) or its line (1)."""

    def part(row: Row) -> str | None:
        found = str(row["origin"]).rsplit(":", 2)[-back]
        return None if found == "-" else found

    return part


def _either(first: str, second: str) -> Callable[[Row], Any]:
    return lambda row: row[first] if row[first] is not None else row[second]


def _event_value(row: Row) -> str | None:
    """What the event's value was: an amount, a day, or the stage or reason."""
    if row["amount_minor"] is not None and not row["amount_from_deal"]:
        return str(from_minor(row["amount_minor"], row["currency"]))
    if row["expected_day"] is not None:
        return from_epoch_day(row["expected_day"]).isoformat()
    stage: str | None = row["stage_text"]
    return stage


def _target(row: Row) -> Decimal:
    is_money = row["metric"] == GoalMetric.WON_REVENUE
    return from_minor(row["value"], row["currency"]) if is_money else Decimal(row["value"]) / 1_000_000


_KINDS: dict[str, tuple[str, dict[str, str | Callable[[Row], Any]]]] = {
    "accounts": ("account", {
        "account_id": "external_id", "name": "name", "segment": "segment_id", "territory": "territory_id",
        "country": "country",
    }),
    "products": ("product", {
        "code": "code", "name": "name", "series": "series", "list_price": _amount("list_price_minor"),
        "currency": "currency",
    }),
    "people": ("person", {
        "person_id": "external_id", "name": "name", "email": "email", "role": "role", "team": "team",
        "manager": "manager", "territories": "territories",
    }),
    "territories": ("territory", {
        "code": "code", "name": "name", "parent": "parent_id", "stratum": "stratum",
        "population": "population", "potential": _amount("potential_minor"), "boundary_key": "boundary_key",
        "valid_from": "valid_from", "valid_to": "valid_to",
    }),
    "territory_rules": ("territory_rule", {
        "field": "field", "pattern": "pattern", "territory": "territory_id", "valid_from": "valid_from",
    }),
    "leads": ("lead", {
        "lead_id": "external_id", "created_at": _moment("created_at"), "territory": "territory_id",
        "segment": "segment_id", "channel": "channel_id", "product": "product_id", "campaign": "campaign_id",
        "owner": "owner_id", "account": "account_id", "merged_into": "merged_into_id", "deleted": "deleted",
        "modified_at": _moment("modified_at"),
        "marketing_qualified_at": _moment("marketing_qualified_at"),
        "sales_accepted_at": _moment("sales_accepted_at"),
        "sales_qualified_at": _moment("sales_qualified_at"),
        "opportunity_at": _moment("opportunity_at"),
    }),
    "stage_events": ("stage_entry", {
        "event_id": _event_id, "lead": "lead_id", "stage": _either("stage", "exit"),
        "at": _moment("valid_at"), "episode": "episode", "reason": "reason_code",
    }),
    "touches": ("touch", {
        "touch_id": _event_id, "lead": "lead_id", "deal": "deal_id", "at": _moment("valid_at"),
        "kind": "kind", "direction": "direction", "human": "human", "connected": "connected",
        "campaign": "campaign_id", "person": "person_id",
    }),
    "deals": ("deal", {
        "deal_id": "external_id", "name": "name", "lead": "lead_id", "account": "account_id",
        "territory": "territory_id", "segment": "segment_id", "channel": "channel_id",
        "product": "product_id", "campaign": "campaign_id", "owner": "owner_id",
        "created_at": _moment("opened_at"), "stage": "stage_text", "amount": _amount("amount_minor"),
        "currency": "currency", "expected_on": _day("expected_day"), "closed_at": _moment("closed_at"),
        "deleted": "deleted", "modified_at": _moment("modified_at"),
    }),
    "deal_stages": ("deal_event", {
        "event_id": _event_id, "deal": "deal_id", "event": "kind", "at": _moment("valid_at"),
        "value": _event_value, "currency": "currency",
    }),
    "campaigns": ("campaign", {
        "code": "code", "name": "name", "objective": "objective", "channel": "channel_id",
        "segment": "segment_id", "start_on": "start_on", "end_on": "end_on",
        "planned_spend": lambda row: _units(row["planned_spend_micros"]), "planned_leads": "planned_leads",
        "planned_qualified": "planned_qualified", "territories": "territories",
        "owner_sales": "owner_sales_id", "owner_marketing": "owner_marketing_id",
    }),
    "campaign_days": ("campaign_day", {
        "campaign": "campaign_id", "territory": "territory_id", "day": _day("day"),
        "spend": lambda row: _units(row["spend_micros"]), "impressions": "impressions", "reach": "reach",
        "clicks": "clicks",
    }),
    "survey": ("survey_cell", {
        "wave": "wave_id", "start_on": "start_on", "end_on": "end_on", "territory": "territory_id",
        "asked": "asked", "yes": "yes", "sum_w": "sum_w", "sum_w2": "sum_w2", "sum_wy": "sum_wy",
        "considering": "considering", "sum_wc": "sum_wc",
    }),
    "goals": ("goal_target", {
        "code": "goal_id", "name": "name", "metric": "metric", "start_on": "start_on", "end_on": "end_on",
        "target": _target, "valid_from": "valid_from", "reason": "reason", "owner_sales": "owner_sales_id",
        "owner_marketing": "owner_marketing_id",
    }),
    "rates": ("exchange_rate", {"day": "day", "currency": "currency", "rate": "rate"}),
    "holidays": ("holiday", {"day": "day", "name": "name"}),
    "flags": ("flag", {
        "flag_id": _event_id, "at": _moment("valid_at"), "territory": "territory_id", "kind": "kind",
        "seen": "seen", "conversations": "conversations", "product": "product_id", "note": "note_id",
        "person": "person_id",
    }),
    "measures": ("measure", {
        "territory": "territory_id", "day": _day("day"), "measure": "name",
        "number": lambda row: _units(row["amount_micros"]),
    }),
    "outlets": ("outlet", {
        "outlet_id": "external_id", "name": "name", "territory": "territory_id", "segment": "segment_id",
        "channel": "channel_id", "closed_on": _day("closed_day"),
    }),
    "outlet_sales": ("outlet_sale", {
        "outlet": "outlet_id", "product": "product_id", "day": _day("day"), "receipt": _receipt(2),
        "line": _receipt(1), "units": lambda row: _units(row["units_micros"]),
        "amount": _amount("amount_minor"), "currency": "currency",
    }),
    "listings": ("listing", {
        "outlet": "outlet_id", "product": "product_id", "listed_from": _day("day"), "listed_to": "until",
    }),
    "visits": ("visit", {
        "outlet": "outlet_id", "at": _moment("valid_at"), "product": "product_id", "in_stock": "in_stock",
        "pos_material": "pos_material", "facings": "facings",
    }),
    "orders": ("order_line", {
        "order_id": "order_id", "line": "line", "outlet": "outlet_id", "product": "product_id",
        "ordered_on": _day("day"), "promised_on": _day("promised_day"), "way": "way",
        "quantity": lambda row: _units(row["quantity_micros"]), "amount": _amount("amount_minor"),
        "currency": "currency", "deleted": "cancelled",
    }),
    "deliveries": ("delivery", {
        "order": "order_id", "line": "line", "product": "product_id", "delivery": "note",
        "delivered_on": _day("day"), "quantity": lambda row: _units(row["quantity_micros"]),
    }),
    "promotions": ("promotion", {
        "promotion": "code", "outlet": "outlet_id", "territory": "territory_id", "product": "product_id",
        "start_on": _day("day"), "end_on": "until", "discount": lambda row: _units(row["discount_micros"]),
        "mechanic": "mechanic",
    }),
    "inventory": ("inventory", {
        "outlet": "outlet_id", "product": "product_id", "day": _day("day"),
        "on_hand": lambda row: _units(row["quantity_micros"]),
    }),
}  # fmt: skip
"""By kind: the table, and what fills each of our fields (a column, or a function of the row)."""


def _units(micros: int | None) -> Decimal | None:
    return None if micros is None else Decimal(micros) / MICROS


def stored_rows(session: ReadSession, kind: str, source: str | None = None) -> pd.DataFrame:
    """
    One row per record of the kind that is in force, by its id. Every cell is text or missing.

    `source` takes what one system said; records of several systems, read back as
    one system's, would count twice.

    Raises:
        NotFound: No such kind, or one that is not written out (boundaries are served by the app).
    """
    if kind not in _KINDS:
        known = ", ".join(sorted(_KINDS))
        raise NotFound(f'"{kind}" cannot be exported.{did_you_mean(kind, _KINDS)} Use one of: {known}.')
    name, fields = _KINDS[kind]
    rows = _rows(session, name, source)
    names = {table: _names(session, table) for table in set(_REFERENCES.values())}
    body = [{field: _cell(row, source, names) for field, source in fields.items()} for row in rows]
    return pd.DataFrame(body, columns=list(fields), dtype=object)


_STATED = "event:%"
"""Origins of events that a file stated; the others follow from the dates of leads and deals."""


def sources_of(session: ReadSession, kind: str) -> tuple[str, ...]:
    """The systems whose records of the kind are in force; empty where the kind has none."""
    table = Table.metadata.tables[_KINDS[kind][0]]
    if "source" not in table.c:
        return ()
    statement = sa.select(table.c.source).distinct().order_by(table.c.source)
    if "ended_at" in table.c:
        statement = statement.where(table.c.ended_at.is_(None))
    return tuple(session.connection().scalars(statement))


def _rows(session: ReadSession, name: str, source: str | None = None) -> list[Row]:
    table = Table.metadata.tables[name]
    statement: sa.Select[Any] = sa.select(table).order_by(table.c.id)
    if "ended_at" in table.c:
        statement = statement.where(table.c.ended_at.is_(None))
    if name in ("stage_entry", "deal_event"):
        statement = statement.where(table.c.origin.like(_STATED))
    if source is not None and "source" in table.c:
        statement = statement.where(table.c.source == source)
    rows = [dict(row) for row in session.connection().execute(statement).mappings()]
    return _completed(session, name, rows)


def _completed(session: ReadSession, name: str, rows: list[Row]) -> list[Row]:
    """With what stands in another table: a goal's or wave's columns, a deal's closing, territories linked."""
    currency = session.connection().execute(sa.select(CompanyState.__table__.c.currency)).scalar_one()  # type: ignore[attr-defined]
    if name in ("territory", "goal_target"):
        rows = [row | {"currency": currency} for row in rows]
    if name in ("goal_target", "survey_cell"):
        owner, column = ("goal", "goal_id") if name == "goal_target" else ("survey_wave", "wave_id")
        owners = {row["id"]: row for row in _rows(session, owner)}
        rows = [owners[row[column]] | row for row in rows]
    if name == "lead":
        dated = _own_dates(session, "stage_entry", "lead_id", "stage")
        rows = [row | {f"{stage}_at": dated.get((row["id"], stage)) for stage in _DATED} for row in rows]
    if name == "deal":
        closed = _own_dates(session, "deal_event", "deal_id", "kind")
        ways = (DealEventKind.WON, DealEventKind.LOST)
        rows = [
            row
            | {
                "closed_at": next(
                    (closed[row["id"], way] for way in ways if (row["id"], way) in closed), None
                )
            }
            for row in rows
        ]
    if name in ("person", "campaign"):
        linked = _linked(session, name)
        rows = [row | {"territories": ";".join(linked.get(row["id"], []))} for row in rows]
    return rows


def _own_dates(session: ReadSession, name: str, record: str, step: str) -> dict[tuple[int, Any], datetime]:
    """
    When a lead or deal took a step by its own file's dates, by record and step.

    A history that speaks of the same step silences the date and does not withdraw it:
    the file still says it. What the record itself no longer says is left out.
    """
    event, batch = Table.metadata.tables[name], Table.metadata.tables["import_batch"]
    made, ended = batch.alias("made"), batch.alias("ended")
    statement = (
        sa.select(event, ended.c.kind.label("ended_kind"))
        .join(made, made.c.id == event.c.batch_id)
        .outerjoin(ended, ended.c.id == event.c.ended_by_batch)
        .where(event.c.origin.not_like(_STATED), made.c.state != BatchState.UNDONE)
        .order_by(event.c.id)
    )
    last: dict[tuple[str, str], Row] = {}
    for row in session.connection().execute(statement).mappings():
        last[row["source"], row["origin"]] = dict(row)
    return {
        (row[record], row[step]): row["valid_at"]
        for row in last.values()
        if row["ended_by_batch"] in (None, row["batch_id"]) or row["ended_kind"] == _HISTORIES[name]
    }


_HISTORIES = {"stage_entry": "stage_events", "deal_event": "deal_stages"}
"""Which kind of file states the events that a record's own dates also tell."""


def _linked(session: ReadSession, name: str) -> dict[int, list[str]]:
    link, territory = Table.metadata.tables[f"{name}_territory"], Table.metadata.tables["territory"]
    statement = (
        sa.select(link.c[f"{name}_id"], territory.c.code)
        .join(territory, territory.c.id == link.c.territory_id)
        .order_by(territory.c.code)
    )
    found: dict[int, list[str]] = {}
    for owner, code in session.connection().execute(statement):
        found.setdefault(owner, []).append(code)
    return found


def _names(session: ReadSession, name: str) -> dict[int, str]:
    table = Table.metadata.tables[name]
    rows = session.connection().execute(sa.select(table.c.id, table.c[_CODES[name]]))
    return {row[0]: row[1] for row in rows}


def _cell(row: Row, source: str | Callable[[Row], Any], names: dict[str, dict[int, str]]) -> str | None:
    if not isinstance(source, str):
        return _text(source(row))
    value = row[source]
    if source in _REFERENCES and value is not None:
        value = names[_REFERENCES[source]][value]
    return _text(value)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
