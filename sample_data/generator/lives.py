"""What becomes of a lead: stages, exits, touches, and the deal it may turn into."""

from .chance import Stream
from .clock import DAY, LAST_WEEK, NOW, WEEK, add_business, business_minutes, from_business, in_daytime
from .country import BY_CODE
from .deals import open_deal
from .model import Lead, StageEvent, Touch
from .story import (
    ACCEPTED,
    ANSWER_SPREAD,
    COMES_BACK,
    DAYS_TO_QUALIFIED,
    MINUTES_TO_ACCEPTED,
    MINUTES_TO_OPPORTUNITY,
    MINUTES_TO_SALES_QUALIFIED,
    OPPORTUNITY,
    SALES_QUALIFIED,
    SPREAD,
    Odds,
    answering,
    odds,
)

_REJECTED = ("no_budget", "no_need", "no_contact", "wrong_segment", "timing")
_REJECTED_WEIGHTS = (20, 26, 22, 20, 12)
_LOST = ("no_budget", "no_need", "competitor", "timing", "no_contact")
_LOST_WEIGHTS = (26, 24, 20, 18, 12)
_RECYCLED = ("timing", "no_budget", "no_contact")
_RECYCLED_WEIGHTS = (60, 26, 14)
_ANSWERS = ("Call", "Email", "Meeting", "Visit")
_ANSWER_WEIGHTS = (58, 30, 7, 5)
_LATER_WEIGHTS = (40, 24, 20, 16)
_CONNECTED = {"Call": 0.42, "Meeting": 0.97, "Visit": 0.93}


def live(stream: Stream, lead: Lead) -> None:
    """Fill the lead's events, touches and deal, to the end of its life."""
    lead.events.append(StageEvent(at=lead.created, recorded=lead.recorded, status="New", cycle=1))
    _welcome(stream, lead)
    chances = odds(territory=lead.home, channel=lead.true_channel, campaign=lead.campaign)
    back = _cycle(stream, lead, begin=lead.recorded, cycle=1, chances=chances)
    if back is not None and stream.chance(COMES_BACK):
        begin = in_daytime(back + stream.lag(40, 0.5) * DAY + stream.whole(0, 600))
        _move(lead, "New", begin, cycle=2)
        _cycle(stream, lead, begin=begin, cycle=2, chances=chances)


def live_as_test(stream: Stream, lead: Lead) -> None:
    """A test record: created, perhaps qualified by the machine, deleted within weeks."""
    lead.events.append(StageEvent(at=lead.created, recorded=lead.recorded, status="New", cycle=1))
    if stream.chance(0.4):
        _move(lead, "MQL", in_daytime(lead.recorded + stream.whole(60, 3 * DAY)), cycle=1)
    lead.deleted_at = add_business(lead.recorded + stream.whole(7, 35) * DAY, stream.whole(5, 400))


def live_as_duplicate(stream: Stream, lead: Lead, original: Lead) -> None:
    """The same person once more, through another door; merged into the first record within weeks."""
    lead.events.append(StageEvent(at=lead.created, recorded=lead.recorded, status="New", cycle=1))
    if stream.chance(0.35):
        at = in_daytime(lead.recorded + stream.whole(120, 3 * DAY))
        _move(lead, "MQL", at, cycle=1)
        lead.touches.append(_touch(stream, lead, add_business(at, stream.lag(240, 0.8)), _ANSWER_WEIGHTS))
    seen = max(lead.recorded, original.recorded, *(event.at for event in lead.events))
    lead.merged_into = original
    lead.merged_at = add_business(seen + stream.whole(6, 50) * DAY, stream.whole(5, 400))
    lead.touches = [touch for touch in lead.touches if touch.at < lead.merged_at]


def _move(lead: Lead, status: str, at: int, *, cycle: int, reason: str = "") -> int:
    lead.events.append(StageEvent(at=at, recorded=at, status=status, cycle=cycle, reason=reason))
    return at


