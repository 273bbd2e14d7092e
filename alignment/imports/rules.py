"""What must hold between the fields of one row, per kind, and what is said although the row goes in."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from alignment.imports.columns import Same
from alignment.imports.dates import DateStyle, parsed_day
from alignment.imports.draft import Draft
from alignment.imports.kinds import folded
from alignment.imports.layout import trimmed
from alignment.imports.melting import check_channels, check_measures
from alignment.imports.numbers import Amount, NumberStyle, number_style, parsed_number
from alignment.imports.outcome import Noted
from alignment.imports.phrases import counted
from alignment.imports.words import TOUCHES
from alignment.periods import business_day
from alignment.vocabulary import DealEventKind, GoalMetric

_HAPPENED: dict[str, tuple[str, ...]] = {
    "leads": (
        "created_at",
        "marketing_qualified_at",
        "sales_accepted_at",
        "sales_qualified_at",
        "opportunity_at",
        "modified_at",
    ),
    "stage_events": ("at",),
    "touches": ("at",),
    "deals": ("created_at", "closed_at", "modified_at"),
    "deal_stages": ("at",),
    "flags": ("at",),
}
"""Fields that tell of something that has happened, so that the future is an error."""


_COUNTS = 1_000_000_000
_LARGEST: dict[str, dict[str, int]] = {
    "stage_events": {"episode": 500},
    "campaigns": {"planned_leads": _COUNTS, "planned_qualified": _COUNTS},
    "survey": {"asked": _COUNTS, "yes": _COUNTS},
    "flags": {"seen": _COUNTS, "conversations": _COUNTS},
}
"""Counts that are kept in 32 bits, and cycles of a lead, which its order of events is made of."""


def apply_rules(draft: Draft) -> None:
    """Refuse rows that contradict themselves; note what is odd but possible."""
    rule = _RULES.get(draft.kind.slug)
    if rule is not None:
        rule(draft)
    _refuse_future(draft)
    _refuse_larger(draft)


def _refuse_future(draft: Draft) -> None:
    if draft.context.now is None:
        return
    latest = draft.context.now + timedelta(days=1)
    for name in _HAPPENED.get(draft.kind.slug, ()):
        for row, value in enumerate(draft.column(name)):
            if value is not None and value > latest:
                draft.refuse(row, name, "lies in the future.", "Correct the date.")


def _refuse_larger(draft: Draft) -> None:
    for name, most in _LARGEST.get(draft.kind.slug, {}).items():
        for row, value in enumerate(draft.column(name)):
            if value is not None and value > most:
                draft.refuse(
                    row, name, f"is more than {most:,}, which cannot be meant.", "Correct the number."
                )


def _deals(draft: Draft) -> None:
    _settle_stage(draft)
    stages = [stage[1] if stage else None for stage in draft.column("stage")]
    _forget_zero_losses(draft, stages)
    _expect_open_deals(draft, stages)
    created, closed = draft.column("created_at"), draft.column("closed_at")
    ended = (DealEventKind.WON, DealEventKind.LOST)
    undated = [row for row, stage in enumerate(stages) if stage in ended and closed[row] is None]
    undated = [row for row in undated if row not in draft.bad]
    if undated and "closed_at" in draft.columns:
        draft.note("closed_at", "won or lost without a closing date: counted in totals, in no week,", undated)
    if "created_at" in draft.columns:
        nowhere = [
            row for row, stage in enumerate(stages) if stage is DealEventKind.OPENED and created[row] is None
        ]
        if nowhere:
            draft.note("created_at", "open without a date: counted in totals, in no week,", nowhere)
    backwards = [
        row
        for row, (start, end) in enumerate(zip(created, closed, strict=True))
        if start is not None and end is not None and end < start and not _same_day(start, end, draft)
    ]
    if backwards:
        draft.note("closed_at", "closed before created; stored as the file says", backwards)


def _settle_stage(draft: Draft) -> None:
    """
    Let the CRM's own flags decide whether a stage is won or lost, and drop them.

    Companies name their stages as they like; "Signed" is won if the CRM says so. A
    stage whose name says otherwise than the flags is refused.
    """
    has_flags = "is_won" in draft.columns or "is_closed" in draft.columns
    won, closed = draft.column("is_won"), draft.column("is_closed")
    draft.columns.pop("is_won", None)
    draft.columns.pop("is_closed", None)
    if not has_flags:
        return
    stages = draft.columns["stage"]
    for row, stage in enumerate(stages):
        told = DealEventKind.WON if won[row] else DealEventKind.LOST if closed[row] else None
        if stage is None or told is None or stage[1] is told:
            continue
        if stage[1] is not DealEventKind.OPENED:
            draft.refuse(
                row, "stage", f"and the CRM's own flag for {told} contradict.", "Correct one of them."
            )
        elif told is DealEventKind.WON or "is_won" in draft.mapping:
            stages[row] = (stage[0], told)


def _same_day(start: Any, end: Any, draft: Draft) -> bool:
    """A closing day without a time begins at midnight, before the hour at which the deal was created."""
    return business_day(start, draft.context.zone) == business_day(end, draft.context.zone)


def _forget_zero_losses(draft: Draft, stages: list[Any]) -> None:
    """A lost deal's 0 is how tools write "nothing came in"; what it was worth is not known."""
    if "amount" not in draft.columns:
        return
    amounts = draft.columns["amount"]
    zero = [row for row, stage in enumerate(stages) if stage is DealEventKind.LOST and amounts[row] == 0]
    for row in zero:
        amounts[row] = None
    if zero:
        draft.notes.append(
            f'Column "{draft.mapping["amount"]}": {counted(len(zero), "lost deal")} with the amount 0, '
            "taken as not known, so that averages do not count it."
        )


