"""The Campaign tests page: designs with their results, what a new one begins with and could tell."""

from dataclasses import replace
from datetime import date

from alignment.access import Permission, Scope, permitted
from alignment.answers.designed import Designs
from alignment.answers.flag_screen import WAITING, FlagBox, standing_of_flag, unfiltered
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.errors import Invalid, NotFound
from alignment.metrics.design_screen import CampaignChoice, DesignForm, DesignsAnswer
from alignment.metrics.designs import Place, StatedPlan
from alignment.periods import epoch_day
from alignment.queries.campaigns import CampaignPlan, campaign_plans
from alignment.queries.flags import RaisedFlag
from alignment.view import Split, View
from alignment.vocabulary import DesignStanding, FlagKind


@permitted(Permission.NUMBERS_READ)
def campaign_tests(session: ReadSession, scope: Scope, view: View) -> DesignsAnswer:
    """Every version of every design by the view's day; no filter narrows it."""
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    cards, planning = box.designs.cards, box.designs.planning
    ids = {id for card in cards for id in card.flag_ids} if scope.may(Permission.FLAGS_READ) else set()
    flags = {flag.id: box.card(flag) for flag in box.flags if flag.id in ids} if ids else {}
    return DesignsAnswer(
        stamp=replace(box.reading.stamp(), compared_label=None),
        designs=cards,
        flags=flags,
        waves=len(planning.waves),
        places=len(planning.asked()),
    )


@permitted(Permission.DESIGNS_DRAFT)
def design_form(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    flag_id: int | None = None,
    territory: str | None = None,
    design_id: int | None = None,
) -> DesignForm:
    """
    What a form begins with: the flag's territory with every waiting flag of its kind there, or a territory.

    A campaign that is planned there and has not begun is proposed; the comparison is every other
    territory that was asked and has no test of its own. `design_id` names a version that the new one
    follows: the comparison is that version's.

    Raises:
        NotFound: There is no such flag or territory.
    """
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    reading, asked = box.reading, box.designs.planning.asked()
    flags = _flags(box, flag_id) if flag_id is not None else []
    place = flags[0].territory_id if flags else None
    if place is None and territory is not None:
        place = reading.dimensions.id_of(Split.TERRITORY, territory)
    code = None if place is None else box.code(place)
    campaigns = tuple(_choice(reading, plan) for plan in campaign_plans(session, reading.view))
    kind = flags[0].kind if flags else FlagKind.BRAND_WEAK
    busy = _busy(box.designs, but=design_id)
    return DesignForm(
        places=tuple(
            Place(code=member.code, name=member.name)
            for member in sorted(box.designs.planning.land.members, key=lambda each: each.name)
            if member.code in asked
        ),
        asked=asked,
        campaigns=tuple(each for each in campaigns if _is_ahead(each, view.at)),
        flag_ids=tuple(flag.id for flag in flags),
        treated=() if code is None or code not in asked else (code,),
        comparison=tuple(each for each in asked if each != code and each not in busy),
        campaign=_proposed(campaigns, code, view.at),
        evidence=None if place is None else box.evidence(place, kind, flags),
    )


@permitted(Permission.DESIGNS_DRAFT)
def design_preview(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    treated: tuple[str, ...],
    comparison: tuple[str, ...],
    starts_on: date,
    ends_on: date,
    worth: float | None = None,
    flag_ids: tuple[int, ...] = (),
) -> StatedPlan:
    """
    What the test could tell, before anybody drafts it.

    Raises:
        Invalid: These territories or days make no test; the sentence says why.
    """
    box = FlagBox(reading=unfiltered(Reading(session=session, scope=scope, view=view)))
    if not treated or not comparison or ends_on < starts_on:
        raise Invalid("A test needs a territory with the campaign, one to compare with, and its days.")
    known = box.reading.dimensions
    plan = box.designs.planning.stated(
        treated=[known.id_of(Split.TERRITORY, code) for code in treated],
        comparison=[known.id_of(Split.TERRITORY, code) for code in comparison],
        starts_on=starts_on,
        ends_on=ends_on,
        worth=worth,
        flag_days=[flag.day for flag in box.flags if flag.id in flag_ids],
    )
    box.designs.planning.require_open(plan.after_from)
    return plan


def _flags(box: FlagBox, flag_id: int) -> list[RaisedFlag]:
    """The flag first, then the other waiting ones of its kind and territory."""
    flag = next((each for each in box.flags if each.id == flag_id), None)
    if flag is None:
        raise NotFound("This flag does not exist any more: a newer file corrected it or took it back.")
    same = (flag.territory_id, flag.kind)
    others = [
        each
        for each in box.flags
        if each.id != flag_id
        and (each.territory_id, each.kind) == same
        and standing_of_flag(each) in WAITING
        and box.designs.of_flag((each.source, each.origin)) is None
    ]
    return [flag, *others]


def _choice(reading: Reading, plan: CampaignPlan) -> CampaignChoice:
    return CampaignChoice(
        code=plan.code,
        name=plan.name,
        starts_on=plan.start_on,
        ends_on=plan.end_on,
        territories=tuple(reading.dimensions.code(Split.TERRITORY, id) for id in plan.territory_ids),
    )


def _is_ahead(campaign: CampaignChoice, day: date) -> bool:
    return campaign.ends_on is None or campaign.ends_on >= day


def _proposed(campaigns: tuple[CampaignChoice, ...], code: str | None, day: date) -> str | None:
    """The next campaign that was planned for the territory and has not begun."""
    ahead = [
        (each.starts_on, each.code)
        for each in campaigns
        if code in each.territories and each.starts_on is not None and each.starts_on >= day
    ]
    return min(ahead)[1] if ahead else None


def _busy(designs: Designs, but: int | None) -> set[str]:
    """Territories with a campaign under test whose result is still to come."""
    today = epoch_day(designs.reading.view.at)
    return {
        place.code
        for card in designs.cards
        if card.standing in (DesignStanding.DRAFT, DesignStanding.FROZEN)
        and card.design_id != but
        and epoch_day(card.plan.after_until) >= today
        for place in card.doing.treated
    }
