"""
What every page answers when there is little: a sentence and a next step, and never a traceback.

Companies of one row are built by hand; the four-file export and the sample go
through the import. `EXPECTED` holds, for each company, what a page's headline
says and what it offers to do next.
"""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alignment.ui.navigation import PAGES
from alignment.view import Split
from alignment.vocabulary import GoalMetric, Role
from alignment.wording.layers import Layer
from tests.actions.files import FOUR_FILES, four_file, put
from tests.queries.companies import Builder, build

FILES = {entry.title: entry.file for entry in PAGES}
RECENT = datetime.now(UTC).date() - timedelta(days=21)
"""Within the default period, the last 13 full weeks, on whatever day the tests run."""


def nothing(builder: Builder) -> None:
    """A company and nothing in it."""


def one_lead(builder: Builder) -> None:
    builder.lead(RECENT)


def one_deal(builder: Builder) -> None:
    builder.deal(RECENT)


def one_cell(builder: Builder) -> None:
    """Three interviews in one territory, one of them a yes."""
    builder.wave("W1", RECENT - timedelta(days=60), {"N": (3, 1)})


def one_goal(builder: Builder) -> None:
    builder.goal("REV", GoalMetric.WON_REVENUE, RECENT, RECENT + timedelta(days=60))


def one_campaign(builder: Builder) -> None:
    builder.campaign("C1", start_on=RECENT, end_on=RECENT + timedelta(days=5))


def silent_north(builder: Builder) -> None:
    """N has neither leads nor interviews; S has both."""
    builder.territory("N")
    builder.lead(RECENT, territory="S")
    builder.wave("W1", RECENT - timedelta(days=60), {"S": (60, 20)})


COMPANIES = (nothing, one_lead, one_deal, one_cell, one_goal, one_campaign, silent_north)
NO_FACTS = ("There are no leads or deals yet.", "Bring in an export on the Import page")
NO_GOAL = ("There is no shared goal yet.", "Import a table of goals")
NO_LAND = ("There are no territories yet.", "Bring in an export on the Import page")
NO_OUTLET = ("This company sells through no outlets so far.", "Import a table of outlets")
NO_TEST = ("There is no campaign test yet", "A test compares territories over at least two waves of a survey")
NO_CAMPAIGN = ("There are no campaigns yet.", "Import a table of campaigns")
UNCHANGED = ("is as it was known on", "Choose an earlier moment, another number, or another period.")
NOTHING_WAITS = ("Every name that files brought is known", "Nothing was decided yet.")
NO_IMPORT = ("Nothing has come in yet", "Choose files below")
NO_SOURCE = ("No file has come in yet", "What each source brought, how fresh it is")
NO_FIELD = ("Your role cannot raise a flag from the field.", "Ask one of: Sales rep, Marketer,")
NO_FLAG = ("There are no flags yet.", "Reps raise them on the Feedback page in twenty seconds")
NO_TARGET = ("Marketing has handed nothing to sales yet.", "Somebody of marketing pastes a list of accounts")
NO_EVENT = ("Nothing is on record yet", "are listed here from the first on")
NO_START = ("There are no leads, deals or goals yet.", "Bring in the first export")
START_WITHOUT_GOAL = ("There is no shared goal yet", "Heads create goals on the Goals page")
NO_PROMISE = ("Neither team has asked the other for anything yet.", "Whoever needs something asks here")
NO_PLACE_TO_VISIT = ("There are no territories to visit yet.", "Import a table of territories")
NO_REPS = (
    "Contact with the market is not shown: no representatives are known.",
    "Whoever was in the market logs",
)
BARE = {
    "Today": NO_START,
    "Goals": NO_GOAL,
    "Funnel": NO_FACTS,
    "Territories": NO_LAND,
    "Distribution": NO_OUTLET,
    "Campaigns": NO_CAMPAIGN,
    "Campaign tests": NO_TEST,
    "What changed": NO_FACTS,
    "Data": NO_SOURCE,
    "Feedback": NO_FIELD,
    "Inbox": NO_FLAG,
    "Targets": NO_TARGET,
    "Promises": NO_PROMISE,
    "Visits": NO_PLACE_TO_VISIT,
    "Import": NO_IMPORT,
    "Names": NOTHING_WAITS,
    "Audit": NO_EVENT,
}
LAND_TO_COME = ("There are no territories yet.", "Import a table of territories, or boundaries as GeoJSON")
EXPECTED = {
    "nothing": BARE,
    "one_lead": BARE
    | {
        "Today": START_WITHOUT_GOAL,
        "Funnel": ("0 of 1 lead is won so far", "1 lead is few: read the counts, not the rates."),
        "What changed": UNCHANGED,
        "Territories": LAND_TO_COME,
    },
    "one_deal": BARE
    | {
        "Today": START_WITHOUT_GOAL,
        "Funnel": ("0 of 1 opportunity is won so far", "1 opportunity is few: read the counts"),
        "What changed": UNCHANGED,
        "Territories": LAND_TO_COME,
    },
    "one_cell": BARE
    | {
        "Territories": ("know the brand in N (", "Fewer than 30 interviews in N: the intervals are wide."),
        "Visits": NO_REPS,
    },
    "one_goal": BARE
    | {
        "Today": ("Revenue has no target that both have signed", '"REV" has no target: a head proposes one'),
        "Goals": ("Revenue has no target that both have signed", '"REV" has no target: a head proposes one'),
    },
    "one_campaign": BARE
    | {"Campaigns": ("No lead names the campaign yet", "A lead names the campaign that created it")},
    "silent_north": BARE
    | {
        "Today": START_WITHOUT_GOAL,
        "Funnel": ("0 of 1 lead is won so far", "1 lead is few"),
        "What changed": UNCHANGED,
        "Territories": ("know the brand in S (", "No interviews in N: hatched, not zero."),
        "Visits": NO_REPS,
    },
}


