"""A link becomes a view; what cannot be followed is named and ignored."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.periods import Calendar
from alignment.queries.company import Company
from alignment.queries.frame import Choice, Choices
from alignment.ui.address import filter_count, period_offers, raw_parameters, read_view
from alignment.view import NOT_ASSIGNED, Basis, Compare
from alignment.vocabulary import Clock, StageSet

TODAY = date(2026, 6, 26)  # a Friday
COMPANY = Company(
    name="Nordwind",
    currency="EUR",
    calendar=Calendar(),
    stage_sets=(StageSet.LEAD_TO_DEAL,),
    clock=Clock.DEMO,
    data_version=3,
    now=datetime(2026, 6, 26, 14, 0, tzinfo=UTC),
)
CHOICES = Choices(
    territories=(Choice(code="DE.W", name="West"), Choice(code="DE.NW", name="Nordrhein", parent="DE.W")),
    segments=(Choice(code="small", name="Small"),),
    channels=(Choice(code="mail", name="Mail"),),
    products=(Choice(code="pump", name="Pump"),),
    campaigns=(Choice(code="fair", name="Fair"),),
)


def read(**parameters):
    pairs = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
    return read_view(raw_parameters(pairs), choices=CHOICES, company=COMPANY)


def test_an_empty_link_is_the_last_thirteen_full_weeks_as_of_today():
    """The running week, from Monday 22 June, is partial and left out."""
    view = read().view

    assert view.period.text == "2026-03-23..2026-06-21"
    assert (view.at, view.known, view.compare, view.basis) == (TODAY, None, Compare.BEFORE, Basis.COHORT)
    assert not view.is_filtered
    assert not view.projector


def test_a_full_link_is_followed_to_the_letter():
    reading = read(
        period="2026-Q1", compare="year", territory=["DE.NW", "DE.W"], segment="small", channel="mail",
        product="pump", campaign="fair", basis="period", at="2026-03-31", known="2026-04-01",
        projector="true",
    )  # fmt: skip
    view = reading.view

    assert reading.notices == ()
    assert view.period.text == "2026-Q1"
    assert view.territories == ("DE.NW", "DE.W")
    assert (view.segments, view.channels) == (("small",), ("mail",))
    assert (view.products, view.campaigns) == (("pump",), ("fair",))
    assert (view.compare, view.basis) == (Compare.YEAR, Basis.PERIOD)
    assert view.at == date(2026, 3, 31)
    assert view.projector


def test_known_on_a_day_means_the_end_of_the_companys_day():
    """1 April in Berlin ends at 22:00 UTC: summer time."""
    assert read(known="2026-04-01").view.known == datetime(2026, 4, 1, 21, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-04-01T09:02:00+00:00", datetime(2026, 4, 1, 9, 2, tzinfo=UTC)),
        ("2026-04-01T11:02:00+02:00", datetime(2026, 4, 1, 9, 2, tzinfo=UTC)),
        ("2026-04-01T09:02:00", datetime(2026, 4, 1, 9, 2, tzinfo=UTC)),
    ],
)
def test_known_at_a_moment(text, moment):
    assert read(known=text).view.known == moment


def test_all_time_has_no_period():
    assert read(period="all").view.period is None


def test_not_assigned_can_be_filtered():
    assert read(territory=NOT_ASSIGNED).view.territories == (NOT_ASSIGNED,)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"territory": ["DE.NX", "DE.W"]}, ['"DE.NX"', 'mean "DE.NW"']),
        ({"segment": "huge"}, ['segment "huge"']),
        ({"period": "2026-Q7"}, ['"2026-Q7"', "23 Mar to 21 Jun 2026"]),
        ({"period": "2026-13"}, ['"2026-13"']),
        ({"compare": "never"}, ["before or year"]),
        ({"basis": "both"}, ["cohort or period"]),
        ({"at": "tomorrow"}, ['"tomorrow"']),
        ({"at": "2026-12-24"}, ["not come yet"]),
        ({"known": "long ago"}, ['"long ago"']),
        ({"known": "2026-99-99"}, ['"2026-99-99"']),
        ({"known": "9999-12-31"}, ['"9999-12-31"']),
        ({"known": "0001-01-01T00:00:00+14:00"}, ["0001"]),
        ({"period": "0001"}, ["outside the years"]),
        ({"period": "2026-01-01..9999-12-31"}, ["9999"]),
    ],
)
def test_what_cannot_be_followed_is_named_and_ignored(parameters, words):
    reading = read(**parameters)
    without = read(
        **{k: [v for v in vs if v == "DE.W"] for k, vs in parameters.items() if isinstance(vs, list)}
    )

    assert len(reading.notices) == 1
    assert all(word in reading.notices[0] for word in words)
    assert reading.view == without.view


def test_only_known_parameters_are_kept_in_one_order():
    raw = raw_parameters(
        {"utm": ["x"], "segment": ["b", "a", "b", ""], "period": ["2026"], "role": ["admin"]}
    )

    assert raw == {"period": ("2026",), "segment": ("b", "a")}
    assert list(raw) == ["period", "segment"]


def test_a_flood_is_cut_short():
    raw = raw_parameters({"territory": [f"{n:0200}" for n in range(500)] + [f"t{n}" for n in range(500)]})

    assert len(raw["territory"]) <= 60
    assert max(map(len, raw["territory"])) == 120


@pytest.mark.parametrize(
    ("text", "on"), [("true", True), ("1", True), ("false", False), ("", False), ("x", False)]
)
def test_the_projector_is_switched_by_true_or_one(text, on):
    assert read(projector=text).view.projector is on


class TestPeriodOffers:
    def test_the_default_stands_first_and_names_its_days(self):
        assert next(iter(period_offers(TODAY, Calendar()).items())) == (
            "",
            "Last 13 full weeks, 23 Mar to 21 Jun 2026",
        )

    def test_quarters_follow_the_fiscal_year(self):
        """With a year that starts in April, June 2026 lies in the first quarter of 2027."""
        offers = period_offers(TODAY, Calendar(fiscal_year_start=4))

        assert offers["2027-Q1"] == "This quarter, Q1 2027"
        assert offers["2026-Q4"] == "Last quarter, Q4 2026"

    @pytest.mark.parametrize("text", ["2026-06", "2026", "all", "2026-W25", "2025-Q4"])
    def test_the_usual_forms_are_offered(self, text):
        assert text in period_offers(TODAY, Calendar())

    def test_a_period_from_a_link_is_offered_too(self):
        offers = period_offers(TODAY, Calendar(), "2024-01-01..2024-01-31")

        assert offers["2024-01-01..2024-01-31"] == "1 Jan to 31 Jan 2024"

    @given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(1, 12))
    def test_every_offer_can_be_read_back(self, today, start):
        """Whatever the day and the fiscal year: no offer leads to a notice."""
        calendar = Calendar(fiscal_year_start=start)
        company = replace(
            COMPANY, calendar=calendar, now=datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        )

        for text in period_offers(today, calendar):
            raw = raw_parameters({"period": [text]})
            assert read_view(raw, choices=CHOICES, company=company).notices == ()


def test_the_number_on_the_button_counts_what_narrows_or_moves():
    assert (
        filter_count(raw_parameters({"territory": ["a", "b"], "at": ["2026-01-01"], "projector": ["true"]}))
        == 2
    )


@given(
    st.dictionaries(
        st.sampled_from(["period", "compare", "territory", "basis", "at", "known", "projector", "stage"]),
        st.lists(st.text(max_size=30), max_size=4),
    )
)
def test_no_link_breaks_the_page(pairs):
    """Anything may stand in a URL; a view always comes out, with the default where nothing is sure."""
    reading = read_view(raw_parameters(pairs), choices=CHOICES, company=COMPANY)

    assert reading.view.at <= TODAY
    assert set(reading.view.territories) <= {"DE.W", "DE.NW", NOT_ASSIGNED}
