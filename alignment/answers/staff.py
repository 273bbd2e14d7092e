"""For which territories measures of what people of a role did may be shown, in one reading."""

from collections.abc import Collection

from alignment.answers.reading import Reading
from alignment.metrics.small_cells import WHOLE, SmallCells, small_cells
from alignment.queries.staff import people_by_territory
from alignment.view import Split
from alignment.vocabulary import Role

REPS = (Role.REP,)
MARKETING = (Role.MARKETER, Role.MARKETING_HEAD)


def cells_of(reading: Reading, roles: Collection[Role]) -> SmallCells:
    """By the territories as the view knows them; those whose region is not known yet lie below the whole."""
    territories = reading.dimensions.members[Split.TERRITORY]
    parents = {
        each.id: each.parent_id if each.parent_id in territories else WHOLE for each in territories.values()
    }
    return small_cells(
        {id: WHOLE if above is None else above for id, above in parents.items()},
        people_by_territory(reading.session, roles),
    )