@pytest.fixture(scope="module")
def companies(new_company, tmp_path_factory):
    """The databases by name."""
    folder: Path = tmp_path_factory.mktemp("companies")
    with ExitStack() as opened:
        databases = {}
        for fill in COMPANIES:
            database = opened.enter_context(new_company(folder / f"{fill.__name__}.db"))
            build(database, fill)
            databases[fill.__name__] = database
        yield databases


@pytest.fixture(scope="module")
def export(new_company, tmp_path_factory):
    """Four files of a CRM, as they came."""
    with new_company(tmp_path_factory.mktemp("export") / "export.db", currency="USD") as database:
        for name in FOUR_FILES:
            put(database, four_file(name))
        yield database


@pytest.mark.parametrize("page", FILES)
@pytest.mark.parametrize("company", EXPECTED)
def test_a_page_with_little_says_a_sentence_and_a_next_step(open_app, companies, words, company, page):
    sentence, next_step = EXPECTED[company][page]
    app = open_app(Role.ADMIN, FILES[page], database=companies[company])

    assert not app.exception
    assert not app.error
    assert sentence in plain(words(app))
    assert next_step in plain(words(app))


@pytest.mark.parametrize("page", ["Today", "Goals", "Funnel", "Territories", "Campaigns", "Campaign tests"])
@pytest.mark.parametrize("company", EXPECTED)
def test_a_slide_with_little_fails_no_more_than_the_page(open_app, companies, words, company, page):
    app = open_app(Role.VIEWER, FILES[page], database=companies[company], projector="true")

    assert not app.exception
    assert EXPECTED[company][page][0] in plain(words(app))


@pytest.mark.parametrize("page", ["Today", "Funnel", "Territories", "Campaigns"])
def test_an_empty_page_leads_to_the_import_only_those_who_may_import(open_app, companies, words, page):
    admin, viewer = (
        open_app(role, FILES[page], database=companies["nothing"]) for role in (Role.ADMIN, Role.VIEWER)
    )

    assert links(admin) == ["Open the Import page"]
    assert links(viewer) == []
    assert "Done by: Marketer, Head of sales, Head of marketing and Administrator." in words(viewer)


class TestATerritoryWithoutData:
    """N of `silent_north`: on the list, and nothing known of it."""

    def test_its_card_says_what_is_missing_and_what_to_do(self, open_app, companies, words):
        app = open_app(Role.SPONSOR, FILES["Territories"], database=companies["silent_north"], id="N")
        said = plain(words(app))

        assert not app.exception
        assert "No interviews in this wave" in said
        assert "Ask for them in the next wave." in said
        assert "The whole funnel of this territory" in links(app)

    @pytest.mark.parametrize("page", ["Today", "Goals", "Funnel", "Territories", "Campaigns"])
    def test_filtered_to_it_each_page_still_answers(self, open_app, companies, words, page):
        app = open_app(Role.SPONSOR, FILES[page], database=companies["silent_north"], territory="N")

        assert not app.exception
        assert app.header[0].value

    def test_the_funnel_offers_to_take_the_filter_away(self, open_app, companies, words):
        """A longer period is offered first; where that is no help either, only the filter is left to go."""
        app = open_app(Role.SPONSOR, FILES["Funnel"], database=companies["silent_north"], territory="N")
        first = words(app)
        press(app, "Show all time")

        assert "Take a filter away, or choose a longer period." in first
        assert "No leads or deals fit these filters." in words(app)
        assert '"Clear all filters"' in words(app)

    def test_its_awareness_is_unknown_and_not_zero(self, open_app, companies, words):
        app = open_app(Role.SPONSOR, FILES["Territories"], database=companies["silent_north"], territory="N")

        assert "Nobody was asked here in wave W1: awareness is unknown, not zero" in words(app)
        assert app.metric[0].value == "\N{EN DASH}"

    @pytest.mark.parametrize("layer", list(Layer))
    def test_every_layer_of_the_map_answers(self, open_app, companies, layer):
        app = open_app(
            Role.SPONSOR, FILES["Territories"], database=companies["silent_north"], layer=layer, id="N"
        )

        assert not app.exception


