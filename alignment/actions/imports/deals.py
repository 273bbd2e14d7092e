"""Deals and what happened to them, with amounts in the company's currency as well."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

import sqlalchemy as sa

from alignment.actions.imports.entities import (
    BY_SOURCE,
    Stated,
    Written,
    fill,
    ids_with_stubs,
    stub_ids,
    write_entities,
)
from alignment.actions.imports.observations import (
    STATED,
    Said,
    Steps,
    end,
    origin_of,
    write_derived,
    write_stated,
)
from alignment.actions.imports.placing import place
from alignment.actions.imports.work import Open, Work, lots_of
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_of, rows_where, table_named
from alignment.many import among
from alignment.money import RateTable, from_minor, to_minor
from alignment.periods import epoch_day, from_epoch_day
from alignment.tables import ExchangeRate, c
from alignment.vocabulary import DealEventKind

_CLOSING = {DealEventKind.WON, DealEventKind.LOST, DealEventKind.REOPENED}


def _step(row: Row) -> tuple[str, ...]:
    """Opening and closing are told by both files; everything else only by the history."""
    if row["kind"] in _CLOSING:
        return ("closing",)
    return (row["kind"],) if row["kind"] == DealEventKind.OPENED else (row["kind"], row["origin"])


STEPS = Steps(
    table="deal_event",
    record="deal_id",
    owner="deal",
    compared=("kind",),
    step=_step,
    histories=frozenset({"deal_stages"}),
)


def write_deals(work: Work, parsed: ParsedImport) -> None:
    """One deal a row, with its opening and, if it is closed, its closing."""
    by_owner = bool(parsed.options.get("territory_from_owner"))
    leads = _lead_ids(work, parsed.rows)
    for lot in lots_of(parsed.rows, is_whole=bool(stub_ids(work, "deal"))):
        stated = [_deal(work, index, row, leads, by_owner) for index, row in lot]
        written = write_entities(work, "deal", stated, BY_SOURCE)
        current = [
            (index, row, one) for (index, row), one in zip(lot, written, strict=True) if not one.is_stale
        ]
        _derive(work, current)
        settle(work, [one.id for _, _, one in current])


def _lead_ids(work: Work, rows: Sequence[Row]) -> dict[str, int]:
    from alignment.actions.imports.entities import record_ids

    return record_ids(work, "lead", [row["lead"] for row in rows if row.get("lead")])


def _deal(work: Work, index: int, row: Row, leads: dict[str, int], by_owner: bool) -> Stated:
    text, _ = row["stage"]
    values: Row = {"source": work.source, "external_id": row["deal_id"], "stage_text": text}
    opens: list[Open] = []
    _copy(row, values, name="name", modified_at="modified_at")
    if "deleted" in row:
        values["deleted"] = bool(row["deleted"])
    on = None
    if "created_at" in row:
        values["opened_at"], values["opened_day"] = row["created_at"], work.day_of(row["created_at"])
        on = work.local_day(row["created_at"]) if row["created_at"] else None
    if "expected_on" in row:
        values["expected_day"] = epoch_day(row["expected_on"]) if row["expected_on"] else None
    if "amount" in row:
        currency = row.get("currency") or work.currency
        values["amount_minor"] = None if row["amount"] is None else to_minor(row["amount"], currency)
        values["currency"] = currency
    if "lead" in row:
        values["lead_id"] = leads.get(row["lead"] or "")
        if row["lead"] and row["lead"] not in leads:
            opens.append(work.wait("lead_id", "leads", row["lead"]))
    work.reference(row, "account", "accounts", "account_id", values, opens)
    work.listed(row, "segment", "segments", "segment_id", values)
    work.listed(row, "channel", "channels", "channel_id", values)
    work.reference(row, "product", "products", "product_id", values, opens)
    work.reference(row, "campaign", "campaigns", "campaign_id", values, opens)
    work.reference(row, "owner", "people", "owner_id", values, opens)
    place(work, row, values, opens, by_owner=by_owner, on=on)
    return Stated(
        row=index, values=values, defaults={"deleted": False, "currency": work.currency}, opens=opens
    )


def _copy(row: Row, values: Row, **columns: str) -> None:
    values |= {column: row[name] for column, name in columns.items() if name in row}


def _derive(work: Work, current: Sequence[tuple[int, Row, Written]]) -> None:
    said, silent = [], []
    for index, row, deal in current:
        _, kind = row["stage"]
        currency = row.get("currency") or work.currency
        amount = None if row.get("amount") is None else to_minor(row["amount"], currency)
        money = {"amount_minor": amount, "currency": currency if amount is not None else None}
        opened = _event(deal.id, DealEventKind.OPENED) | money | work.when(row.get("created_at"))
        said.append(Said(row=index, origin=origin_of(row["deal_id"], "opened"), values=opened))
        closed = origin_of(row["deal_id"], "closed")
        if kind in (DealEventKind.WON, DealEventKind.LOST):
            event = _event(deal.id, kind) | money | work.when(row.get("closed_at"))
            said.append(Said(row=index, origin=closed, values=event))
        else:
            silent.append(closed)
    write_derived(work, STEPS, said, silent)


def _event(deal_id: int, kind: DealEventKind) -> Row:
    return {
        "deal_id": deal_id,
        "kind": kind,
        "stage_text": None,
        "amount_minor": None,
        "currency": None,
        "amount_from_deal": False,
        "company_minor": None,
        "expected_day": None,
    }


def write_deal_stages(work: Work, parsed: ParsedImport) -> None:
    """One event of a deal a row. A won or lost event without a value of its own carries the deal's amount."""
    deals = ids_with_stubs(work, "deal", "deals", [row["deal"] for row in parsed.rows])
    known = {row["id"]: row for row in rows_where(work.session, table_named("deal"), "id", deals.values())}
    said = []
    for index, row in enumerate(parsed.rows):
        deal = known[deals[row["deal"]]]
        event = _event(deal["id"], row["event"]) | _content(work, row, deal) | work.when(row.get("at"))
        said.append(Said(row=index, origin=origin_of(f"{STATED}{row['event_id']}"), values=event))
    write_stated(work, STEPS, said)
    settle(work, set(deals.values()))


