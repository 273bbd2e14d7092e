"""For which territories measures of what people of a role did may be shown, in one reading."""

from collections.abc import Collection

from alignment.answers.reading import Reading
from alignment.metrics.small_cells import COMPANY, ShownNodes, shown_nodes
from alignment.queries.staff import people_by_territory
from alignment.view import Split
from alignment.vocabulary import Role

REPS = (Role.REP,)
MARKETING = (Role.MARKETER, Role.MARKETING_HEAD)


def shown_for(reading: Reading, roles: Collection[Role], *, measured: Collection[int] = ()) -> ShownNodes:
    """
    Of a company whose people of these roles are not known, only the whole.

    `measured` are the territories that have facts of the measure.
    """
    territories = reading.dimensions.members[Split.TERRITORY]
    parents = {each.id: each.parent_id for each in territories.values()}
    people = people_by_territory(reading.session, roles)
    if not people:
        return ShownNodes(nodes=frozenset({COMPANY}), parents=parents)
    return shown_nodes(parents, people, measured=measured)
