"""The whole company from a seed: every record with its life, and the ids the CRM gives."""

from collections.abc import Iterable
from dataclasses import dataclass

from .arrivals import Arrival, first_arrivals, lead_from, next_arrivals, test_contact
from .chance import Stream
from .clock import DAY, LAST_WEEK, NOW, WORKING_MINUTES, add_business, week_start
from .corrections import correct
from .country import CODES, LAENDER
from .deals import direct_deal, test_deal
from .lives import delay, live, live_as_duplicate, live_as_test
from .model import Deal, DealEvent, Lead, StageEvent, Touch
from .story import DEALS, DIRECT_DEALS_AT_LEAST

TEST_SHARE, DUPLICATE_SHARE = 0.006, 0.012
_TEST_DEAL_WEEKS = (8, 25, 40, 55, 66, 70, 73, 82, 95)
_CARRIED_OVER_WEEKS = 6
_PEOPLE = [land.population for land in LAENDER]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer, from its first deal on."""

    id: str
    name: str
    segment: str
    territory: str
    recorded: int


@dataclass(slots=True, kw_only=True)
class World:
    """Everything the CRM will ever know; exports are cut from it by the moment of recording."""

    seed: int
    last_week: int
    leads: list[Lead]
    deals: list[Deal]
    accounts: dict[str, Account]
    stage_events: list[tuple[Lead, StageEvent]]
    deal_events: list[tuple[Deal, DealEvent]]
    touches: list[tuple[Lead | Deal, Touch]]


def build_world(seed: int, last_week: int = LAST_WEEK) -> World:
    """Simulate the company up to the week (1 = 2025-W01), at least the 78 weeks of the sample."""
    leads = _leads(seed, last_week)
    deals = _deals(seed, leads, last_week)
    correct(seed, deals, last_week)
    _number(leads, "L", 100_001, [lead.recorded for lead in leads])
    _number(deals, "D", 20_001, [deal.opened for deal in deals])
    return World(
        seed=seed,
        last_week=last_week,
        leads=leads,
        deals=deals,
        accounts=_accounts(deals),
        stage_events=_numbered_stage_events(leads),
        deal_events=_numbered_deal_events(deals),
        touches=_numbered_touches(leads, deals),
    )


def _leads(seed: int, last_week: int) -> list[Lead]:
    arrivals = first_arrivals(seed)
    for week in range(LAST_WEEK + 1, last_week + 1):
        arrivals += next_arrivals(seed, week)
    leads: list[Lead] = []
    for number, arrival in enumerate(arrivals):
        leads.append(_lead(Stream(seed, f"lead/{number}"), arrival, leads))
    return leads


def _lead(stream: Stream, arrival: Arrival, before: list[Lead]) -> Lead:
    """A lead with its life: mostly a real one, sometimes a test or somebody who is already there."""
    lead = lead_from(stream, arrival)
    fate = stream.share()
    original = before[-stream.whole(10, 300)] if len(before) > 400 else None
    if fate < TEST_SHARE:
        lead.contact, lead.located_at = test_contact(stream), None
        live_as_test(stream, lead)
    elif fate < TEST_SHARE + DUPLICATE_SHARE and original is not None and original.is_ordinary:
        lead.contact, lead.home, lead.territory = original.contact, original.home, original.home
        lead.segment, lead.owner, lead.located_at = original.true_segment, original.owner, None
        live_as_duplicate(stream, lead, original)
    else:
        delay(stream, lead)
        live(stream, lead)
    return lead


def _deals(seed: int, leads: Iterable[Lead], last_week: int) -> list[Deal]:
    """Deals of leads, deals without one, and a few test records; the planted number by the last export."""
    deals = [lead.deal for lead in leads if lead.deal is not None]
    tests = [week for week in _TEST_DEAL_WEEKS if week <= last_week]
    known = sum(deal.opened <= NOW for deal in deals) + sum(week <= LAST_WEEK for week in tests)
    for number in range(max(DIRECT_DEALS_AT_LEAST, DEALS - known)):
        stream = Stream(seed, f"direct/{number}")
        carried_over = stream.chance(0.65)
        week = stream.whole(1, _CARRIED_OVER_WEEKS if carried_over else LAST_WEEK - 1)
        deals.append(direct_deal(stream, _on_some_day(stream, week), _somewhere(stream)))
    for week in range(LAST_WEEK + 1, last_week + 1):
        stream = Stream(seed, f"direct/week/{week}")
        if stream.chance(0.5):
            deals.append(direct_deal(stream, _on_some_day(stream, week), _somewhere(stream)))
    for week in tests:
        stream = Stream(seed, f"test-deal/{week}")
        deals.append(test_deal(stream, _on_some_day(stream, week), _somewhere(stream)))
    return deals


def _on_some_day(stream: Stream, week: int) -> int:
    return add_business(week_start(week) + stream.whole(0, 3) * DAY, stream.whole(0, WORKING_MINUTES - 1))


def _somewhere(stream: Stream) -> str:
    return stream.weighted(CODES, _PEOPLE)


def _number(items: list[Lead] | list[Deal], letter: str, first: int, recorded: list[int]) -> None:
    """Ids in the order in which the CRM got the records: what was entered late has a late number."""
    order = sorted(range(len(items)), key=lambda index: (recorded[index], index))
    for number, index in enumerate(order, start=first):
        items[index].id = f"{letter}{number}"


def _accounts(deals: Iterable[Deal]) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for deal in sorted(deals, key=lambda deal: deal.id):
        if not deal.is_test and deal.account not in accounts:
            accounts[deal.account] = Account(
                id=f"A{10_001 + len(accounts)}",
                name=deal.account,
                segment=deal.segment,
                territory=deal.territory,
                recorded=deal.opened,
            )
    return accounts


def _numbered_stage_events(leads: list[Lead]) -> list[tuple[Lead, StageEvent]]:
    pairs = [(lead, event) for lead in leads for event in lead.events]
    pairs.sort(key=lambda pair: (pair[1].recorded, pair[0].id))
    for number, (_, event) in enumerate(pairs, start=1_000_001):
        event.id = f"H{number}"
    return pairs


def _numbered_deal_events(deals: list[Deal]) -> list[tuple[Deal, DealEvent]]:
    pairs = [(deal, event) for deal in deals for event in deal.events]
    pairs.sort(key=lambda pair: (pair[1].recorded, pair[0].id))
    for number, (_, event) in enumerate(pairs, start=1_000_001):
        event.id = f"V{number}"
    return pairs


def _numbered_touches(leads: list[Lead], deals: list[Deal]) -> list[tuple[Lead | Deal, Touch]]:
    of_leads: list[tuple[Lead | Deal, Touch]] = [(lead, touch) for lead in leads for touch in lead.touches]
    of_deals: list[tuple[Lead | Deal, Touch]] = [(deal, touch) for deal in deals for touch in deal.touches]
    pairs = sorted(of_leads + of_deals, key=lambda pair: (pair[1].recorded, pair[0].id))
    for number, (_, touch) in enumerate(pairs, start=1_000_001):
        touch.id = f"T{number}"
    return pairs
