"""The Campaign tests page: every design with its result, and what a new one is filled with."""

from dataclasses import dataclass
from datetime import date, timedelta

from alignment.metrics.common import Stamp
from alignment.metrics.designs import DesignCard, Place
from alignment.metrics.effect import Verdict
from alignment.metrics.evidence import Evidence
from alignment.metrics.flags import FlagCard
from alignment.vocabulary import DesignStanding

WEEK, USUAL_LENGTH = timedelta(weeks=1), timedelta(weeks=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignChoice:
    """A campaign that a design can be built around."""

    code: str
    name: str
    starts_on: date | None
    ends_on: date | None
    territories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignForm:
    """
    What a form for a design is filled with: choices, and a proposal.

    `asked` are interviews of the newest wave by territory code; a territory without any cannot be in a
    test. `campaign` is one that is planned for the territory and has not begun, if there is one. `evidence`
    is what the data say about the territory; None where no territory is chosen yet.
    """

    places: tuple[Place, ...]
    asked: dict[str, int]
    campaigns: tuple[CampaignChoice, ...]
    flag_ids: tuple[int, ...]
    treated: tuple[str, ...]
    comparison: tuple[str, ...]
    campaign: str | None
    evidence: Evidence | None

    def campaign_of(self, code: str | None) -> CampaignChoice | None:
        return next((each for each in self.campaigns if each.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a form shows for a chosen campaign before anybody typed."""

    name: str
    starts_on: date
    ends_on: date


def begun(chosen: CampaignChoice | None, card: DesignCard | None, today: date) -> Begun:
    """The campaign's own days and name, else those of the version that is followed, else from next week."""
    start = chosen.starts_on if chosen else None
    start = start or (card.doing.starts_on if card else today + WEEK)
    end = (chosen.ends_on if chosen else None) or (card.doing.ends_on if card else start + USUAL_LENGTH)
    name = chosen.name if chosen else card.doing.name if card else ""
    return Begun(name=name, starts_on=start, ends_on=max(start, end))


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignsAnswer:
    """
    All versions, newest design first. `flags` are those they came from, by id, for readers who may see them.

    `waves` counts the waves of the survey that are in, and `places` the territories asked in the newest:
    without two of each there is nothing to design.
    """

    stamp: Stamp
    designs: tuple[DesignCard, ...]
    flags: dict[int, FlagCard]
    waves: int
    places: int

    @property
    def can_design(self) -> bool:
        return self.waves >= 2 and self.places >= 2

    def chosen(self, design_id: int | None, flag_id: int | None = None) -> DesignCard | None:
        """The version asked for, else the flag's, else the newest whose verdict is in, else the newest."""
        asked = [card for card in self.designs if card.design_id == design_id]
        told = [card for card in self.designs if card.effect and card.effect.verdict is not Verdict.NOT_YET]
        flagged = self.answering(flag_id)
        return next(iter((*asked, *([flagged] if flagged else []), *told, *self.designs)), None)

    def answering(self, flag_id: int | None) -> DesignCard | None:
        """The newest version that answers the flag and is not withdrawn; None if none does yet."""
        standing = (card for card in self.designs if card.standing is not DesignStanding.WITHDRAWN)
        return next((card for card in standing if flag_id in card.flag_ids), None)
