"""The Funnel of a large company: only splits that are kept are offered, and a sentence says what to do."""

import pytest

from alignment.queries import counted
from alignment.ui.navigation import PAGES
from alignment.view import Split
from alignment.vocabulary import Role
from tests.journal.histories import CHANNELS, grow

FUNNEL = next(entry.file for entry in PAGES if entry.title == "Funnel")
CHANNEL = CHANNELS[0].lower()


@pytest.fixture(scope="module")
def grown(new_company, tmp_path_factory):
    with new_company(tmp_path_factory.mktemp("left_out") / "company.db") as database:
        for _ in grow(database, 31, 12):
            pass
        yield database


@pytest.fixture
def large(grown, monkeypatch):
    """Large is here whoever has a lead."""
    monkeypatch.setattr(counted, "FOLLOWED_AT_MOST", 0)
    return grown


def test_only_splits_that_are_kept_are_offered_and_the_next_filter_keeps_the_page_whole(
    open_app, words, large
):
    """A split that was chosen before the second filter came is no longer offered: the first one is shown."""
    app = open_app(Role.SPONSOR, FUNNEL, database=large, period="all", channel=CHANNEL)
    before = list(app.segmented_control(key="funnel_split").options)
    app.segmented_control(key="funnel_split").set_value(Split.SEGMENT).run()
    app.multiselect(key="bar_campaign").set_value(["not-assigned"]).run()
    said = words(app)
    control = app.segmented_control(key="funnel_split")

    assert not app.exception
    assert len(before) == len(Split)
    assert [str(option) for option in control.options] == ["Channel", "Campaign"]
    assert control.value == Split.CHANNEL
    assert "Not shown: the split by territory, segment and product." in said
    assert said.count("Take a filter away.") == 1


def test_where_nothing_can_be_said_the_next_step_is(open_app, words, large):
    app = open_app(
        Role.SPONSOR, FUNNEL, database=large,
        period="all", channel=CHANNEL, campaign="C1", segment="not-assigned",
    )  # fmt: skip
    said = words(app)

    assert not app.exception
    assert "no sums are kept for such a view" in said
    assert "Take a filter away." in [info.value.replace("\\", "") for info in app.info]
    assert not app.dataframe
