"""What changed: why a number of the view's period differs from what was known at an earlier moment."""

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from alignment.access import Permission, Scope, permitted
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.metrics.restatement import Bridge, Cause, Days, Fact, Part, RestatementAnswer, bridge
from alignment.queries.dimensions import NOBODY
from alignment.queries.restatement import absorbed_units, deal_facts, spend_facts, unit_facts
from alignment.view import Split, View
from alignment.vocabulary import Stage

_STAGES = {
    "leads": Stage.LEAD,
    "marketing_qualified": Stage.MARKETING_QUALIFIED,
    "sales_accepted": Stage.SALES_ACCEPTED,
    "sales_qualified": Stage.SALES_QUALIFIED,
    "opportunities": Stage.OPPORTUNITY,
}
RESTATED = ("won_revenue", "won_deals", "win_rate", "open_pipeline", *_STAGES, "spend")
"""Metrics whose change can be told part by part; a rate by its numerator and its denominator."""


@permitted(Permission.NUMBERS_READ)
def restatement(
    session: ReadSession, scope: Scope, view: View, *, slug: str, since: datetime
) -> RestatementAnswer:
    """
    The metric over the view's period, as known at `since` and as the view knows it.

    Spend is in micros, money of deals in minor units. Records of a part are listed
    only to who may see them.

    Raises:
        NotFound: The metric is no count or sum of records.
    """
    if slug not in RESTATED:
        raise NotFound(f'The change of "{slug}" is not told by records. Use one of: {", ".join(RESTATED)}.')
    now = Reading(session=session, scope=scope, view=view)
    then = now.seen_as(replace(view, known=since))
    found = _bridge(then, now, slug)
    below = _bridge(then, now, "closed_deals") if slug == "win_rate" else None
    shown, hidden = _visible(now, found)
    return RestatementAnswer(
        stamp=now.stamp(),
        slug=slug,
        since=since.isoformat(),
        bridge=shown,
        denominator=None if below is None else _visible(now, below)[0],
        hidden=hidden,
    )


def _bridge(then: Reading, now: Reading, slug: str) -> Bridge:
    period = None if slug == "open_pipeline" else now.view.period
    days = Days(
        first=period.first_epoch_day if period else None, last=period.last_epoch_day if period else None
    )
    if slug in _STAGES:
        absorbed = absorbed_units(now.session, now.view)
        return bridge(_facts(then, slug), _facts(now, slug), days, absorbed=absorbed, withdrawn=Cause.REMOVED)
    return bridge(_facts(then, slug), _facts(now, slug), days)


def _facts(reading: Reading, slug: str) -> dict[Hashable, Fact]:
    session, view, narrowing = reading.session, reading.view, reading.narrowing
    if slug in _STAGES:
        frame = unit_facts(session, view, narrowing, _STAGES[slug])
        frame = frame[frame["is_direct"] == 0] if slug == "leads" else frame
        return _by_key(reading, frame, day="day", counts="is_reached", heard=frame["is_reached"] == 1)
    if slug == "spend":
        frame = spend_facts(session, view, narrowing).assign(counts=1)
        return _by_key(
            reading, frame, day="day", counts="counts", heard=frame["counts"] == 1, value="spend_micros"
        )
    frame = deal_facts(session, view, narrowing)
    heard = (frame["is_won"] == 1) | (frame["is_lost"] == 1)
    if slug == "open_pipeline":
        return _by_key(reading, frame, day=None, counts="is_open", heard=heard, value="open_minor")
    if slug == "closed_deals":
        closed = frame.assign(is_closed=frame["is_won"] + frame["is_lost"])
        return _by_key(reading, closed, day="closed_day", counts="is_closed", heard=heard)
    value = "won_minor" if slug == "won_revenue" else None
    return _by_key(reading, frame, day="closed_day", counts="is_won", heard=heard, value=value)


def _by_key(
    reading: Reading,
    frame: pd.DataFrame,
    *,
    day: str | None,
    counts: str,
    heard: "pd.Series[bool]",
    value: str | None = None,
) -> dict[Hashable, Fact]:
    chosen = {split: ids for split, ids in reading.narrowing.chosen.items() if _is_split(frame, split)}
    inside = replace(reading.narrowing, chosen=chosen).inside(frame)
    lines = frame.assign(inside=inside, heard=heard).to_dict("records")
    return {line["key"]: _fact(line, day, counts, value) for line in lines}


def _is_split(frame: pd.DataFrame, split: Split) -> bool:
    """Spend has no segment and no product: such a filter does not apply to it."""
    return "spend_micros" not in frame or split not in (Split.SEGMENT, Split.PRODUCT)


def _fact(line: dict[Any, Any], day: str | None, counts: str, value: str | None) -> Fact:
    on = None if day is None or pd.isna(line[day]) else int(line[day])
    return Fact(
        name=str(line["name"]),
        territory_id=int(line["territory_id"]),
        day=on,
        value=1 if value is None else int(line[value]),
        counts=bool(line[counts]),
        is_heard=bool(line["heard"]),
        is_inside=bool(line["inside"]),
    )


def _visible(reading: Reading, found: Bridge) -> tuple[Bridge, int]:
    """The bridge with the records that the reader may see, and how many shares are left out."""
    own = reading.scope.record_territories
    allowed = None if own is None else reading.dimensions.with_descendants(own)
    parts, hidden = [], 0
    for part in found.parts:
        seen = tuple(
            record
            for record in part.records
            if reading.scope.may_see_records
            and (allowed is None or (record.territory_id != NOBODY and record.territory_id in allowed))
        )
        hidden += len(part.records) - len(seen)
        parts.append(Part(cause=part.cause, change=part.change, records=seen))
    return replace(found, parts=tuple(parts)), hidden