def _leave(
    stream: Stream, lead: Lead, at: int, *, cycle: int, lost: int, recycled: int, silent: int
) -> int | None:
    """The lead goes no further: an exit with a reason, or nothing. Returns when it was recycled."""
    end = stream.weighted(("Lost", "Recycled", ""), (lost, recycled, silent))
    if end == "Lost":
        _move(lead, "Lost", at, cycle=cycle, reason=stream.weighted(_LOST, _LOST_WEIGHTS))
    elif end == "Recycled":
        return _move(lead, end, at, cycle=cycle, reason=stream.weighted(_RECYCLED, _RECYCLED_WEIGHTS))
    return None


def _cycle(stream: Stream, lead: Lead, *, begin: int, cycle: int, chances: Odds) -> int | None:
    """One way through the funnel. Returns when the lead was recycled, or None."""
    if not stream.chance(chances.qualified):
        if stream.chance(0.6):
            at = add_business(begin + stream.lag(25, SPREAD) * DAY, stream.whole(0, 400))
            _move(lead, "Lost", at, cycle=cycle, reason=stream.weighted(_LOST, _LOST_WEIGHTS))
        return None
    qualified = _qualify(stream, lead, begin, cycle)
    answered = _answer(stream, lead, qualified)
    if answered is None:
        return _never_answered(stream, lead, qualified, cycle)
    at = add_business(max(answered, begin), stream.lag(MINUTES_TO_ACCEPTED, SPREAD))
    # What happened at the fair is known only from the day on which the list was entered.
    _follow_up(stream, lead, max(answered, begin), at, stream.whole(0, 1))
    if not stream.chance(ACCEPTED):
        return _refuse(stream, lead, at, cycle)
    return _after_acceptance(stream, lead, _move(lead, "SAL", at, cycle=cycle), cycle, chances)


def _after_acceptance(stream: Stream, lead: Lead, accepted: int, cycle: int, chances: Odds) -> int | None:
    at = add_business(accepted, stream.lag(MINUTES_TO_SALES_QUALIFIED, SPREAD))
    _follow_up(stream, lead, accepted, at, stream.whole(0, 2))
    if not stream.chance(SALES_QUALIFIED):
        return _leave(stream, lead, at, cycle=cycle, lost=60, recycled=30, silent=10)
    confirmed = _move(lead, "SQL", at, cycle=cycle)
    at = add_business(confirmed, stream.lag(MINUTES_TO_OPPORTUNITY, SPREAD))
    _follow_up(stream, lead, confirmed, at, stream.whole(0, 2))
    if not stream.chance(OPPORTUNITY):
        return _leave(stream, lead, at, cycle=cycle, lost=65, recycled=25, silent=10)
    opened = _move(lead, "Opportunity", at, cycle=cycle)
    lead.deal = open_deal(stream, lead, opened, chances)
    return None


def _qualify(stream: Stream, lead: Lead, begin: int, cycle: int) -> int:
    """Enter MQL. Of leads entered late from a fair, half were already qualified there, weeks ago."""
    if cycle == 1 and lead.recorded - lead.created > WEEK and stream.chance(0.5):
        at = add_business(lead.created, stream.whole(20, 200))
        lead.events.append(StageEvent(at=at, recorded=lead.recorded, status="MQL", cycle=1))
        return at
    wait = stream.lag(DAYS_TO_QUALIFIED * DAY, 1.0)
    return _move(lead, "MQL", in_daytime(begin + wait), cycle=cycle)