def _expect_open_deals(draft: Draft, stages: list[Any]) -> None:
    """The closing date of an open deal is when it is expected to close: CRMs use one column for both."""
    if "closed_at" not in draft.columns:
        return
    closed = draft.columns["closed_at"]
    early = [
        row for row, stage in enumerate(stages) if stage is DealEventKind.OPENED and closed[row] is not None
    ]
    if not early:
        return
    if "expected_on" not in draft.columns:
        draft.put("expected_on", Same(None, draft.n_rows))
    expected = draft.columns["expected_on"]
    for row in early:
        expected[row] = expected[row] or business_day(closed[row], draft.context.zone)
        closed[row] = None
    draft.note("closed_at", "the closing date of an open deal, taken as the expected one,", early)


def _deal_stages(draft: Draft) -> None:
    """
    Write amounts and expected days in one form: "1234.50", "2026-04-03".

    The column holds text, money and days by turns, so it has no style of its own.
    """
    if "value" not in draft.columns:
        return
    events, values = draft.column("event"), draft.columns["value"]
    amounts = [trimmed(text) for event, text in zip(events, values, strict=True) if event is _AMOUNT and text]
    style = number_style(dict.fromkeys(amounts))
    for row, (event, text) in enumerate(zip(events, values, strict=True)):
        if event is _AMOUNT:
            values[row] = _plain_amount(draft, row, text, style)
        elif event is _EXPECTED:
            values[row] = _plain_day(draft, row, text)


_AMOUNT, _EXPECTED = DealEventKind.AMOUNT, DealEventKind.EXPECTED


def _plain_amount(draft: Draft, row: int, text: str | None, style: NumberStyle) -> str | None:
    if text is None:
        return None
    found = parsed_number(text, style if style.decimal else NumberStyle(decimal="."))
    amount = found.value if isinstance(found, Noted) else found
    if not isinstance(amount, Amount):
        draft.refuse(row, "value", "is not an amount.", "Use digits with one decimal sign, as 1234.50.")
        return None
    return format(amount.value, "f")