def _content(work: Work, row: Row, deal: Row) -> Row:
    """What the event's value means for its kind: a stage, an amount, a day, or a reason."""
    kind, value = row["event"], row.get("value")
    if kind is DealEventKind.EXPECTED:
        day = value if isinstance(value, date) else _as_day(value)
        return {"expected_day": epoch_day(day) if day else None}
    amount = value if isinstance(value, Decimal) else _as_amount(value)
    currency = row.get("currency") or deal["currency"]
    if amount is not None and kind in (DealEventKind.AMOUNT, DealEventKind.WON, DealEventKind.LOST):
        # A deal that nobody described yet has no currency; `settle` corrects the minor units when it has.
        return {"amount_minor": to_minor(amount, currency or work.currency), "currency": currency}
    told: Row = {"stage_text": str(value) if value is not None else None}
    if kind in (DealEventKind.WON, DealEventKind.LOST):
        currency = deal["currency"] if deal["amount_minor"] is not None else None
        told |= {"amount_minor": deal["amount_minor"], "currency": currency, "amount_from_deal": True}
    return told


def _as_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _as_amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


# --- amounts in the company's currency ---------------------------------------------------------------


def rate_table(work: Work) -> RateTable:
    """All known rates into the company's currency."""
    rates: dict[str, list[tuple[date, Decimal]]] = {}
    columns = c(ExchangeRate)
    statement = sa.select(columns.currency, columns.day, columns.rate).order_by(columns.day)
    for currency, day, rate in work.session.connection().execute(statement):
        rates.setdefault(currency, []).append((day, Decimal(rate)))
    return RateTable(currency=work.currency, rates={name: tuple(days) for name, days in rates.items()})


