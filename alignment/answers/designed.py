"""The designs of campaign tests in one reading, with what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from alignment.answers.planning import Planning
from alignment.answers.reading import Reading
from alignment.metrics.designs import Campaigning, DesignCard, Place, StatedPlan, standing_of_design
from alignment.queries.designs import DesignRow, FlagKey, designs
from alignment.queries.dimensions import NOBODY
from alignment.queries.flags import flag_ids_of
from alignment.view import Split
from alignment.vocabulary import DesignStanding

_SAME = [name for name in DesignCard.__slots__ if name in DesignRow.__slots__ and name not in ("id", "flags")]


@dataclass(frozen=True, kw_only=True)
class Designs:
    """All versions; an effect is measured for those that both teams approved."""

    reading: Reading

    @cached_property
    def rows(self) -> list[DesignRow]:
        return designs(self.reading.session, self.reading.view)

    @cached_property
    def planning(self) -> Planning:
        """The survey whole: no filter and no scope narrows what a test is read from."""
        everything = replace(
            self.reading.view, territories=(), segments=(), channels=(), products=(), campaigns=()
        )
        return Planning(reading=self.reading.seen_as(everything))

    @cached_property
    def cards(self) -> tuple[DesignCard, ...]:
        """Newest design first, and its newest version first."""
        newest = {row.number: row.version for row in reversed(self.rows)}
        flag_ids = flag_ids_of(self.reading.session, self.reading.view) if self.rows else {}
        return tuple(self._card(row, newest[row.number], flag_ids) for row in self.rows)

    def of_flag(self, key: FlagKey) -> DesignCard | None:
        """The newest approved version that answers the flag; else its newest draft that is not withdrawn."""
        of = {row.id for row in self.rows if key in row.flags}
        found = [card for card in self.cards if card.design_id in of] if of else []
        frozen = [card for card in found if card.standing is DesignStanding.FROZEN]
        drafts = [card for card in found if card.standing is DesignStanding.DRAFT]
        return next(iter((*frozen, *drafts)), None)

    def _card(self, row: DesignRow, newest: int, flag_ids: dict[FlagKey, int]) -> DesignCard:
        plan = StatedPlan(**{name: getattr(row, name) for name in StatedPlan.__slots__})
        doing = Campaigning(
            name=row.name,
            campaign=self._campaign(row, is_name=False),
            campaign_name=self._campaign(row, is_name=True),
            outcome=row.outcome,
            treated=self._places(row.treated),
            comparison=self._places(row.comparison),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        codes = [[place.code for place in places] for places in (doing.treated, doing.comparison)]
        return DesignCard(
            **{name: getattr(row, name) for name in _SAME},
            design_id=row.id,
            newest=newest,
            standing=standing_of_design(
                is_frozen=row.is_frozen,
                is_withdrawn=row.withdrawn_at is not None,
                version=row.version,
                newest=newest,
            ),
            doing=doing,
            plan=plan,
            flag_ids=tuple(flag_ids[key] for key in row.flags if key in flag_ids),
            effect=self.planning.effect(plan, *codes) if row.is_frozen else None,
        )

    def _campaign(self, row: DesignRow, *, is_name: bool) -> str | None:
        known = self.reading.dimensions
        if row.campaign_id is None or row.campaign_id not in known.members[Split.CAMPAIGN]:
            return None
        return (known.name if is_name else known.code)(Split.CAMPAIGN, row.campaign_id)

    def _places(self, ids: Iterable[int]) -> tuple[Place, ...]:
        known = self.reading.dimensions
        members = known.members[Split.TERRITORY]
        places = [
            Place(code=known.code(Split.TERRITORY, id), name=known.name(Split.TERRITORY, id))
            for id in ids
            if id in members and id != NOBODY
        ]
        return tuple(sorted(places, key=lambda place: place.name))
