"""What stands around a flag: its territory's awareness over the waves, shelf, campaigns, earlier flags."""

from datetime import timedelta

from alignment.access import Permission, Scope, permitted
from alignment.answers.flag_screen import FlagBox, unfiltered
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.db import ReadSession
from alignment.errors import NotFound
from alignment.metrics.flags import SIMILAR_WEEKS, FlagPlace, PlaceCampaign
from alignment.queries.campaigns import campaign_plans
from alignment.queries.dimensions import NOBODY
from alignment.view import Split, View


@permitted(Permission.FLAGS_READ)
def flag_place(session: ReadSession, scope: Scope, view: View, *, code: str) -> FlagPlace:
    """
    The surroundings of the flags in a territory; no filter narrows them.

    Campaigns are those that ran there on a day of the last eight weeks, or everywhere. Flags are
    all of the territory, of any kind, newest first.

    Raises:
        NotFound: There is no such territory.
    """
    reading = unfiltered(Reading(session=session, scope=scope, view=view))
    place = reading.dimensions.id_of(Split.TERRITORY, code)
    if place == NOBODY:
        raise NotFound("A flag is about a territory. Choose one of the list.")
    land, box = Land(reading=reading), FlagBox(reading=reading)
    is_drawn = any(each.id == place for each in land.members)
    return FlagPlace(
        code=code,
        territory=box.name(place),
        trend=land.trend(place) if is_drawn else (),
        campaigns=_campaigns(reading, place),
        flags=tuple(box.card(flag) for flag in box.flags if flag.territory_id == place),
        has_outlets=land.shelves.last_sale_on is not None,
        shelf=land.shelves.by_territory.get(place),
        stock=land.shelves.stock[place],
    )


def _campaigns(reading: Reading, place: int) -> tuple[PlaceCampaign, ...]:
    until = reading.view.at
    since = until - timedelta(weeks=SIMILAR_WEEKS)
    found = []
    for plan in campaign_plans(reading.session, reading.view):
        is_here = not plan.territory_ids or place in reading.dimensions.with_descendants(plan.territory_ids)
        if plan.start_on is None or not is_here:
            continue
        if plan.start_on <= until and (plan.end_on or until) >= since:
            found.append(
                PlaceCampaign(
                    name=plan.name,
                    start_on=plan.start_on,
                    end_on=plan.end_on,
                    is_everywhere=not plan.territory_ids,
                )
            )
    return tuple(sorted(found, key=lambda each: (each.start_on, each.name)))
