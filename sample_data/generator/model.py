"""Leads, deals and what happened to them, as they are simulated. Moments are the clock's minutes."""

from __future__ import annotations

from dataclasses import dataclass, field

from .offer import Contact


@dataclass(slots=True, kw_only=True, eq=False)
class StageEvent:
    """A lead entered a stage or left the funnel."""

    at: int
    recorded: int
    status: str
    cycle: int
    reason: str = ""
    id: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Touch:
    """A contact with a lead or a deal's people. `connected` is Yes, No or empty (mail)."""

    at: int
    recorded: int
    kind: str
    direction: str
    connected: str = ""
    campaign: str = ""
    person: str = ""
    id: str = ""

    @property
    def human(self) -> bool:
        return self.kind != "Automated email"


@dataclass(slots=True, kw_only=True, eq=False)
class Lead:
    """
    One record of the CRM. `home` is where the customer really is; `territory`
    is what the CRM said at first, and may be empty until `located_at`.
    """

    created: int
    recorded: int
    home: str
    territory: str
    located_at: int | None
    segment: str
    channel: str
    product: str
    campaign: str
    owner: str
    contact: Contact
    true_segment: str
    true_channel: str
    events: list[StageEvent] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    deal: Deal | None = None
    merged_into: Lead | None = None
    merged_at: int | None = None
    deleted_at: int | None = None
    id: str = ""

    @property
    def is_ordinary(self) -> bool:
        """Neither a duplicate nor a test record."""
        return self.merged_at is None and self.deleted_at is None

    def territory_at(self, at: int) -> str:
        """What the CRM's territory field says at the moment."""
        return self.home if self.located_at is not None and self.located_at <= at else self.territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the CRM says about an event from `recorded` on: another moment, another value."""

    recorded: int
    at: int
    value: str


@dataclass(slots=True, kw_only=True, eq=False)
class DealEvent:
    """Something happened to a deal. A corrected closing keeps its id."""

    at: int
    recorded: int
    event: str
    value: str = ""
    correction: Correction | None = None
    id: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Deal:
    """An opportunity. Amounts are text in its currency, in the events."""

    opened: int
    lead: Lead | None
    account: str
    territory: str
    segment: str
    channel: str
    product: str
    campaign: str
    owner: str
    currency: str
    events: list[DealEvent] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    is_test: bool = False
    deleted_at: int | None = None
    id: str = ""

    @property
    def closing(self) -> DealEvent | None:
        """The latest closing, if no reopening follows it."""
        last = None
        for event in self.events:
            if event.event in {"Won", "Lost"}:
                last = event
            elif event.event == "Reopened":
                last = None
        return last

    @property
    def amount(self) -> str:
        """The amount at the end of the deal's events."""
        return next(event.value for event in reversed(self.events) if event.event == "Amount")
