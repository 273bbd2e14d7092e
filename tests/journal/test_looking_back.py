"""Single stories of looking back: what was known, before something was corrected or taken back."""

from dataclasses import replace
from datetime import date

from alignment.queries.campaigns import campaign_plans
from alignment.queries.dimensions import dimensions, narrowing
from alignment.queries.funnel import cohort_counts
from alignment.queries.goals import won_by_day
from alignment.view import Split, View
from alignment.vocabulary import DealEventKind
from tests.actions.files import at, day, export, lead, money, put, rows_of, undo
from tests.queries.companies import scope

VIEW = View(period=None, at=date(2026, 6, 1))


def read(database, query, known=None, view=VIEW):
    looking = replace(view, known=known)
    with database.reading() as session:
        narrow = narrowing(looking, scope(), dimensions(session, looking))
        return query(session, looking, narrow)


def won(database, known=None) -> int:
    return int(read(database, won_by_day, known)["won_minor"].sum())


def leads(database, known=None, **filters) -> int:
    def query(session, view, narrow):
        cohort = cohort_counts(session, view, narrow, None)
        return int(cohort[narrow.inside(cohort)]["units"].sum())

    return read(database, query, known, replace(VIEW, **filters))


def deal_in_francs(**values):
    return {
        "deal_id": "D1",
        "created_at": at("2026-03-02 09:00"),
        "closed_at": at("2026-03-20 09:00"),
        "stage": ("Won", DealEventKind.WON),
        "amount": money("100.00"),
        "currency": "CHF",
    } | values


def rate(text: str):
    return export("rates", [{"currency": "CHF", "day": day("2026-01-01"), "rate": money(text)}])


def test_revenue_before_the_rate_was_corrected(company_database):
    """No rate, then 0.9, then 1.1: 100.00 francs were nothing, then 90.00, then 110.00 euros."""
    moments = [
        put(company_database, file).recorded_at
        for file in (export("deals", [deal_in_francs()]), rate("0.9"), rate("1.1"))
    ]

    assert [won(company_database, moment) for moment in moments] == [0, 9_000, 11_000]
    assert won(company_database) == 11_000


def test_amounts_that_follow_from_a_rate_do_not_stand_against_an_undo(company_database):
    """The rate changed the deal's euros, not what its own file said."""
    first = put(company_database, export("deals", [deal_in_francs()]))
    rates = put(company_database, rate("0.9"))
    undo(company_database, rates.batch_id)
    assert won(company_database, rates.recorded_at) == 9_000
    assert won(company_database) == 0

    undo(company_database, first.batch_id)
    assert won(company_database, rates.recorded_at) == 9_000


def test_a_lead_that_an_undo_removed_is_there_in_the_time_before(company_database):
    batch = put(company_database, export("leads", [lead("L1", channel="Web"), lead("L2")]))
    undone = undo(company_database, batch.batch_id)
    put(company_database, export("leads", [lead("L3")]))

    assert leads(company_database, batch.recorded_at) == 2
    assert leads(company_database, batch.recorded_at, channels=("web",)) == 1
    assert leads(company_database) == 1
    assert rows_of(
        company_database,
        f"select count(*) from row_revision where batch_id = {undone.batch_id}",  # noqa: S608
    ) == [(5,)], "two leads, their two first entries, and the channel"


def test_who_somebody_was_is_not_kept_when_their_row_goes(company_database):
    people = export("people", [{"person_id": "P1", "name": "Ana Ruiz", "email": "ana@c.example"}])
    undo(company_database, put(company_database, people).batch_id)
    (kept,) = rows_of(company_database, "select before_json from row_revision where table_name = 'person'")

    assert "Ana" not in kept[0]
    assert "c.example" not in kept[0]


def test_a_region_holds_the_territories_that_it_held_then(company_database):
    def territories(parent):
        rows = [{"code": "A", "name": "A"}, {"code": "B", "name": "B"}, {"code": "N", "name": "N"}]
        return export(
            "territories", [row | {"parent": parent if row["code"] == "N" else None} for row in rows]
        )

    put(company_database, territories("A"))
    first = put(company_database, export("leads", [lead(territory="N")]))
    put(company_database, territories("B"))

    assert leads(company_database, first.recorded_at, territories=("A",)) == 1
    assert leads(company_database, territories=("A",)) == 0
    assert leads(company_database, territories=("B",)) == 1


def test_a_campaign_ran_where_it_was_planned_then(company_database):
    put(company_database, export("territories", [{"code": "N", "name": "N"}, {"code": "S", "name": "S"}]))
    plan = {"code": "C1", "name": "One", "territories": ("N",)}
    first = put(company_database, export("campaigns", [plan]))
    put(company_database, export("campaigns", [plan | {"name": "Two", "territories": ("N", "S")}]))

    def places(known=None):
        def query(session, view, _):
            (found,) = campaign_plans(session, view)
            names = dimensions(session, view)
            return found.name, sorted(names.code(Split.TERRITORY, id) for id in found.territory_ids)

        return read(company_database, query, known)

    assert places(first.recorded_at) == ("One", ["N"])
    assert places() == ("Two", ["N", "S"])
