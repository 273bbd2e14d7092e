"""Records that were wrong at first: deals reopened, re-dated, given another amount after they were closed."""

from collections.abc import Callable, Sequence

from .chance import Stream
from .clock import DAY, WEEK, add_business, day_of, week_start
from .deals import happened, money
from .model import Correction, Deal, DealEvent

FIRST_WEEK = 10


def correct(seed: int, deals: Sequence[Deal], last_week: int) -> None:
    """
    Change some closed deals, week after week, as a sales back office does.

    Every second week one lost deal is reopened, every other week the amount of
    a won one is corrected, every third week a closing gets another date. What a
    week picks depends only on what had happened before, so longer companies
    begin like shorter ones.
    """
    for week in range(FIRST_WEEK, last_week + 1):
        stream = Stream(seed, f"corrections/{week}")
        if week % 2 == 0:
            _for_one(stream, _untouched(deals, "Lost", week, weeks=8), week, _reopen)
        else:
            _for_one(stream, _untouched(deals, "Won", week, weeks=7), week, _correct_amount)
        if week % 3 == 0:
            _for_one(stream, _untouched(deals, "Won", week, weeks=5), week, _move_closing)


def _for_one(
    stream: Stream, candidates: Sequence[Deal], week: int, change: Callable[[Stream, Deal, int], None]
) -> None:
    if candidates:
        change(stream, stream.pick(candidates), add_business(week_start(week) + DAY, stream.whole(30, 1100)))


def _untouched(deals: Sequence[Deal], closed: str, week: int, *, weeks: int) -> list[Deal]:
    """Deals that were closed so in the weeks before and never changed since, in order of closing."""
    begins = week_start(week)
    found = []
    for deal in deals:
        last = deal.events[-1]
        if last.event == closed and begins - weeks * WEEK <= last.at < begins - WEEK and _is_plain(deal):
            found.append(deal)
    return sorted(found, key=lambda deal: (deal.events[-1].at, deal.opened))


def _is_plain(deal: Deal) -> bool:
    return not deal.is_test and all(e.correction is None and e.event != "Reopened" for e in deal.events)


def _reopen(stream: Stream, deal: Deal, at: int) -> None:
    """The customer comes back; mostly the deal is won after all."""
    closes = add_business(at + stream.whole(8, 26) * DAY, stream.whole(0, 400))
    happened(deal, at, "Reopened")
    happened(deal, at, "Stage", "Negotiation")
    happened(deal, at, "Expected close", day_of(closes + 4 * DAY).isoformat())
    happened(deal, closes, "Won" if stream.chance(0.75) else "Lost", deal.amount)


def _correct_amount(stream: Stream, deal: Deal, at: int) -> None:
    """The order confirmation says something else than the offer, mostly less."""
    won = deal.events[-1]
    percent = stream.whole(72, 95) if stream.chance(0.75) else stream.whole(104, 112)
    cents = round(float(won.value) * 100) * percent // 100 // 1000 * 1000
    won.correction = Correction(recorded=at, at=won.at, value=money(max(cents, 50_000)))


def _move_closing(stream: Stream, deal: Deal, at: int) -> None:
    """It was booked too early: the signature came some days later."""
    won: DealEvent = deal.events[-1]
    later = add_business(won.at, stream.whole(1, 4) * 480 + stream.whole(0, 100))
    won.correction = Correction(recorded=max(at, later), at=later, value=won.value)
