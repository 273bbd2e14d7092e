"""The Today page: the two goals, what moved more than noise, what waits for the reader's role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

import pandas as pd

from alignment.access import SIGNS_FOR, Permission, Scope, permitted
from alignment.answers.flag_screen import field
from alignment.answers.goal_screen import SharedGoals
from alignment.answers.left_out import Leaving
from alignment.answers.reading import Reading
from alignment.answers.staff import REPS, shown_for
from alignment.db import ReadSession
from alignment.errors import NotKept
from alignment.metrics.answering import (
    answer_hours,
    in_time,
    median_answer_time,
    together,
    waiting_too_long,
)
from alignment.metrics.attainment import held_target, pending_target, shown_goal
from alignment.metrics.common import Change, Number
from alignment.metrics.quality import Freshness, freshness
from alignment.metrics.signals import BASELINE_WEEKS, FEWEST_WEEKS, count_change, rate_change, sorted_out
from alignment.metrics.small_cells import COMPANY, Hidden, ShownNodes
from alignment.metrics.today import Signal, TodayAnswer, Waiting, WaitingKind
from alignment.periods import DAY, Period, last_full_weeks, monday, start_of
from alignment.queries.answer_times import answer_times
from alignment.queries.answering import handoffs
from alignment.queries.counted import deal_frames, entry_frames, is_large, step_frames
from alignment.queries.dimensions import NOBODY
from alignment.queries.entries import entry_counts
from alignment.queries.funnel import stages_in_use
from alignment.queries.territories import open_flags
from alignment.queries.waiting import import_moments
from alignment.view import Split, View
from alignment.vocabulary import STAGE_ORDER, GoalMetric, Role, Stage

_COUNTS = {
    "leads": Stage.LEAD,
    "marketing_qualified": Stage.MARKETING_QUALIFIED,
    "sales_qualified": Stage.SALES_QUALIFIED,
    "opportunities": Stage.OPPORTUNITY,
}


@permitted(Permission.NUMBERS_READ)
def today(
    session: ReadSession,
    scope: Scope,
    view: View,
    *,
    role: Role,
    territories: frozenset[int] = frozenset(),
    person_id: int | None = None,
) -> TodayAnswer:
    """
    What a person of the role opens the day with; `territories` are their own;
    `person_id` is whose flags may have been answered.

    Signals follow the view's filters. How soon leads are answered is a measure
    of what employees do: it follows none and is shown only where at least five
    of them work.
    """
    reading, leaving = Reading(session=session, scope=scope, view=view), Leaving()
    goals = SharedGoals(reading=reading)
    answering = _Answering(reading=reading)
    shown = {metric: shown_goal(goals.facts, metric, view.at) for metric in GoalMetric}
    revenue = None
    with leaving.out("the revenue goal"):
        revenue = goals.progress(shown[GoalMetric.WON_REVENUE])
    signals, quiet = sorted_out(_signals(reading, answering, leaving))
    answer_time, hidden, waiting = None, None, [*_waiting(reading, goals, role)]
    with leaving.out(_ANSWER_TIMES):
        waiting += _unanswered_leads(reading, answering, role, territories)
        answer_time, hidden = answering.median_time(), answering.hidden
    return TodayAnswer(
        stamp=reading.stamp(),
        revenue=revenue,
        awareness=goals.progress(shown[GoalMetric.AIDED_AWARENESS]),
        signals=signals,
        quiet=quiet,
        waiting=(*waiting, *_unread_receipts(reading, person_id)),
        answer_time=answer_time,
        answer_hidden=hidden,
        left_out=leaving.all,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weeks:
    """The last full week and the full weeks before it that the company has data of."""

    last: Period
    before: Period

    @property
    def number(self) -> int:
        return self.before.length // 7


_ANSWER_TIMES = "how soon leads are answered"
_ANSWERS_KEPT = "Look at whole weeks or whole months, as of the newest day and as known now."


def _weeks(reading: Reading) -> _Weeks | None:
    """None with too short a history; a week that data only begin in is not a full one."""
    first = reading.moments.first_day
    last = last_full_weeks(reading.view.at, 1)
    if first is None:
        return None
    begin = monday(first) if first == monday(first) else monday(first) + 7 * DAY
    start = max(begin, last.start - BASELINE_WEEKS * 7 * DAY)
    if (last.start - start).days < FEWEST_WEEKS * 7:
        return None
    year, week, _ = last.start.isocalendar()
    named = Period(start=last.start, end=last.end, text=f"{year}-W{week:02d}")
    return _Weeks(last=named, before=Period(start=start, end=last.start))


def _signals(reading: Reading, answering: "_Answering", leaving: Leaving) -> Iterator[Signal]:
    """Everything that is looked at, routine or not."""
    weeks = _weeks(reading)
    if weeks is None:
        return
    stages = stages_in_use(reading.session, reading.view)
    with leaving.out("leads of each stage"):
        yield from _entry_signals(reading, weeks, stages, leaving)
    if Stage.OPPORTUNITY in stages:
        with leaving.out("won deals and the win rate"):
            yield from _deal_signals(reading, weeks)
    if Stage.MARKETING_QUALIFIED in stages and not reading.view.is_filtered:
        with leaving.out(_ANSWER_TIMES):
            yield from _answer_signals(reading, answering, weeks)


def _entry_signals(
    reading: Reading, weeks: _Weeks, stages: tuple[Stage, ...], leaving: Leaving
) -> Iterator[Signal]:
    """Who came to each stage, who came on to the next, and who was qualified in each region."""
    session, view, narrowed = reading.session, reading.view, reading.narrowing
    came, places = None, (Split.TERRITORY,)
    with leaving.out("steps from stage to stage"):
        came = step_frames(session, view, narrowed, weeks.last, weeks.before)
    if came is None and not is_large(session):
        steps = _until_opportunity(stages)
        every = entry_counts(session, view, narrowed, weeks.last, weeks.before, steps=steps)
        has_places = True
    else:
        frames = entry_frames(session, view, narrowed, weeks.last, weeks.before, splits=places)
        every, has_places = frames.by.get(Split.TERRITORY, frames.every), not frames.left_out
        if frames.left_out:
            leaving.add("each region by itself", frames.advice)
    entries = every[narrowed.inside(every)]
    leads = entries[entries["is_direct"] == 0]
    for slug, stage in _COUNTS.items():
        if stage in stages:
            yield _count_signal(slug, leads if stage is Stage.LEAD else entries, stage, weeks)
    if came is not None or not is_large(session):
        yield from _step_signals(leads, came, weeks, stages)
    if Stage.MARKETING_QUALIFIED in stages and has_places:
        for region, members in _regions(reading).items():
            own = entries[entries["territory_id"].isin(members)]
            yield _count_signal(
                "marketing_qualified", own, Stage.MARKETING_QUALIFIED, weeks, _place(reading, region)
            )


Place = tuple[str | None, str | None]
"""Code and name of a territory; of the whole company neither."""

_EVERYWHERE: Place = (None, None)


def _place(reading: Reading, id: int) -> Place:
    return reading.dimensions.code(Split.TERRITORY, id), reading.dimensions.name(Split.TERRITORY, id)


def _count_signal(
    slug: str,
    entries: pd.DataFrame,
    stage: Stage,
    weeks: _Weeks,
    place: Place = _EVERYWHERE,
) -> Signal:
    count, baseline = (int(entries[f"{when}_{stage.value}"].sum()) for when in ("now", "before"))
    return _signal(slug, count_change(count, baseline, weeks=weeks.number), weeks, count, baseline, place)


def _signal(
    slug: str,
    change: Change,
    weeks: _Weeks,
    n: int,
    n_reference: int,
    place: Place = _EVERYWHERE,
    stage: Stage | None = None,
) -> Signal:
    return Signal(
        slug=slug,
        territory_code=place[0],
        territory=place[1],
        week=weeks.last,
        change=change,
        n=n,
        n_reference=n_reference,
        stage=stage,
    )


def _deal_signals(reading: Reading, weeks: _Weeks) -> Iterator[Signal]:
    session, view, narrowed = reading.session, reading.view, reading.narrowing
    sums = deal_frames(session, view, narrowed, weeks.last, weeks.before, splits=()).every
    won, lost, won_before, lost_before = (
        int(sums[name].sum()) for name in ("won", "lost", "won_before", "lost_before")
    )
    yield _signal("won_deals", count_change(won, won_before, weeks=weeks.number), weeks, won, won_before)
    closed, closed_before = won + lost, won_before + lost_before
    change = rate_change((won, closed), (won_before, closed_before))
    if change is not None:
        yield _signal("win_rate", change, weeks, closed, closed_before)


def _until_opportunity(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """What is won within the week of its opening says nothing."""
    return tuple(stage for stage in stages if stage is not Stage.WON)


def _step_signals(
    leads: pd.DataFrame, by_rank: pd.DataFrame | None, weeks: _Weeks, stages: tuple[Stage, ...]
) -> Iterator[Signal]:
    """`by_rank` are `step_frames`; without them `leads` say who came on in the week."""
    sums = leads.drop(columns="is_direct").sum()
    for earlier, later in pairwise(_until_opportunity(stages)):
        n, n_before = (int(sums[f"{when}_{earlier.value}"]) for when in ("now", "before"))
        if by_rank is None:
            came, came_before = (int(sums[f"came_{when}_{later.value}"]) for when in ("now", "before"))
        else:
            rank = STAGE_ORDER.index(earlier)
            came, came_before = (
                int(by_rank[f"{when}_{later.value}"].get(rank, 0)) for when in ("now", "before")
            )
        change = rate_change((came, n), (came_before, n_before))
        if change is not None:
            yield _signal("step_rate", change, weeks, n, n_before, stage=later)


def _regions(reading: Reading) -> dict[int, frozenset[int]]:
    """The territories directly above the drawable ones (or these, where nothing is above), with all below."""
    known = reading.dimensions
    chosen = reading.narrowing.chosen.get(Split.TERRITORY)
    leaves = [each for each in known.leaves(reading.view.at) if chosen is None or each.id in chosen]
    ids = sorted({each.parent_id or each.id for each in leaves})
    return {id: known.with_descendants([id]) for id in ids}


def _answer_signals(reading: Reading, answering: "_Answering", weeks: _Weeks) -> Iterator[Signal]:
    places: list[tuple[int, frozenset[int] | None, Place]] = [(COMPANY, None, _EVERYWHERE)]
    places += [(id, members, _place(reading, id)) for id, members in _regions(reading).items()]
    for id, members, place in places:
        if not answering.may_show(id):
            continue
        now, before = (in_time(answering.of(period, members)) for period in (weeks.last, weeks.before))
        change = rate_change(now, before)
        if change is not None:
            yield _signal("answered_in_time", change, weeks, now[1], before[1], place)


@dataclass(frozen=True, kw_only=True)
class _Answering:
    """How soon leads are answered, in the whole company: the view's filters do not narrow it."""

    reading: Reading

    @cached_property
    def now(self) -> datetime:
        """The end of the view's day, or this moment while the day lasts."""
        company, view = self.reading.company, self.reading.view
        return min(company.now, start_of(view.at + DAY, company.calendar.zone))

    @cached_property
    def _found(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        Hand-offs by place, and by time, of the view's period, the one compared with, and the signals' weeks.

        Histograms do not know both at once; the facts do.

        Raises:
            NotKept: Histograms do not cover the view, and the company is large.
        """
        view, calendar = self.reading.view, self.reading.company.calendar
        compared = view.compared()
        if view.known is not None and is_large(self.reading.session):
            raise NotKept(_ANSWERS_KEPT)
        periods = [last_full_weeks(view.at, BASELINE_WEEKS + 1)]
        periods += [each for each in (view.period, compared and compared.period) if each]
        wide = self.reading.seen_as(View(period=None, at=view.at, known=view.known))
        times = answer_times(wide.session, wide.view, wide.narrowing, periods, calendar, self.now)
        if times is not None:
            young = answer_hours(times.young, calendar, self.now)
            return together(times.by_place, young), together(times.by_time, young)
        if is_large(wide.session):
            raise NotKept(_ANSWERS_KEPT)
        start = min(each.start for each in periods)
        period = Period(start=start, end=max(view.at, start) + DAY)
        found = handoffs(wide.session, wide.view, wide.narrowing, period)
        every = answer_hours(found, calendar, self.now)
        return every, every

    @property
    def handoffs(self) -> pd.DataFrame:
        return self._found[0]

    @cached_property
    def _shown(self) -> ShownNodes:
        measured = {int(id) for id in self.handoffs["territory_id"].unique()}
        return shown_for(self.reading, REPS, measured=measured)

    @property
    def hidden(self) -> Hidden | None:
        """Why no answer time is shown at all, if there is something to show."""
        return None if self.handoffs.empty else self._shown.hidden

    def of(self, period: Period | None, members: frozenset[int] | None = None) -> pd.DataFrame:
        """The handoffs of a period, in some territories (None: all)."""
        found = _within(self.handoffs, period)
        return found if members is None else found[found["territory_id"].isin(members)]

    def may_show(self, place: int) -> bool:
        """Whether enough reps work there and nobody's own time can be had from what else is shown."""
        return place in self._shown.nodes

    def median_time(self) -> Number | None:
        """None where it may not be shown, or the company has no period to look at."""
        view = self.reading.view
        if view.period is None or not self.may_show(COMPANY):
            return None
        compared = view.compared()
        now, before = (
            _within(self._found[1], period)
            for period in (view.period, compared.period if compared else view.period)
        )
        return median_answer_time(now, before)


def _within(found: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    if period is None:
        return found
    return found[found["day"].between(period.first_epoch_day, period.last_epoch_day)]


def _waiting(reading: Reading, goals: SharedGoals, role: Role) -> Iterator[Waiting]:
    yield from _unsigned(reading, goals, role)
    if role in (Role.MARKETER, Role.MARKETING_HEAD):
        yield from _unanswered_flags(reading)
    if role is Role.ADMIN:
        yield from _silent_sources(reading)


def _unanswered_leads(
    reading: Reading, answering: _Answering, role: Role, territories: frozenset[int]
) -> Iterator[Waiting]:
    """Qualified leads in a rep's own territories that wait for more than a working day."""
    if role is Role.REP:
        own = reading.dimensions.with_descendants(territories) if territories else None
        count = waiting_too_long(answering.of(None, own))
        if count:
            path = f"/funnel?stage={Stage.MARKETING_QUALIFIED.value}"
            yield Waiting(kind=WaitingKind.LEADS_UNANSWERED, count=count, subject="", path=path)


def _unsigned(reading: Reading, goals: SharedGoals, role: Role) -> Iterator[Waiting]:
    """Proposals that lack the signature of the reader's team."""
    team = SIGNS_FOR.get(role)
    if team is None or not reading.scope.may(Permission.GOALS_SIGN):
        return
    waiting = []
    for goal in goals.facts:
        proposal = pending_target(goal.versions, held_target(goal.versions, reading.view.at))
        if proposal is not None and getattr(proposal, f"signed_{team.value}_at") is None:
            waiting.append(goal.name)
    if waiting:
        subject = ", ".join(waiting)
        yield Waiting(kind=WaitingKind.SIGN_TARGET, count=len(waiting), subject=subject, path="/goals")


def _unanswered_flags(reading: Reading) -> Iterator[Waiting]:
    flags = open_flags(reading.session, reading.view).sort_values("flags", ascending=False)
    if len(flags):
        id, most = int(flags["territory_id"].iloc[0]), int(flags["flags"].iloc[0])
        place = reading.dimensions.name(Split.TERRITORY, id)
        subject = f"{most} of them in {place}" if id != NOBODY else ""
        yield Waiting(
            kind=WaitingKind.FLAG_UNANSWERED,
            count=int(flags["flags"].sum()),
            subject=subject,
            path="/inbox",
        )


def _unread_receipts(reading: Reading, person_id: int | None) -> Iterator[Waiting]:
    """Answers to the reader's own flags that they have not read."""
    if person_id is None or not reading.scope.may(Permission.FLAGS_RAISE):
        return
    unread = field(reading.session, reading.scope, reading.view, person_id=person_id).unread
    if unread:
        yield Waiting(
            kind=WaitingKind.FLAG_RECEIPT, count=unread, subject="", path="/feedback?receipt=unread"
        )


def _silent_sources(reading: Reading) -> Iterator[Waiting]:
    """Sources that came at least three times and now stay away twice as long as usual, a week at least."""
    now = reading.company.now
    silent = [
        source
        for source, arrivals in import_moments(reading.session).items()
        if freshness(arrivals, now) is Freshness.LATE
    ]
    if silent:
        yield Waiting(
            kind=WaitingKind.IMPORT_STALE, count=len(silent), subject=", ".join(silent), path="/import"
        )
