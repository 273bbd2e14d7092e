"""The tables of promises between the teams, and of contact with the market."""

from collections.abc import Iterable

import pandas as pd

from alignment.exports.cells import rate_columns
from alignment.insights import promise_stands
from alignment.metrics.contact import Balance
from alignment.metrics.presence import Learned, OwnVisit, PromiseCard, PromisesAnswer, VisitsAnswer
from alignment.metrics.promises import Expected, Kept, Line
from alignment.periods import from_epoch_day
from alignment.vocabulary import PromiseKind, label

_STATES = {
    Kept.FULL: "In full on its day",
    Kept.PART: "In part on its day",
    Kept.LATE: "In full, later",
    Kept.MISSED: "Not on its day",
    Kept.OPEN: "Not due yet",
}


def reliability_table(lines: Iterable[Line]) -> pd.DataFrame:
    """One row per team and kind; n is the weight of what came due, newer ones counting more."""
    return pd.DataFrame(
        {
            "Asked": label(line.by),
            "What": label(PromiseKind(line.kind)),
            **rate_columns("On its day", line.reliability),
            "n": line.reliability.n,
            "Came due": line.due,
            **{name: line.states[state] for state, name in _STATES.items()},
            "No day promised yet": line.waiting,
            "Declined, no capacity": line.no_capacity,
            "Declined, other": line.declined,
            "Withdrawn": line.withdrawn,
        }
        for line in lines
    )


def promises_table(answer: PromisesAnswer, cards: Iterable[PromiseCard]) -> pd.DataFrame:
    """One row per request."""
    columns = [
        "Request", "Asked", "What", "Quantity", "Product", "Territory", "Asked on", "Needed by",
        "Promised for", "Promised", "Delivered", "Expected by the queue", "Stands", "Note", "Reason",
    ]  # fmt: skip
    rows = [
        [
            card.promise_id,
            label(card.by),
            label(card.kind),
            card.asked,
            card.product,
            card.territory,
            card.asked_on.isoformat(),
            card.needed_on.isoformat(),
            card.due_on.isoformat() if card.due_on else None,
            card.promised,
            card.delivered,
            from_epoch_day(card.expected.day).isoformat() if isinstance(card.expected, Expected) else None,
            promise_stands(card, answer),
            card.note,
            card.reason,
        ]
        for card in cards
    ]
    return pd.DataFrame(rows, columns=columns).astype({"Promised": "Int64"})


def presence_table(answer: VisitsAnswer, found: Balance) -> pd.DataFrame:
    """One row per part of the market, both teams together."""
    return pd.DataFrame(
        {
            "Part of the market": answer.parts[each.code],
            "Contacts": each.contacts,
            "Hours": each.hours,
            "Share of contact, %": each.share * 100,
            "Share of potential, %": each.potential * 100,
            "Months since the last": each.months_since,
        }
        for each in found.territories
    )


def learned_table(learned: Iterable[Learned]) -> pd.DataFrame:
    """One row per thing learned, the newest first; what was erased is empty."""
    return pd.DataFrame(
        [[each.month.strftime("%Y-%m"), each.place, label(each.tag), each.text] for each in learned],
        columns=["Month", "Part of the market", "About", "Learned"],
    )


def own_visits_table(own: Iterable[OwnVisit]) -> pd.DataFrame:
    """The reader's own, the newest first."""
    return pd.DataFrame(
        [[each.on.isoformat(), label(each.kind), each.territory, each.hours] for each in own],
        columns=["Day", "What", "Territory", "Hours"],
    )
