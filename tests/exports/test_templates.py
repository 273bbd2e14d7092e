"""
Templates: what we hand out as an empty table is read as what it is, whole.

The story behind it: a template whose headings its own program does not recognise teaches people to distrust
the door. Every kind is tested; a kind that is added later is tested with it.
"""

import io

import pytest
from python_calamine import CalamineWorkbook

from alignment.errors import NotFound
from alignment.exports.templates import template_xlsx
from alignment.imports.dictionary import TEMPLATE_KINDS, entries
from alignment.imports.files import read_file
from alignment.imports.kinds import KINDS
from tests.actions.files import put


def read(kind: str, **options):
    return read_file(template_xlsx(kind), "template.xlsx", zone="Europe/Berlin", currency="EUR", **options)


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_it_is_recognised_as_its_kind_with_every_column(kind):
    parsed = read(kind)

    assert parsed.kind == kind
    assert set(parsed.mapping) == {spec.name for spec in KINDS[kind].fields if spec.is_stored}
    assert parsed.mapping == {line.field: line.heading for line in entries(KINDS[kind])}


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_its_two_rows_go_in_whole(kind, database):
    parsed = read(kind)
    receipt = put(database, parsed)

    assert (receipt.rows_in_file, receipt.rows_inserted, receipt.rows_rejected) == (2, 2, 0)
    assert receipt.problems == ()


@pytest.mark.parametrize("kind", TEMPLATE_KINDS)
def test_the_second_sheet_explains_each_column(kind):
    book = CalamineWorkbook.from_filelike(io.BytesIO(template_xlsx(kind)))
    header, *lines = book.get_sheet_by_name("Dictionary").to_python()

    assert book.sheet_names[1] == "Dictionary"
    assert header == ["Column", "Meaning", "Needed", "Written as", "Example"]
    assert len(lines) == sum(spec.is_stored for spec in KINDS[kind].fields)
    assert all(meaning and form for _, meaning, _, form, _ in lines)
    assert [line[2] == "yes" for line in lines] == [
        spec.required for spec in KINDS[kind].fields if spec.is_stored
    ]


def test_the_same_kind_gives_the_same_bytes():
    assert template_xlsx("deals") == template_xlsx("deals")


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(NotFound, match='Did you mean "leads"'):
        template_xlsx("leeds")


def test_shapes_have_no_table():
    with pytest.raises(NotFound, match="boundaries"):
        template_xlsx("boundaries")