def _answer(stream: Stream, lead: Lead, qualified: int) -> int | None:
    """The first human answer of sales, by the planted clock; None if it never comes."""
    pace = answering(parent=BY_CODE[lead.home].parent, week=qualified // WEEK + 1)
    if stream.chance(pace.never):
        return None
    at = add_business(qualified, stream.lag(pace.median_minutes, ANSWER_SPREAD))
    touch = _touch(stream, lead, at, _ANSWER_WEIGHTS)
    touch.recorded = max(touch.recorded, lead.recorded)
    lead.touches.append(touch)
    return at


def _never_answered(stream: Stream, lead: Lead, qualified: int, cycle: int) -> int | None:
    """Nobody called. Some are rejected or recycled unseen, most stay where they are."""
    fate = stream.weighted(("Rejected", "Recycled", ""), (30, 20, 50))
    days = stream.lag(6, 0.6) if fate == "Rejected" else stream.lag(24, 0.5)
    at = add_business(max(qualified, lead.recorded) + days * DAY, stream.whole(0, 400))
    if fate == "Rejected":
        _move(lead, fate, at, cycle=cycle, reason=stream.weighted(_REJECTED, _REJECTED_WEIGHTS))
    elif fate == "Recycled":
        return _move(lead, fate, at, cycle=cycle, reason="no_contact")
    return None


def _refuse(stream: Stream, lead: Lead, at: int, cycle: int) -> int | None:
    """Sales does not take it: mostly rejected with a reason, sometimes given back or left lying."""
    fate = stream.weighted(("Rejected", "Recycled", ""), (72, 20, 8))
    if fate == "Rejected":
        _move(lead, fate, at, cycle=cycle, reason=stream.weighted(_REJECTED, _REJECTED_WEIGHTS))
    elif fate == "Recycled":
        return _move(lead, fate, at, cycle=cycle, reason=stream.weighted(_RECYCLED, _RECYCLED_WEIGHTS))
    return None


def _touch(stream: Stream, lead: Lead, at: int, weights: tuple[int, ...]) -> Touch:
    """An outgoing human touch. Visits are often written down only days later."""
    kind = stream.weighted(_ANSWERS, weights)
    connected = ("Yes" if stream.chance(_CONNECTED[kind]) else "No") if kind in _CONNECTED else ""
    recorded = at
    if kind == "Visit" and stream.chance(0.35):
        recorded = add_business(at + stream.whole(1, 8) * DAY, stream.whole(5, 300))
    return Touch(
        at=at,
        recorded=recorded,
        kind=kind,
        direction="Outgoing",
        connected=connected,
        person=lead.owner,
    )


def _follow_up(stream: Stream, lead: Lead, after: int, before: int, number: int) -> None:
    """Further touches between two moments, in opening hours; sometimes the customer writes."""
    first, last = business_minutes(after) + 1, business_minutes(before) - 1
    for _ in range(number):
        if last <= first:
            return
        at = from_business(stream.whole(first, last))
        touch = _touch(stream, lead, at, _LATER_WEIGHTS)
        if stream.chance(0.16):
            touch.kind, touch.direction, touch.connected, touch.recorded = "Email", "Incoming", "", at
        lead.touches.append(touch)


def _welcome(stream: Stream, lead: Lead) -> None:
    """The automated mail after a form, for some leads a second one; never a human touch."""
    if lead.recorded - lead.created > WEEK or not stream.chance(0.47):
        return
    first = lead.created + stream.whole(2, 20)
    second = in_daytime(first + stream.whole(3, 9) * DAY)
    for at in (first, second)[: 2 if stream.chance(0.2) else 1]:
        lead.touches.append(
            Touch(at=at, recorded=at, kind="Automated email", direction="Outgoing", campaign=lead.campaign)
        )


def delay(stream: Stream, lead: Lead) -> None:
    """Some leads are entered weeks late, mostly from fairs; the created date stays the old one."""
    if not stream.chance(0.05 if lead.true_channel == "Trade fair" else 0.008):
        return
    late = add_business(lead.created + stream.whole(10, 45) * DAY, stream.whole(5, 400))
    # The planted number of leads must be there at the last export: nobody is late beyond it.
    if late < NOW or lead.created >= LAST_WEEK * WEEK:
        lead.recorded = late