class TestARealExport:
    """The four look-alike files: 60 opportunities of 2017, four of them without a date."""

    def test_a_page_before_the_first_day_of_data_says_where_they_are(self, open_app, export, words):
        """An export of years ago opens on the last 13 weeks, which hold nothing."""
        app = open_app(Role.ADMIN, FILES["Funnel"], database=export)
        before = words(app)
        press(app, "Show all time")

        assert "The newest data are of " in before
        assert app.metric[0].value == "60"

    def test_all_time_shows_every_opportunity_and_names_the_undated(self, open_app, export, words):
        app = open_app(Role.ADMIN, FILES["Funnel"], database=export, period="all")

        assert app.metric[0].value == "60"
        assert "4 opportunities without a date stand in all time and in no week." in words(app)

    def test_the_territories_are_the_offices_and_the_survey_is_asked_for(self, open_app, export, words):
        app = open_app(Role.ADMIN, FILES["Territories"], database=export, period="all")
        said = words(app)

        assert "There is no survey yet: import one to see where the brand is weak" in said
        assert "No boundaries yet: import a GeoJSON file to see the map." in said
        assert "Import a survey to fill the map" in said

    @pytest.mark.parametrize("page", FILES)
    @pytest.mark.parametrize("period", [None, "all", "2017-Q3"])
    def test_no_page_fails_on_it(self, open_app, export, page, period):
        query = {"period": period} if period else {}
        app = open_app(Role.ADMIN, FILES[page], database=export, **query)

        assert not app.exception
        assert app.header[0].value

    def test_its_files_are_listed_with_what_became_of_their_rows(self, open_app, export):
        app = open_app(Role.ADMIN, FILES["Import"], database=export)
        came = app.dataframe[0].value

        assert sorted(came["File"]) == sorted(FOUR_FILES)
        assert (came["Rejected"] == 0).all()


@pytest.fixture(scope="module")
def url(built_sample):
    """The sample; nothing of these tests writes."""
    return f"sqlite:///{built_sample}"


class TestTheSample:
    @pytest.mark.parametrize("page", FILES)
    def test_every_page_has_a_finding_with_its_table(self, open_app, url, page):
        app = open_app(Role.ADMIN, FILES[page], database=url)

        assert not app.exception
        assert not app.error
        assert app.header[0].value
        if page in ("Goals", "Funnel", "Territories", "Campaigns", "Import", "Audit"):
            assert len(app.dataframe) >= 1
            assert app.get("download_button")

    @pytest.mark.parametrize("page", ["Goals", "Funnel", "Territories", "Campaigns"])
    def test_every_number_of_a_strip_has_its_definition(self, open_app, url, page):
        app = open_app(Role.SPONSOR, FILES[page], database=url)

        assert 2 <= len(app.metric) <= 4
        assert all("definition" in metric.help for metric in app.metric)

    def test_the_weak_territory_is_named_with_its_probability(self, open_app, url, words):
        said = words(open_app(Role.SPONSOR, FILES["Territories"], database=url))

        assert "Sachsen is probably the weakest" in said
        assert "Bremen only looks weak" in said

    def test_a_card_has_trend_funnel_campaigns_and_flags(self, open_app, url, words):
        app = open_app(Role.SPONSOR, FILES["Territories"], database=url, id="DE.SN")
        folded = [expander.label.split(" (")[0] for expander in app.expander]

        assert not app.exception
        assert [label for label in folded if label != "More filters"] == [
            "Funnel in this territory",
            "Campaigns here",
            "Flags from the field",
        ]
        assert "Since the wave before" in words(app)

    def test_the_second_page_of_records_follows_the_first(self, open_app, url):
        app = open_app(Role.SPONSOR, FILES["Funnel"], database=url, stage="marketing_qualified")
        first = app.dataframe[-1].value["Record"].tolist()
        app.button(key="funnel_page_after").click().run()
        second = app.dataframe[-1].value["Record"].tolist()

        assert len(first) == len(second) == 50
        assert not set(first) & set(second)

    def test_another_split_adds_up_to_the_same_total(self, open_app, url):
        app = open_app(Role.SPONSOR, FILES["Funnel"], database=url)
        by_territory = app.dataframe[1].value
        app.segmented_control(key="funnel_split").set_value(Split.SEGMENT).run()
        by_segment = app.dataframe[1].value

        assert by_segment.columns[0] == "Segment"
        assert by_territory.iloc[-1, 1:].tolist() == by_segment.iloc[-1, 1:].tolist()


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def press(app, label: str) -> None:
    [button] = [button for button in app.button if button.label == label]
    button.click().run()


def links(app) -> list[str]:
    """Links to other pages that the page itself draws."""
    return [link.label for link in app.get("page_link")]
