"""Rows of a campaign test: made from a form, found again, with the flags they answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from alignment.access import Actor
from alignment.actions.notes import add_note, recorded_note
from alignment.actions.reading import reading_of
from alignment.actions.signing import is_signed
from alignment.answers.planning import Planning
from alignment.audit import AuditTag, record
from alignment.db import WriteSession, locked_row
from alignment.errors import Conflict, Invalid, NotFound
from alignment.metrics.designs import StatedPlan
from alignment.periods import epoch_day
from alignment.queries.company import Company, company
from alignment.tables import (
    Campaign,
    CampaignDesign,
    CampaignDesignFlag,
    CampaignDesignTerritory,
    CampaignDesignWave,
    Flag,
    FlagEvent,
    Person,
    Territory,
    c,
)
from alignment.vocabulary import DesignOutcome, DesignWaveUse, FlagStep, Team
from alignment.wording.designs import done_sentence

_NUMBER_LOCK = 7_261_985  # any constant: the PostgreSQL advisory lock under which designs are numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFields:
    """
    What a person fills in: codes of territories and of the campaign, days, and two texts.

    `worth` is the smallest effect that would be worth having, a share (0.05 is five points).
    """

    name: str
    campaign: str | None
    treated: tuple[str, ...]
    comparison: tuple[str, ...]
    starts_on: date
    ends_on: date
    saw: str
    why: str
    worth: float | None = None
    outcome: DesignOutcome = DesignOutcome.AIDED_AWARENESS


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignSaved:
    """What was drafted, approved or withdrawn. `is_frozen` once both teams have approved."""

    design_id: int
    number: int
    version: int
    signed_sales: bool
    signed_marketing: bool

    @property
    def is_frozen(self) -> bool:
        return self.signed_sales and self.signed_marketing


def next_number(within: WriteSession) -> int:
    """The number of a new design; two drafts at once get two."""
    if within.get_bind().dialect.name == "postgresql":
        within.execute(sa.select(sa.func.pg_advisory_xact_lock(_NUMBER_LOCK)))
    newest: int = within.scalar(sa.select(sa.func.coalesce(sa.func.max(c(CampaignDesign).number), 0)))
    return newest + 1


def new_version(
    within: WriteSession,
    actor: Actor,
    fields: DesignFields,
    flags: list[Flag],
    *,
    number: int,
    supersedes: CampaignDesign | None,
) -> CampaignDesign:
    _check_fields(fields)
    of = company(within)
    planning = Planning(reading=reading_of(within, actor))
    treated, comparison = (_territories(within, codes) for codes in (fields.treated, fields.comparison))
    plan = planning.stated(
        treated=treated,
        comparison=comparison,
        starts_on=fields.starts_on,
        ends_on=fields.ends_on,
        flag_days=[flag.day for flag in flags],
        worth=fields.worth,
    )
    planning.require_open(plan.after_from)
    design = CampaignDesign(
        number=number,
        version=supersedes.version + 1 if supersedes else 1,
        supersedes_id=supersedes.id if supersedes else None,
        name=fields.name.strip(),
        campaign_id=_campaign(within, fields.campaign),
        outcome=fields.outcome,
        starts_on=fields.starts_on,
        ends_on=fields.ends_on,
        after_from=plan.after_from,
        after_until=plan.after_until,
        lag_before=plan.lag_before,
        lag_after=plan.lag_after,
        alpha=plan.alpha,
        level=plan.level,
        worth=plan.worth,
        smallest_detectable=plan.smallest_detectable,
        best_p=plan.best_p,
        territories_needed=plan.territories_needed,
        saw_note_id=add_note(within, fields.saw),
        why_note_id=add_note(within, fields.why),
        day=epoch_day(of.today),
        drafted_at=of.now,
        drafted_by_id=actor.person_id,
    )
    within.add(design)
    within.flush()
    _add_parts(within, design, treated, comparison, plan, flags)
    return design


def _add_parts(
    within: WriteSession,
    design: CampaignDesign,
    treated: list[int],
    comparison: list[int],
    plan: StatedPlan,
    flags: list[Flag],
) -> None:
    assert design.id is not None
    for ids, is_treated in ((treated, True), (comparison, False)):
        within.add_all(
            CampaignDesignTerritory(design_id=design.id, territory_id=id, is_treated=is_treated) for id in ids
        )
    for codes, used_as in ((plan.before, DesignWaveUse.BEFORE), (plan.flagged, DesignWaveUse.FLAGGED)):
        within.add_all(CampaignDesignWave(design_id=design.id, wave=code, used_as=used_as) for code in codes)
    within.add_all(
        CampaignDesignFlag(design_id=design.id, source=flag.source, origin=flag.origin) for flag in flags
    )
    within.flush()


def _check_fields(fields: DesignFields) -> None:
    missing = [
        words
        for words, given in (
            ("what the campaign is called", fields.name.strip()),
            ("what we saw", fields.saw.strip()),
            ("why this campaign", fields.why.strip()),
            ("a territory with the campaign", fields.treated),
            ("a territory to compare with", fields.comparison),
        )
        if not given
    ]
    if missing:
        raise Invalid(f"A campaign test is not complete yet. Missing: {', '.join(missing)}.")
    both = sorted(set(fields.treated) & set(fields.comparison))
    if both:
        raise Invalid(
            f"{', '.join(both)} cannot both have the campaign and be compared with. Take it out of one list."
        )
    if fields.worth is not None and not 0 < fields.worth < 1:
        raise Invalid("An effect worth having is above 0 and below 100 points.")
    if fields.ends_on < fields.starts_on:
        raise Invalid(
            f"The campaign's last day, {fields.ends_on}, lies before its first, {fields.starts_on}."
        )


def answer_flags(within: WriteSession, actor: Actor, of: Company, design: CampaignDesign) -> None:
    """The receipt so far, for every flag that the design came from. The effect joins it once it is known."""
    flags = flags_of(within, design)
    if not flags:
        return
    did = add_note(within, _done(within, design))
    for flag in flags:
        within.add(
            FlagEvent(
                source=flag.source,
                origin=flag.origin,
                step=FlagStep.ANSWERED,
                at=of.now,
                day=epoch_day(of.today),
                person_id=actor.person_id,
                note_id=design.why_note_id,
                saw_note_id=design.saw_note_id,
                did_note_id=did,
                design_id=design.id,
            )
        )
    within.flush()


def _done(within: WriteSession, design: CampaignDesign) -> str:
    place, territory = c(CampaignDesignTerritory), c(Territory)
    rows = within.execute(
        sa.select(territory.name, place.is_treated)
        .where(place.design_id == design.id, territory.id == place.territory_id)
        .order_by(territory.name)
    ).all()
    return done_sentence(
        name=design.name,
        treated=[name for name, is_treated in rows if is_treated],
        compared=sum(not is_treated for _, is_treated in rows),
        starts_on=design.starts_on,
        ends_on=design.ends_on,
    )


def design_row(within: WriteSession, design_id: int) -> CampaignDesign:
    statement = locked_row(within, sa.select(CampaignDesign).where(c(CampaignDesign).id == design_id))
    design: CampaignDesign | None = within.scalars(statement).one_or_none()
    if design is None:
        raise NotFound("This campaign test does not exist, or you may not see it.")
    return design


def newest_version(within: WriteSession, number: int) -> CampaignDesign:
    design = c(CampaignDesign)
    statement = (
        sa.select(CampaignDesign).where(design.number == number).order_by(design.version.desc()).limit(1)
    )
    return within.scalars(statement).one()


def flag_row(within: WriteSession, flag_id: int) -> Flag:
    flag: Flag | None = within.scalars(
        sa.select(Flag).where(c(Flag).id == flag_id, c(Flag).ended_at.is_(None))
    ).one_or_none()
    if flag is None:
        raise NotFound("This flag does not exist any more: a newer file corrected it or took it back.")
    return flag


def flags_of(within: WriteSession, design: CampaignDesign) -> list[Flag]:
    """Its flags as they stand now; those taken back since are gone."""
    link, flag = c(CampaignDesignFlag), c(Flag)
    statement = (
        sa.select(Flag)
        .where(
            link.design_id == design.id,
            flag.source == link.source,
            flag.origin == link.origin,
            flag.ended_at.is_(None),
        )
        .order_by(flag.id)
    )
    return list(within.scalars(statement))


def refuse_second_design(within: WriteSession, flag: Flag) -> None:
    link, design = c(CampaignDesignFlag), c(CampaignDesign)
    found = within.execute(
        sa.select(design.number)
        .where(
            link.source == flag.source,
            link.origin == flag.origin,
            design.id == link.design_id,
            design.withdrawn_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()
    if found is not None:
        raise Conflict(f"Test {found} was drafted for this flag already. Draft a new version of it instead.")


def _territories(within: WriteSession, codes: Iterable[str]) -> list[int]:
    wanted = list(dict.fromkeys(codes))
    known = dict(
        within.execute(
            sa.select(c(Territory).code, c(Territory).id).where(c(Territory).code.in_(wanted))
        ).all()
    )
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise NotFound(f'There is no territory "{unknown[0]}". Choose of the list.')
    return [known[code] for code in wanted]


def _campaign(within: WriteSession, code: str | None) -> int | None:
    if code is None:
        return None
    id: int | None = within.scalar(sa.select(c(Campaign).id).where(c(Campaign).code == code))
    if id is None:
        raise NotFound(f'There is no campaign "{code}". Choose one of the list, or none.')
    return id


def name_of(within: WriteSession, person_id: int | None) -> str:
    person = within.get(Person, person_id) if person_id else None
    return person.name if person else "Somebody"


def saved_design(design: CampaignDesign) -> DesignSaved:
    assert design.id is not None
    return DesignSaved(
        design_id=design.id,
        number=design.number,
        version=design.version,
        signed_sales=is_signed(design, Team.SALES),
        signed_marketing=is_signed(design, Team.MARKETING),
    )


def record_plan(
    within: WriteSession,
    actor: Actor,
    tag: AuditTag,
    design: CampaignDesign,
    fields: DesignFields,
    command_id: str | None,
) -> None:
    """What was planned; of the texts their id and hash."""
    assert design.saw_note_id is not None
    assert design.why_note_id is not None
    record(
        within,
        actor,
        tag,
        subject=("campaign test", design.number),
        after={
            "version": design.version,
            "campaign": fields.campaign,
            "treated": list(fields.treated),
            "comparison": list(fields.comparison),
            "starts_on": design.starts_on,
            "ends_on": design.ends_on,
            "after_from": design.after_from,
            "after_until": design.after_until,
            "smallest_detectable": design.smallest_detectable,
            "best_p": design.best_p,
            "saw": recorded_note(within, design.saw_note_id),
            "why": recorded_note(within, design.why_note_id),
        },
        command_id=command_id,
        changes_numbers=True,
    )
