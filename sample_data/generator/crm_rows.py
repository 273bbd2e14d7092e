"""The CRM's rows: leads, their history, deals, their history, activities, accounts."""

from . import files
from .book import Book
from .clock import stamp
from .model import Deal, DealEvent, Lead
from .offer import PRODUCT_BY_CODE
from .world import World


def add_crm_rows(book: Book, world: World) -> None:
    """Everything the CRM showed, each row from the moment it was entered."""
    for lead in world.leads:
        _add_lead(book, lead)
    for deal in world.deals:
        _add_deal(book, deal, world)
    for account in world.accounts.values():
        row = (account.id, account.name, account.segment, account.territory)
        book.add(files.ACCOUNTS.name, account.id, account.recorded, row)
    _add_lead_history(book, world)
    _add_deal_history(book, world)
    _add_activities(book, world)


def _yes(is_so: bool) -> str:
    return "Yes" if is_so else "No"


def _add_lead(book: Book, lead: Lead) -> None:
    later = (lead.located_at, lead.merged_at, lead.deleted_at)
    for known in sorted({lead.recorded, *(at for at in later if at is not None and at > lead.recorded)}):
        book.add(files.LEADS.name, lead.id, known, _lead_row(lead, known))


def _lead_row(lead: Lead, known: int) -> tuple[str, ...]:
    """The lead as the CRM shows it at the moment."""
    territory, who = lead.territory_at(known), lead.contact
    merged = lead.merged_into if lead.merged_at is not None and lead.merged_at <= known else None
    deleted = lead.deleted_at is not None and lead.deleted_at <= known
    return (
        lead.id,
        stamp(lead.created),
        territory,
        lead.segment,
        lead.channel,
        lead.product,
        lead.campaign,
        lead.owner if territory else "",
        who.company,
        who.first_name,
        who.last_name,
        who.email,
        who.phone,
        merged.id if merged else "",
        _yes(deleted),
        stamp(known),
    )


def _add_lead_history(book: Book, world: World) -> None:
    for lead, event in world.stage_events:
        row = (event.id, lead.id, event.status, stamp(event.at), str(event.cycle), event.reason)
        book.add(files.LEAD_HISTORY.name, event.id, event.recorded, row)


def _add_activities(book: Book, world: World) -> None:
    for owner, touch in world.touches:
        is_lead = isinstance(owner, Lead)
        row = (
            touch.id,
            owner.id if is_lead else "",
            "" if is_lead else owner.id,
            stamp(touch.at),
            touch.kind,
            touch.direction,
            _yes(touch.human),
            touch.connected,
            touch.campaign,
            touch.person,
        )
        book.add(files.ACTIVITIES.name, touch.id, touch.recorded, row)


def _as_known(event: DealEvent, known: int) -> tuple[int, str]:
    """Moment and value of the event as the CRM gave them at `known`."""
    if event.correction and event.correction.recorded <= known:
        return event.correction.at, event.correction.value
    return event.at, event.value


def _add_deal_history(book: Book, world: World) -> None:
    for deal, event in world.deal_events:
        moments = [event.recorded] + ([event.correction.recorded] if event.correction else [])
        for known in moments:
            at, value = _as_known(event, known)
            currency = deal.currency if event.event in {"Amount", "Won", "Lost"} else ""
            row = (event.id, deal.id, event.event, stamp(at), value, currency)
            book.add(files.DEAL_HISTORY.name, event.id, known, row)


def _add_deal(book: Book, deal: Deal, world: World) -> None:
    moments = {event.recorded for event in deal.events}
    moments |= {event.correction.recorded for event in deal.events if event.correction}
    if deal.deleted_at is not None:
        moments.add(deal.deleted_at)
    if deal.lead is not None and deal.lead.located_at is not None and deal.lead.located_at > deal.opened:
        moments.add(deal.lead.located_at)
    account = "" if deal.is_test else world.accounts[deal.account].id
    for known in sorted(moments):
        book.add(files.DEALS.name, deal.id, known, _deal_row(deal, account, known))


def _deal_row(deal: Deal, account: str, known: int) -> tuple[str, ...]:
    stage, amount, expected, closed_at = _deal_state(deal, known)
    territory = deal.territory or (deal.lead.territory_at(known) if deal.lead else "")
    deleted = deal.deleted_at is not None and deal.deleted_at <= known
    return (
        deal.id,
        deal.lead.id if deal.lead else "",
        account,
        f"{deal.account}: {PRODUCT_BY_CODE[deal.product].name}",
        territory,
        deal.segment,
        deal.channel,
        deal.product,
        deal.campaign,
        deal.owner,
        stamp(deal.opened),
        stage,
        amount,
        deal.currency,
        expected,
        closed_at,
        stamp(known),
        _yes(deleted),
    )


def _deal_state(deal: Deal, known: int) -> tuple[str, str, str, str]:
    """Stage, amount, expected day and closing as known at the moment."""
    stage = amount = expected = closed_at = ""
    for event in deal.events:
        if event.recorded > known:
            break
        at, value = _as_known(event, known)
        if event.event == "Stage":
            stage = value
        elif event.event == "Amount":
            amount = value
        elif event.event == "Expected close":
            expected = value
        elif event.event in {"Won", "Lost"}:
            stage, amount, closed_at = f"Closed {event.event.lower()}", value, stamp(at)
        elif event.event == "Reopened":
            closed_at = ""
    return stage, amount, expected, closed_at
