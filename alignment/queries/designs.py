"""Designs of campaign tests with their territories, waves and flags, as known at a moment."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.periods import epoch_day
from alignment.queries.signatures import given_by_then, signature
from alignment.queries.sources import at_known, rows
from alignment.tables import (
    CampaignDesign,
    CampaignDesignFlag,
    CampaignDesignTerritory,
    CampaignDesignWave,
    Note,
    Person,
    c,
)
from alignment.view import View
from alignment.vocabulary import DesignOutcome, DesignWaveUse

FlagKey = tuple[str, str]
"""What names a flag whatever its row: source and origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRow:
    """One version of a design. `flags` are sources and origins; texts are None where they were erased."""

    id: int
    number: int
    version: int
    name: str
    campaign_id: int | None
    outcome: DesignOutcome
    starts_on: date
    ends_on: date
    after_from: date
    after_until: date
    lag_before: float | None
    lag_after: float
    alpha: float
    level: float
    worth: float | None
    smallest_detectable: float | None
    best_p: float
    territories_needed: int | None
    saw: str | None
    why: str | None
    drafted_by: str | None
    drafted_at: datetime
    signed_sales_by: str | None
    signed_sales_at: datetime | None
    signed_marketing_by: str | None
    signed_marketing_at: datetime | None
    signed_locally: bool
    withdrawn_at: datetime | None
    treated: tuple[int, ...]
    comparison: tuple[int, ...]
    before: tuple[str, ...]
    flagged: tuple[str, ...]
    flags: tuple[FlagKey, ...]

    @property
    def is_frozen(self) -> bool:
        """Both teams have signed it."""
        return self.signed_sales_at is not None and self.signed_marketing_at is not None


_DATED = {"signed_sales_at", "signed_marketing_at", "withdrawn_at"}
_PLAIN = [name for name in DesignRow.__slots__ if name in CampaignDesign.model_fields and name not in _DATED]


def designs(session: ReadSession, view: View) -> list[DesignRow]:
    """Every version drafted by the view's day, newest design first and its newest version first."""
    design, people = c(CampaignDesign), rows(Person, view)
    drafter, sales, marketing = (
        people.alias(name) for name in ("drafter", "sales_signer", "marketing_signer")
    )
    saw, why = (Note.__table__.alias(name) for name in ("saw", "why"))  # type: ignore[attr-defined]
    statement = (
        sa.select(
            *(design[name] for name in _PLAIN),
            saw.c.text.label("saw"),
            why.c.text.label("why"),
            drafter.c.name.label("drafted_by"),
            *signature(design.signed_sales_at, sales.c.name, "sales", view),
            *signature(design.signed_marketing_at, marketing.c.name, "marketing", view),
            given_by_then(design.withdrawn_at, design.withdrawn_at, view.known).label("withdrawn_at"),
        )
        .select_from(
            CampaignDesign.__table__.outerjoin(drafter, drafter.c.id == design.drafted_by_id)  # type: ignore[attr-defined]
            .outerjoin(sales, sales.c.id == design.signed_sales_by_id)
            .outerjoin(marketing, marketing.c.id == design.signed_marketing_by_id)
            .outerjoin(saw, saw.c.id == design.saw_note_id)
            .outerjoin(why, why.c.id == design.why_note_id)
        )
        .where(design.day <= epoch_day(view.at), *_drafted_by_then(view))
        .order_by(design.number.desc(), design.version.desc())
    )
    found = session.execute(statement, at_known(view)).all()
    if not found:
        return []
    places, waves, flags = _places(session), _waves(session), _flags(session)
    return [
        DesignRow(
            **dict(row._mapping) | {"saw": row.saw or None, "why": row.why or None},
            treated=tuple(places[row.id, True]),
            comparison=tuple(places[row.id, False]),
            before=tuple(waves[row.id, DesignWaveUse.BEFORE]),
            flagged=tuple(waves[row.id, DesignWaveUse.FLAGGED]),
            flags=tuple(flags[row.id]),
        )
        for row in found
    ]


def _drafted_by_then(view: View) -> list[Any]:
    return [] if view.known is None else [c(CampaignDesign).drafted_at <= view.known]


def _places(session: ReadSession) -> dict[tuple[int, bool], list[int]]:
    place = c(CampaignDesignTerritory)
    found: dict[tuple[int, bool], list[int]] = defaultdict(list)
    statement = sa.select(place.design_id, place.is_treated, place.territory_id).order_by(place.territory_id)
    for design, is_treated, territory in session.execute(statement):
        found[design, is_treated].append(territory)
    return found


def _waves(session: ReadSession) -> dict[tuple[int, DesignWaveUse], list[str]]:
    wave = c(CampaignDesignWave)
    found: dict[tuple[int, DesignWaveUse], list[str]] = defaultdict(list)
    statement = sa.select(wave.design_id, wave.used_as, wave.wave).order_by(wave.wave)
    for design, used_as, code in session.execute(statement):
        found[design, used_as].append(code)
    return found


def _flags(session: ReadSession) -> dict[int, list[FlagKey]]:
    flag = c(CampaignDesignFlag)
    found: dict[int, list[FlagKey]] = defaultdict(list)
    statement = sa.select(flag.design_id, flag.source, flag.origin).order_by(flag.source, flag.origin)
    for design, source, origin in session.execute(statement):
        found[design].append((source, origin))
    return found