def _plain_day(draft: Draft, row: int, text: str | None) -> str | None:
    if text is None:
        return None
    found = parsed_day(text, DateStyle(order=None), draft.context.zone)
    day = found.value if isinstance(found, Noted) else found
    if not hasattr(day, "isoformat"):
        draft.refuse(row, "value", "is not a date.", "Use YYYY-MM-DD.")
        return None
    return str(day.isoformat())


def _campaigns(draft: Draft) -> None:
    _ordered(draft, "start_on", "end_on")


def _campaign_days(draft: Draft) -> None:
    pairs = zip(draft.column("clicks"), draft.column("impressions"), strict=True)
    odd = [
        row for row, (clicks, shown) in enumerate(pairs) if clicks and shown is not None and clicks > shown
    ]
    if odd:
        draft.note("clicks", "more clicks than impressions; stored as the file says", odd)


def _survey(draft: Draft) -> None:
    _ordered(draft, "start_on", "end_on")
    _at_most(draft, "yes", "asked", "people know the brand than were asked")
    _at_most(draft, "sum_wy", "sum_w", "weight knows the brand than was asked")
    _at_most(draft, "considering", "yes", "people would consider the brand than know it")
    _at_most(draft, "sum_wc", "sum_wy", "weight would consider the brand than knows it")
    for name in ("sum_w", "sum_w2", "sum_wy", "sum_wc"):
        _not_below(draft, name, Decimal(0))


def _survey_answers(draft: Draft) -> None:
    _not_below(draft, "weight", Decimal(0))
    for row, (considers, aware) in enumerate(
        zip(draft.column("considers"), draft.column("aware"), strict=True)
    ):
        if considers and aware is False:
            draft.refuse(
                row, "considers", "is yes of somebody who does not know the brand.",
                "Only those who know it are asked whether they would consider it.",
            )  # fmt: skip


def _goals(draft: Draft) -> None:
    _ordered(draft, "start_on", "end_on")
    for row, (metric, target) in enumerate(zip(draft.column("metric"), draft.column("target"), strict=True)):
        if metric is GoalMetric.AIDED_AWARENESS and target is not None and not 0 < target <= 1:
            draft.refuse(row, "target", "is no share between 0 and 1.", "Use 0.42 or 42 %.")
        elif target is not None and target <= 0:
            draft.refuse(row, "target", "is not above zero.", "Use the value that is to be reached.")


def _rates(draft: Draft) -> None:
    for row, rate in enumerate(draft.column("rate")):
        if rate is not None and rate <= 0:
            draft.refuse(
                row, "rate", "is not above zero.", "Use units of the company's currency for one unit."
            )


def _touches(draft: Draft) -> None:
    _read_other_kind(draft)
    _forget_other_records(draft)
    for row, (lead, deal) in enumerate(zip(draft.column("lead"), draft.column("deal"), strict=True)):
        if lead is None and deal is None and row not in draft.bad:
            remedy = "Fill in one of them."
            if "record_ids" in draft.options:
                remedy = (
                    "Touches of contacts and accounts have no place yet: leave them out, or store the rest."
                )
            draft.refuse(row, "", "The row names neither a lead nor a deal.", remedy)


def _read_other_kind(draft: Draft) -> None:
    """Where the type is a company's own word, or empty, the tool's own column of types says what it was."""
    others = draft.columns.get("kind_else")
    if others is None:
        return
    kinds = draft.columns["kind"]
    used = []
    for row, text in enumerate(others):
        word = TOUCHES.get(folded(text)) if text and kinds[row] is None else None
        if word is not None:
            kinds[row] = word
            rest = [(name, bad) for name, bad in draft.bad.pop(row, []) if name != "kind"]
            if rest:
                draft.bad[row] = rest
            used.append(row)
    if used:
        other = draft.mapping["kind_else"]
        draft.note("kind", f'no kind of touch that is known here, read from "{other}" instead,', used)


