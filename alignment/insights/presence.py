"""Promises between the teams and contact with the market in words; the same words for both teams."""

from alignment.insights.finding import TODAY_ONLY, Empty, Finding
from alignment.insights.hidden import why_hidden
from alignment.metrics.common import Outcome
from alignment.metrics.contact import Balance
from alignment.metrics.presence import TEAMS, PromiseCard, PromisesAnswer, VisitsAnswer, is_late
from alignment.metrics.promises import BACKLOG_DAYS, Ending, Expected
from alignment.periods import from_epoch_day
from alignment.stats import NotEnoughData
from alignment.vocabulary import PromiseKind, Team, label
from alignment.wording import (
    count,
    day,
    decimal,
    listed,
    not_enough,
    percent,
    plural,
    rough_interval,
    stamp_line,
)

_TOLD_AHEAD = 731
"""A latest day more than two years after the expected one tells nobody anything."""


def promises_finding(answer: PromisesAnswer) -> Finding:
    """What waits for each team, and what each team's promises have been worth."""
    waiting = {team: answer.waiting_for(team) for team in TEAMS}
    if any(waiting.values()):
        parts = [f"{count(number)} for {team}" for team, number in waiting.items()]
        total = sum(waiting.values())
        headline = f"{plural(total, 'request waits', 'requests wait')}: {listed(parts)}"
    else:
        headline = f"No request waits: {plural(answer.total, 'request')} so far, all over"
    findings = [team_line(team, answer.kept[team]) for team in TEAMS]
    findings += [
        f"{plural(late, f'promise of {team} is', f'promises of {team} are')} past the promised day."
        for team in TEAMS
        if (late := answer.overdue(team))
    ]
    short = sum(line.no_capacity for line in answer.lines)
    if short:
        findings.append(
            f"{plural(short, 'request was', 'requests were')} declined for want of resources: a matter of "
            "capacity, counted in nobody's reliability."
        )
    return Finding(
        headline=headline,
        title="What was asked and promised, both ways",
        subtitle=stamp_line(answer.stamp),
        alt=headline,
        findings=tuple(findings),
    )


def team_line(team: Team, kept: Outcome) -> str:
    """'Marketing delivered about 70 % of what came due, on its day (40 to 90 %, n = 3.2)'."""
    return f"{label(team)}: {_reliability(kept)}"


def _reliability(kept: Outcome) -> str:
    if isinstance(kept, NotEnoughData):
        return f"{kept.reason} yet."
    return (
        f"about {percent(kept.value, places=0)} of what came due was there on its day "
        f"({rough_interval(kept)}, n = {decimal(kept.n, places=1)}, newer ones weigh more)."
    )


def promise_title(card: PromiseCard) -> str:
    """'40 POS/POP material for Sachsen, asked of marketing, needed by 3 Jul 2026'."""
    what = f"{count(card.asked)} × {label(card.kind)}"
    product = f" ({card.product})" if card.product else ""
    where = f" for {card.territory}" if card.territory else ""
    return f"{what}{product}{where}, asked of {card.by}, needed by {day(card.needed_on)}"


def promise_stands(card: PromiseCard, at: PromisesAnswer) -> str:
    """Where it stands, whoever asked."""
    today = at.stamp.at
    if card.ending is Ending.WITHDRAWN:
        return "Withdrawn: counts for nobody"
    if card.ending is Ending.NO_CAPACITY:
        return "Declined for want of resources"
    if card.ending is Ending.DECLINED:
        return "Declined"
    if card.promised is None or card.due_on is None:
        return f"Waits for {card.by} to promise a day"
    came = f"{count(card.delivered)} of {count(card.promised)} delivered"
    if not card.is_open:
        return f"{came}, promised for {day(card.due_on)}"
    late = ", which has passed" if is_late(card, today) else ""
    return f"{came}, promised for {day(card.due_on)}{late}"


