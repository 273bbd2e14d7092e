"""
For which territories measures of what people of a role did may be shown, in one reading.

Two readings of the same measure tell what lies between them. So none looks back to what was
known at an earlier moment: what one file changed would be what it says of the one or two
people in it. What people do here, press by press, is not shown as of an earlier day
either: the trail says who pressed when, and the difference of two days how.
"""

from collections.abc import Collection

from alignment.answers.reading import Reading
from alignment.metrics.small_cells import Hidden, ShownNodes, shown_nodes
from alignment.queries.staff import people_by_territory
from alignment.view import Split
from alignment.vocabulary import Role

_NONE = ShownNodes(nodes=frozenset(), parents={}, hidden=Hidden.PAST)
REPS = (Role.REP,)
MARKETING = (Role.MARKETER, Role.MARKETING_HEAD)


def shown_for(reading: Reading, roles: Collection[Role], *, measured: Collection[int] = ()) -> ShownNodes:
    """
    Nothing where nobody of these roles is known (one person may be behind it all), nor as known at a moment.

    `measured` are the territories that have facts of the measure.
    """
    if reading.view.known is not None:
        return _NONE
    territories = reading.dimensions.members[Split.TERRITORY]
    parents = {each.id: each.parent_id for each in territories.values()}
    return shown_nodes(parents, people_by_territory(reading.session, roles), measured=measured)


def shown_today(reading: Reading, roles: Collection[Role], *, measured: Collection[int] = ()) -> ShownNodes:
    """`shown_for` of what people do here, press by press: none as of an earlier day."""
    if reading.view.at < reading.company.today:
        return _NONE
    return shown_for(reading, roles, measured=measured)