def _forget_other_records(draft: Draft) -> None:
    """
    Forget references to records of a kind that is not kept here, told by how the tool's ids begin.

    A task with a contact or an account would otherwise bring a lead or a deal into being.
    """
    for name, start in draft.options.get("record_ids", {}).items():
        values = draft.columns.get(name)
        if values is None:
            continue
        others = [row for row, text in enumerate(values) if text is not None and not text.startswith(start)]
        for row in others:
            values[row] = None
        if others:
            draft.note(name, f"no {name}: its id does not begin with {start}; not kept", others)


def _people(draft: Draft) -> None:
    _name_people(draft)
    for row, email in enumerate(draft.column("email")):
        if email is not None and "@" not in email[1:-1]:
            draft.refuse(
                row, "email", "is no e-mail address.", "Use name@company.example, or leave it empty."
            )


def _name_people(draft: Draft) -> None:
    """First and last name make a name where the file has no whole one; without them the address does."""
    names = draft.columns.get("name")
    if names is None:
        return
    parts = (draft.column("first_name"), draft.column("last_name"), draft.column("email"))
    for row, (first, last, email) in enumerate(zip(*parts, strict=True)):
        if names[row] is None:
            names[row] = " ".join(part for part in (first, last) if part) or email


def _flags(draft: Draft) -> None:
    _at_most(draft, "seen", "conversations", "often seen than there were conversations")


def _leads(draft: Draft) -> None:
    listed = [row for row, ids in enumerate(draft.column("merged_ids")) if ids]
    if listed:
        draft.note("merged_ids", "ids of leads merged into this one; those leads are not merged here", listed)
    for row, (own, other) in enumerate(
        zip(draft.column("lead_id"), draft.column("merged_into"), strict=True)
    ):
        if own is not None and own == other:
            draft.refuse(row, "merged_into", "is the lead itself.", "Give the id of the lead that stays.")


def _territories(draft: Draft) -> None:
    for row, (own, parent) in enumerate(zip(draft.column("code"), draft.column("parent"), strict=True)):
        if own is not None and own == parent:
            draft.refuse(
                row, "parent", "is the territory itself.", "Give the code of the one above, or nothing."
            )
    _ordered(draft, "valid_from", "valid_to")
    _not_below(draft, "potential", Decimal(0))


def _products(draft: Draft) -> None:
    _not_below(draft, "list_price", Decimal(0))


def _ordered(draft: Draft, first: str, last: str) -> None:
    for row, (start, end) in enumerate(zip(draft.column(first), draft.column(last), strict=True)):
        if start is not None and end is not None and end < start:
            draft.refuse(row, last, f"is before {start}, the day it starts.", "Correct one of the two days.")


def _at_most(draft: Draft, part: str, whole: str, what: str) -> None:
    for row, (some, every) in enumerate(zip(draft.column(part), draft.column(whole), strict=True)):
        if some is not None and every is not None and some > every:
            draft.refuse(row, part, f"is more than {every}: more {what}.", "Correct one of the two numbers.")


def _not_below(draft: Draft, name: str, least: Decimal) -> None:
    for row, value in enumerate(draft.column(name)):
        if value is not None and value < least:
            draft.refuse(row, name, f"is below {least}.", f"Use {least} or more.")


_RULES: dict[str, Callable[[Draft], None]] = {
    "deals": _deals,
    "deal_stages": _deal_stages,
    "campaigns": _campaigns,
    "campaign_days": _campaign_days,
    "survey": _survey,
    "survey_answers": _survey_answers,
    "goals": _goals,
    "rates": _rates,
    "touches": _touches,
    "flags": _flags,
    "channel_days": check_channels,
    "measures": check_measures,
    "leads": _leads,
    "territories": _territories,
    "people": _people,
    "products": _products,
}
