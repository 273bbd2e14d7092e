"""What becomes of a deal: stages, moved dates, changed amounts, won or lost."""

from .chance import Stream, exponential
from .clock import DAY, add_business, business_minutes, day_of, from_business
from .country import BY_CODE
from .model import Deal, DealEvent, Lead, Touch
from .offer import PRODUCT_BY_CODE, SEGMENTS, contact, product_for
from .staff import rep_for
from .story import DAYS_TO_WON, DEAL_SPREAD, NEVER_CLOSED, Odds, odds

# Units of a foreign currency for 100 EUR, roughly: only to give the amount a plausible size.
_PER_100_EUR = {"EUR": 100, "CHF": 95, "PLN": 425}
_TOUCHES = ("Call", "Email", "Meeting", "Visit")
_TOUCH_WEIGHTS = (34, 30, 20, 16)


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def open_deal(stream: Stream, lead: Lead, opened: int, chances: Odds) -> Deal:
    """The deal that a lead turns into, with its whole life."""
    product = lead.product or product_for(stream, lead.true_segment).code
    deal = Deal(
        opened=opened,
        lead=lead,
        account=lead.contact.company,
        territory=lead.territory_at(opened),
        segment=lead.segment,
        channel=lead.channel,
        product=product,
        campaign=lead.campaign,
        owner=lead.owner,
        currency=_currency(stream, BY_CODE[lead.home].parent),
    )
    _live(stream, deal, chances)
    return deal


def direct_deal(stream: Stream, opened: int, home: str) -> Deal:
    """A deal without a lead: carried over from the old system, or an existing customer who called."""
    segment = stream.pick(SEGMENTS)
    deal = Deal(
        opened=opened,
        lead=None,
        account=contact(stream, segment=segment, territory=home).company,
        territory=home,
        segment=segment,
        channel="" if stream.chance(0.6) else "Partner",
        product=product_for(stream, segment).code,
        campaign="",
        owner=rep_for(stream, home),
        currency=_currency(stream, BY_CODE[home].parent),
    )
    _live(stream, deal, odds(territory=home, channel="Partner", campaign=""))
    return deal


def test_deal(stream: Stream, opened: int, home: str) -> Deal:
    """Somebody tried the form: opened, never worked on, deleted within weeks."""
    deal = Deal(
        opened=opened,
        lead=None,
        account="Test",
        territory=home,
        segment="",
        channel="",
        product="HQ-100",
        campaign="",
        owner=rep_for(stream, home),
        currency="EUR",
        is_test=True,
    )
    _begin(deal, amount=100_000, expected=day_of(opened + 30 * DAY).isoformat())
    deal.deleted_at = add_business(opened + stream.whole(8, 30) * DAY, stream.whole(5, 400))
    return deal


def _currency(stream: Stream, parent: str) -> str:
    draw = stream.share()
    if parent == "SOUTH" and draw < 0.12:
        return "CHF"
    if parent == "EAST" and draw < 0.16:
        return "PLN"
    return "EUR"


def _amount(stream: Stream, deal: Deal) -> int:
    """Cents: some units at list price less a discount, in the deal's currency, to the next 10."""
    product = PRODUCT_BY_CODE[deal.product]
    wanted = 15_500_00 * exponential(0.75 * stream.normal())
    units = max(1, round(wanted / product.list_price))
    cents = units * product.list_price * stream.whole(80, 100) // 100 * _PER_100_EUR[deal.currency] // 100
    return cents // 1000 * 1000 + stream.pick((0, 0, 0, 500, 990))


def _begin(deal: Deal, *, amount: int, expected: str) -> None:
    first = [
        ("Opened", ""),
        ("Stage", "Qualification"),
        ("Amount", money(amount)),
        ("Expected close", expected),
    ]
    for event, value in first:
        happened(deal, deal.opened, event, value)


def happened(deal: Deal, at: int, event: str, value: str = "") -> None:
    deal.events.append(DealEvent(at=at, recorded=at, event=event, value=value))


def _live(stream: Stream, deal: Deal, chances: Odds) -> None:
    amount = _amount(stream, deal)
    expected = deal.opened + stream.whole(30, 75) * DAY
    _begin(deal, amount=amount, expected=day_of(expected).isoformat())
    won = stream.chance(chances.win)
    days = stream.lag(DAYS_TO_WON if won else chances.days_to_lost, DEAL_SPREAD)
    end = add_business(deal.opened + days * DAY, stream.whole(0, 420))
    stays_open = not won and stream.chance(NEVER_CLOSED / (1 - chances.win))
    if stays_open:
        end = add_business(deal.opened + 400 * DAY, 0)
    _progress(stream, deal, end, won=won, early=chances.days_to_lost < 20)
    _change_amount(stream, deal, end, amount)
    _move_expected(stream, deal, end, expected, stays_open=stays_open)
    _accompany(stream, deal, min(end, deal.opened + 120 * DAY))
    deal.events.sort(key=lambda event: event.at)
    if not stays_open:
        happened(deal, end, "Won" if won else "Lost", deal.amount)


def _between(deal: Deal, end: int, percent: int) -> int:
    """The moment at which so many percent of the deal's business time have passed."""
    start, stop = business_minutes(deal.opened), business_minutes(end)
    return from_business(start + (stop - start) * percent // 100)


def _progress(stream: Stream, deal: Deal, end: int, *, won: bool, early: bool) -> None:
    """Proposal, then negotiation; what is lost early never gets that far."""
    if end - deal.opened < 3 * DAY or (early and not won):
        return
    happened(deal, _between(deal, end, stream.whole(15, 40)), "Stage", "Proposal")
    if won or stream.chance(0.55):
        happened(deal, _between(deal, end, stream.whole(55, 85)), "Stage", "Negotiation")


def _change_amount(stream: Stream, deal: Deal, end: int, amount: int) -> None:
    if stream.chance(0.3) and end - deal.opened > 6 * DAY:
        changed = amount * stream.whole(78, 118) // 100 // 1000 * 1000
        happened(deal, _between(deal, end, stream.whole(30, 90)), "Amount", money(max(changed, 50_000)))


def _move_expected(stream: Stream, deal: Deal, end: int, expected: int, *, stays_open: bool) -> None:
    """An expected date that passes is mostly moved out, a few days before it."""
    while expected < end and stream.chance(0.3 if stays_open else 0.75):
        at = add_business(max(expected - 6 * DAY, deal.opened + DAY), stream.whole(0, 400))
        if at >= end:
            return
        expected += stream.whole(14, 45) * DAY
        happened(deal, at, "Expected close", day_of(expected).isoformat())


def _accompany(stream: Stream, deal: Deal, end: int) -> None:
    """The rep's and the customer's touches while the deal is open."""
    first, last = business_minutes(deal.opened) + 1, business_minutes(end) - 1
    for _ in range(stream.whole(2, 5)):
        if last <= first:
            return
        at = from_business(stream.whole(first, last))
        kind = stream.weighted(_TOUCHES, _TOUCH_WEIGHTS)
        incoming = kind == "Email" and stream.chance(0.4)
        connected = "" if kind == "Email" else ("Yes" if stream.chance(0.8) else "No")
        deal.touches.append(
            Touch(
                at=at,
                recorded=at,
                kind=kind,
                direction="Incoming" if incoming else "Outgoing",
                connected=connected,
                person=deal.owner,
            )
        )
