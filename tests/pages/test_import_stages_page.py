"""
A file whose stages nobody knows, on the Import page: held, asked once for each stage, then read.

The words are those of a CRM with stages of its own: "contractsent" says neither open nor won.
"""

import pytest

from alignment.vocabulary import Role
from tests.actions.files import rows_of
from tests.pages.conftest import words

PAGE = "admin/imports.py"
DEALS = (
    "Deal ID,Deal Name,Deal Stage,Amount,Create Date\n"
    "D1,Nord,9a1f77,1200.00,2026-03-02\n"
    "D2,Alpen,9a1f77,800.00,2026-03-03\n"
    "D3,Bar,paper signed,500.00,2026-03-04\n"
)


@pytest.fixture
def uploaded(open_app, database):
    def opened(role: Role):
        app = open_app(role, PAGE, database=database)
        app.file_uploader[0].upload("deals.csv", DEALS.encode(), "text/csv").run()
        return app

    return opened


def pickers(app):
    return [each for each in app.selectbox if "row" in each.label and "(" in each.label]


def test_each_unknown_stage_is_asked_once_and_then_the_file_is_read(uploaded, database):
    app = uploaded(Role.ADMIN)

    assert not app.exception
    assert "2 stages of this file are not known here" in words(app)
    assert [each.label for each in pickers(app)] == ["9a1f77 (2 rows)", "paper signed (1 row)"]
    first, second = pickers(app)
    first.select_index(0)
    second.select_index(1)
    next(each for each in app.button if each.label == "Save").click().run()

    assert not app.exception
    assert "not known here" not in words(app)
    assert rows_of(database, "select folded, deal_event from stage_rule order by 1") == [
        ("9a1f77", "opened"),
        ("papersigned", "won"),
    ]
    next(each for each in app.button if each.label == "Apply").click().run()
    assert rows_of(database, "select count(*) from deal") == [(3,)]
    assert rows_of(database, "select count(*) from deal_event where kind = 'won'") == [(1,)]


def test_who_may_only_look_is_told_who_decides(uploaded, database):
    app = uploaded(Role.MARKETER)

    assert "not known here" in words(app)
    assert "a head or an administrator says what a stage stands for" in words(app)
    assert pickers(app) == []
