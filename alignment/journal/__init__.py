"""
What an import changed, kept so that it can be taken back and seen as it was.

Before a batch changes a row, `remember` stores the row as JSON in `row_revision`,
together with the references that were still open and the territories it was
linked to. `as_known` reads a table as it was. Personal data lives in `lead_person` and is never remembered.
"""

from alignment.journal.dump import logical_dump
from alignment.journal.obstacles import (
    DECISION_KIND,
    NOT_FILES,
    UNDO_KIND,
    Obstacle,
    obstacles,
    row_name,
    undone_batches,
)
from alignment.journal.rewinding import KNOWN, as_known, parts_as_known
from alignment.journal.rows import (
    ENTITIES,
    LINKS,
    OBSERVATIONS,
    OWNERS_OF_LINKS,
    Row,
    linked_territories,
    open_references,
    remember,
    row_from_json,
    row_json,
    rows_of,
    rows_where,
    set_links,
    table_named,
)
from alignment.journal.taking_back import Undone, say_again, take_back

__all__ = [
    "DECISION_KIND",
    "ENTITIES",
    "KNOWN",
    "LINKS",
    "NOT_FILES",
    "OBSERVATIONS",
    "OWNERS_OF_LINKS",
    "UNDO_KIND",
    "Obstacle",
    "Row",
    "Undone",
    "as_known",
    "linked_territories",
    "logical_dump",
    "obstacles",
    "open_references",
    "parts_as_known",
    "remember",
    "row_from_json",
    "row_json",
    "row_name",
    "rows_of",
    "rows_where",
    "say_again",
    "set_links",
    "table_named",
    "take_back",
    "undone_batches",
]