def settle(work: Work, deal_ids: Iterable[int]) -> None:
    """
    Bring what follows from a deal and its events into line, whichever file came first.

    Closings without a value take the deal's amount; every amount is converted at
    the rate of its event's day, the deal's own at the day it closed (or opened).
    """
    deals = {row["id"]: row for row in rows_where(work.session, table_named("deal"), "id", deal_ids)}
    events = _living_events(work, deals)
    if _follow_amounts(work, deals, events):
        events = _living_events(work, deals)
    rates = rate_table(work)
    changed_events = {
        event["id"]: {"company_minor": minor}
        for event in events
        if (minor := _converted(rates, event, event["day"])) != event["company_minor"]
    }
    work.follow("deal_event", changed_events)
    days = _closing_days(events)
    changed_deals = {}
    for deal_id, deal in deals.items():
        minor = _converted(rates, deal, days.get(deal_id, deal["opened_day"]))
        if minor is None and deal["amount_minor"] is not None:
            work.not_converted[deal["currency"]] += 1
        if minor != deal["company_minor"]:
            changed_deals[deal_id] = {"company_minor": minor}
    work.follow("deal", changed_deals)


def _living_events(work: Work, deal_ids: Iterable[int]) -> list[Row]:
    table = table_named("deal_event")
    found: list[Row] = []
    for chosen in among(table.c.deal_id, deal_ids):
        statement = sa.select(table).where(chosen, table.c.ended_at.is_(None))
        found += rows_of(work.session, statement)
    return found


def _follow_amounts(work: Work, deals: dict[int, Row], events: Iterable[Row]) -> bool:
    """Closings that carry the deal's amount are said again when it changed; others learn its currency."""
    replaced, filled = [], {}
    for event in events:
        deal = deals[event["deal_id"]]
        currency = deal["currency"] if deal["amount_minor"] is not None else None
        stored = (event["amount_minor"], event["currency"])
        if event["amount_from_deal"] and stored != (deal["amount_minor"], currency):
            replaced.append(event | {"amount_minor": deal["amount_minor"], "currency": currency})
        elif event["amount_minor"] is not None and event["currency"] is None and deal["currency"]:
            amount = from_minor(event["amount_minor"], work.currency)
            filled[event["id"]] = {
                "amount_minor": to_minor(amount, deal["currency"]),
                "currency": deal["currency"],
            }
    end(work, "deal_event", [event["id"] for event in replaced])
    stamp = {
        "recorded_at": work.recorded_at,
        "batch_id": work.batch_id,
        "ended_at": None,
        "ended_by_batch": None,
    }
    work.insert(
        "deal_event",
        [{name: value for name, value in event.items() if name != "id"} | stamp for event in replaced],
    )
    fill(work, "deal_event", filled)
    return bool(replaced or filled)


def _converted(rates: RateTable, row: Row, day: int | None) -> int | None:
    """Minor units of the company's currency; None without an amount, or without a rate for the day."""
    amount, currency = row["amount_minor"], row["currency"]
    if amount is None or currency is None:
        return None
    if currency == rates.currency:
        return int(amount)
    return rates.convert_minor(amount, currency, from_epoch_day(day)) if day is not None else None


def _closing_days(events: Iterable[Row]) -> dict[int, int | None]:
    """The day of each deal's latest closing, unless it was reopened since."""
    last: dict[int, Row] = {}
    for event in sorted(events, key=_in_time):
        if event["kind"] in _CLOSING:
            last[event["deal_id"]] = event
    return {
        deal_id: event["day"]
        for deal_id, event in last.items()
        if event["kind"] is not DealEventKind.REOPENED
    }


def _in_time(event: Row) -> tuple[bool, float, str]:
    moment = event["valid_at"]
    return (moment is not None, moment.timestamp() if moment else 0.0, event["origin"])


def settle_foreign(work: Work) -> None:
    """Convert again what is in another currency: a file of rates came."""
    table = table_named("deal")
    statement = sa.select(table.c.id).where(table.c.currency.is_not(None), table.c.currency != work.currency)
    settle(work, list(work.session.connection().scalars(statement)))