def expected_line(expected: Expected | NotEnoughData, team: Team, kind: PromiseKind) -> str:
    """When a request made now would be fulfilled, from the queue and its pace."""
    what = label(kind)
    if isinstance(expected, NotEnoughData):
        return f"No expected day for {what} yet: {expected.reason}."
    latest = "and with so few no latest day can be told"
    if expected.latest is not None and expected.latest - expected.day <= _TOLD_AHEAD:
        latest = f"to {day(from_epoch_day(expected.latest))}"
    return (
        f"{what}: expected about {day(from_epoch_day(expected.day))} "
        f"(from {day(from_epoch_day(expected.earliest))} {latest}), with {count(expected.ahead)} ahead of it "
        f"in {team}'s queue and {count(expected.fulfilled)} fulfilled in {_span(expected.days)}."
    )


def _span(days: int) -> str:
    return "13 weeks" if days == BACKLOG_DAYS else plural(days, "day")


def promises_empty() -> Empty:
    return Empty(
        sentence="Neither team has asked the other for anything yet.",
        next_step="Whoever needs something asks here: what, how many, by when. The other promises a day.",
    )


def promise_stored(promise_id: int) -> str:
    return f"Stored as request {promise_id}. The other team sees it now."


def visits_finding(answer: VisitsAnswer) -> Finding:
    """Whether contact follows potential, and where to go next."""
    found = answer.balance
    if isinstance(found, NotEnoughData):
        if answer.stamp.is_looking_back:
            own = plural(len(answer.own), "contact")
            headline = f"{own} of your own with the market in the 52 weeks to {day(answer.stamp.at)}"
            return _finding(answer, headline, (TODAY_ONLY,))
        headline = f"{plural(answer.total, 'contact')} with the market in 52 weeks; {_why_not(found)}"
        return _finding(answer, headline, (_rule(),))
    words = "further from potential than chance explains" if found.is_off else "in balance with potential"
    headline = f"{plural(found.contacts, 'contact')} in 52 weeks: contact is {words}"
    findings = [
        f"Distance {decimal(found.distance, places=2)} (0: contact is where potential is, 1: nowhere near).",
        f"{plural(found.contacts, 'contact')} placed by potential alone would stay below "
        f"{decimal(found.by_chance, places=2)} in 19 of 20 cases.",
        next_line(answer),
        *_unseen(answer, found),
        _rule(),
    ]
    return _finding(answer, headline, tuple(findings))


def _finding(answer: VisitsAnswer, headline: str, findings: tuple[str, ...]) -> Finding:
    return Finding(
        headline=headline,
        title="Contact against potential",
        subtitle=stamp_line(answer.stamp),
        alt=headline,
        findings=findings,
    )


def _why_not(found: NotEnoughData) -> str:
    text = not_enough(found).rstrip(".")
    return text[0].lower() + text[1:]


def next_line(answer: VisitsAnswer) -> str:
    """Where a visit would bring contact nearest to potential."""
    visit = answer.next_visit
    if visit is None:
        return "No visit would bring contact nearer to potential: none is suggested."
    why = "a flag is open there" if visit.has_flag else "it has the most potential there"
    inside = "" if visit.territory == visit.part else f" ({visit.part}; {why})"
    return (
        f"Next best visit: {visit.territory}{inside}. One day there would bring the distance to "
        f"{decimal(visit.distance, places=2)}."
    )


def _unseen(answer: VisitsAnswer, found: Balance) -> list[str]:
    unseen = [answer.parts[each.code] for each in found.territories if each.days_since is None]
    return [f"No contact in 52 weeks: {listed(unseen)}."] if unseen else []


def _rule() -> str:
    return (
        "Both teams together, and only for parts of the market with at least five reps: it is about the "
        "market, not about who went."
    )


def visits_empty(answer: VisitsAnswer) -> Empty:
    """Nothing is logged; or whether something is may not be told."""
    log = "Whoever was in the market logs it here: where, how long, and up to three things learned."
    if answer.hidden is None:
        return Empty(
            sentence="No visit, ride-along or training is logged in the last 52 weeks.", next_step=log
        )
    return Empty(sentence=why_hidden("Contact with the market", answer.hidden), next_step=log)


def visits_nowhere() -> Empty:
    """A visit needs a territory."""
    return Empty(
        sentence="There are no territories to visit yet.",
        next_step="Import a table of territories, or boundaries as GeoJSON: each shape becomes a territory.",
        path="/import",
        link="Open the Import page",
    )
