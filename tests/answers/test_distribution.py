"""Orders, deliveries and visits through the door and onto the Distribution page: counted by hand."""

from datetime import date, timedelta

import pytest

from alignment import answers, insights
from alignment.exports.distribution_tables import distribution_table
from alignment.metrics.small_cells import Hidden
from alignment.metrics.strips import distribution_numbers
from alignment.periods import Calendar, parse_period
from alignment.queries.company import company
from alignment.stats import NotEnoughData, wilson
from alignment.vocabulary import Role
from tests.actions.files import export, put, put_all, read_export
from tests.queries.companies import build, scope, view

JUNE = parse_period("2026-06", Calendar())
ORDERED = "Order ID,Order line,Outlet ID,SKU,Ordered on,Promised on,Ordered by,Quantity ordered,Cancelled\n"
OUTLETS = "Outlet ID,Territory,Closed on\nO1,N,\nO2,N,\nO3,S,2026-06-03\nO4,S,\n"

# Due in June by the 26th: A1 to A4. A5 and A6 are promised for later days, A7 for none, A8 is cancelled.
DUE = ORDERED + (
    "A1,1,O1,P1,2026-06-01,2026-06-10,Email,6,No\n"
    "A1,2,O1,P2,2026-06-01,2026-06-10,Email,1,No\n"
    "A2,1,O1,P1,2026-06-01,2026-06-10,Email,2,No\n"
    "A3,1,O4,P1,2026-06-01,2026-06-10,Email,6,No\n"
    "A4,1,O4,P1,2026-06-01,2026-06-12,Email,1,No\n"
    "A5,1,O4,P1,2026-06-01,2026-06-30,Email,1,No\n"
    "A6,1,O4,P1,2026-06-01,2026-06-27,Email,1,No\n"
    "A7,1,O4,P1,2026-06-01,,Email,1,No\n"
    "A8,1,O4,P1,2026-06-01,2026-06-10,Email,1,Yes\n"
)
# A1 came in two parts, the last on the day; its second line is named by its number. A2 came a day late,
# of A3 five of six came, of A4 nothing.
CAME = (
    "Order ID,Order line,SKU,Delivery note,Delivered on,Quantity delivered\n"
    "A1,1,P1,N1,2026-06-08,4\n"
    "A1,1,P1,N2,2026-06-10,2\n"
    "A1,2,,N1,2026-06-08,1\n"
    "A2,1,P1,N3,2026-06-11,2\n"
    "A3,1,P1,N4,2026-06-09,5\n"
)
# Six visits: three lines at the first, none at the second, one line at the third; at the fourth only the
# phone rang; the fifth found a closed shop; the sixth brought nothing.
VISITS = (
    "Outlet ID,Visited at,SKU,In stock\n"
    "O1,2026-06-01 09:00,P1,Yes\nO1,2026-06-01 09:05,P2,No\nO1,2026-06-08 09:00,P1,Yes\n"
    "O2,2026-06-02 09:00,P1,Yes\nO2,2026-06-09 09:00,P1,Yes\nO3,2026-06-03 09:00,P1,No\n"
    "O4,2026-06-04 09:00,P1,\n"
)
TAKEN = ORDERED + (
    "B1,1,O1,P1,2026-06-01,,Visit,1,No\nB1,2,O1,P2,2026-06-01,,Visit,1,No\nB1,3,O1,P3,2026-06-01,,Visit,1,No\n"
    "B2,1,O2,P1,2026-06-02,,,1,No\n"
    "B3,1,O2,P1,2026-06-09,,Call,1,No\n"
    "B4,1,O4,P1,2026-06-05,,Email,1,No\n"
    "B5,1,O4,P1,2026-06-06,,Visit,1,No\n"
)
PLACES = [{"code": "N", "name": "North"}, {"code": "S", "name": "South"}]
PRODUCTS = [{"code": code, "name": code} for code in ("P1", "P2", "P3")]


def put_texts(database, folder, **texts):
    """Put files of text into a company of two territories, after their own lists."""
    files = [export("territories", PLACES), export("products", PRODUCTS)]
    for name, text in ({"outlets": OUTLETS} | texts).items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        files.append(read_export(path))
    put_all(database, files)


@pytest.fixture
def fill(tmp_path):
    def filled(database, **texts):
        put_texts(database, tmp_path, **texts)

    return filled


def shown(database, **more):
    with database.reading() as session:
        return answers.distribution(session, scope(), view(JUNE, **more))


class TestOrdersThatWereDue:
    def test_what_became_of_them(self, company_database, fill):
        fill(company_database, orders=DUE, deliveries=CAME)
        answer = shown(company_database)
        whole = answer.whole.service

        assert (whole.due, whole.on_time, whole.late, whole.part, whole.never) == (4, 1, 1, 1, 1)
        assert whole.unpromised == 1
        assert whole.on_time_in_full == wilson(1, 4)
        assert [(row.name, row.service.on_time, row.service.due) for row in answer.rows] == [
            ("North", 1, 2),
            ("South", 0, 2),
        ]

    def test_what_was_not_over_then_was_not_due_then(self, database, fill):
        """On the 10th A1 had arrived, A2 had not; A4 is due two days later."""
        fill(database, orders=DUE, deliveries=CAME)
        whole = shown(database, at=date(2026, 6, 10)).whole.service

        assert (whole.due, whole.on_time, whole.late, whole.part, whole.never) == (3, 1, 0, 1, 1)

    def test_without_a_list_of_products_the_whole_order_is_held_against_what_came(self, database, tmp_path):
        """Six and one of two unknown products: seven are ordered, seven came."""
        for name, text in {"orders": DUE, "deliveries": CAME}.items():
            (tmp_path / f"{name}.csv").write_text(text)
            put(database, read_export(tmp_path / f"{name}.csv"))

        assert shown(database).whole.service.on_time == 1

    def test_a_delivery_may_name_its_order_only(self, company_database, fill):
        """
        Product and line are optional in the file; once such an order had "never come".

        A2 is of one product, and came whole; A1 is of two, and nobody knows which came. What comes of a
        product that was not ordered, in A3, fits nothing either; of A4 came nothing.
        """
        came = CAME.splitlines()[0] + (
            "\nA2,,,N1,2026-06-10,2\nA1,,,N2,2026-06-10,7\nA3,1,P2,N3,2026-06-09,6\nA3,,P1,N4,2026-06-09,1\n"
        )
        fill(company_database, orders=DUE, deliveries=came)
        answer = shown(company_database)
        whole = answer.whole.service

        assert (whole.due, whole.on_time, whole.late, whole.part, whole.never) == (4, 1, 0, 2, 1)
        assert [row.service.unmatched for row in answer.rows] == [1, 1]
        assert "2 deliveries fit no single product" in " ".join(
            insights.distribution_finding(answer).findings
        )
        assert distribution_table(answer)["Deliveries unmatched"].tolist() == [1, 1, 2]

    def test_a_delivery_of_a_line_that_is_not_there_is_of_the_only_product(self, database, fill):
        fill(database, orders=DUE, deliveries=CAME.splitlines()[0] + "\nA2,9,,N1,2026-06-10,2\n")
        service = shown(database).whole.service

        assert (service.on_time, service.unmatched) == (1, 0)

    def test_a_filter_of_territories_narrows_them(self, database, fill):
        fill(database, orders=DUE, deliveries=CAME)
        answer = shown(database, territories=("S",))

        assert [row.name for row in answer.rows] == ["South"]
        assert (answer.whole.service.due, answer.whole.service.part) == (2, 1)

    def test_what_is_promised_for_today_is_not_due_before_the_day_is_over(self, database, fill):
        with database.reading() as session:
            today = company(session).today
        lines = (f"C{n},1,O1,P1,2026-06-01,{today - timedelta(days=n)},Email,1,No\n" for n in range(2))
        fill(database, orders=ORDERED + "".join(lines))
        with database.reading() as session:
            answer = answers.distribution(session, scope(), view(None, at=today))

        assert answer.whole.service.due == 1

    def test_nothing_due_is_no_rate(self, database, fill):
        fill(database)
        answer = shown(database)

        assert isinstance(answer.whole.service.on_time_in_full, NotEnoughData)
        assert answer.has_outlets
        assert not answer.has_facts


def reps(database, number=5):
    build(database, lambda builder: [builder.person(f"R{each}") for each in range(number)])


class TestVisitsThatBroughtOrders:
    def test_strike_rate_and_lines_per_call(self, company_database, fill):
        """Five visits to open outlets, two with an order, four lines; the second visit day has two rows."""
        fill(company_database, visits=VISITS, orders=TAKEN)
        reps(company_database)
        (whole,) = shown(company_database).calls
        calls = whole.calls

        assert (calls.visits, calls.productive, calls.lines, calls.closed) == (5, 2, 4, 1)
        assert (calls.phone, calls.elsewhere, calls.unvisited) == (1, 1, 1)
        assert calls.strike_rate == wilson(2, 5)
        assert (calls.lines_per_call.value, calls.lines_per_call.n) == (2.0, 2)

    def test_no_filter_narrows_what_employees_did(self, database, fill):
        fill(database, visits=VISITS, orders=TAKEN)
        reps(database)
        everywhere = shown(database).calls

        assert shown(database, territories=("S",)).calls == everywhere != ()

    def test_as_known_at_a_moment_what_employees_did_is_not_told(self, database, fill):
        """What one file brought would be told of the one or two people in it, and the page says so."""
        fill(database, visits=VISITS, orders=TAKEN)
        reps(database)
        with database.reading() as session:
            answer = shown(database, known=company(session).now)

        assert shown(database).calls
        assert (answer.calls, answer.calls_hidden) == ((), Hidden.PAST)
        assert any("as it is today only" in line for line in insights.distribution_finding(answer).findings)

    def test_under_a_filter_they_are_said_to_be_of_the_whole_company(self, database, fill):
        """In S one visit brought nothing; its page said that 2 of 5 brought an order."""
        fill(database, visits=VISITS, orders=TAKEN)
        reps(database)
        south, whole = shown(database, territories=("S",)), shown(database)
        of_south, of_all = (
            {number.slug: number.label for number in distribution_numbers(each)} for each in (south, whole)
        )
        said = insights.distribution_finding(south)

        assert insights.distribution_finding(whole).headline.startswith("2 of 5 visits brought an order")
        assert said.headline == "No order was due here: the shelf is below"
        assert any("of 5 visits in the whole company brought an order" in each for each in said.findings)
        assert any(each.startswith("Orders in the whole company that no visit") for each in said.findings)
        assert any("1 visit in the whole company to outlets" in each for each in said.findings)
        assert of_south["strike_rate"] == f"{of_all['strike_rate']} in the whole company"
        assert {slug: of_south[slug] for slug in of_all if slug != "strike_rate"} == {
            slug: label for slug, label in of_all.items() if slug != "strike_rate"
        }

    @pytest.mark.parametrize(
        ("number", "why", "said"),
        [
            (4, Hidden.FEW, "What visits brought is shown from five representatives on"),
            (0, Hidden.NOBODY, "What visits brought is not shown: no representatives are known. Import"),
        ],
    )
    def test_too_few_people_or_nobody_known_are_not_measured(self, database, fill, number, why, said):
        """Of a company without a list of people the whole was shown, which may be one person's doing."""
        fill(database, visits=VISITS, orders=TAKEN)
        reps(database, number)
        answer = shown(database)

        assert answer.calls == ()
        assert answer.calls_hidden is why
        assert any(each.startswith(said) for each in insights.distribution_finding(answer).findings)
        assert "strike_rate" not in {each.slug for each in distribution_numbers(answer)}

    def test_a_territory_is_shown_from_five_people_on_where_five_are_left_beside_it(self, database, fill):
        fill(database, visits=VISITS, orders=TAKEN)
        people = [{"person_id": f"{code}{each}", "name": f"{code}{each}", "role": Role.REP, "team": "sales",
                   "territories": (code,)} for code in "NS" for each in range(5)]  # fmt: skip
        put(database, export("people", people))
        found = {row.name: (row.calls.productive, row.calls.visits) for row in shown(database).calls}

        assert found == {"All territories": (2, 5), "North": (2, 4), "South": (0, 1)}


class TestWhatRunsAndWhatLies:
    def test_promotions_that_run_are_counted_where_they_run(self, company_database, fill):
        """One in an outlet of N, one in S, one everywhere; one is over and one of a place unknown."""
        offers = (
            "Promotion ID,Outlet ID,Territory,SKU,Promotion start,Promotion end,Discount,Mechanic\n"
            "PR1,O1,,P1,2026-06-01,2026-06-30,20 %,Two for one\n"
            "PR2,,S,,2026-06-01,,,\n"
            "PR3,,,P1,2026-06-01,2026-06-26,10 %,\n"
            "PR4,,,P1,2026-06-01,2026-06-25,10 %,\n"
            "PR5,,Nowhere,P1,2026-06-01,,,\n"
        )
        fill(company_database, promotions=offers)
        answer = shown(company_database)

        assert [(row.code, row.place, row.product, row.discount) for row in answer.promotions] == [
            ("PR3", "everywhere", "P1", 0.1),
            ("PR1", "O1", "P1", 0.2),
            ("PR2", "South", None, None),
            ("PR5", None, "P1", None),
        ]
        assert [row.promotions for row in answer.rows] == [2, 2]

    def test_the_oldest_of_the_last_counts(self, company_database, fill):
        """O1 was counted again; O3 is closed and O4 was never counted."""
        counts = (
            "Outlet ID,SKU,Counted on,Quantity on hand\n"
            "O1,P1,2026-05-01,3\nO1,P1,2026-06-20,0\nO2,P1,2026-06-04,2\nO3,P1,2026-01-01,9\n"
        )
        fill(company_database, inventory=counts)
        answer = shown(company_database)

        assert (answer.whole.counted.outlets, answer.whole.counted.oldest) == (2, date(2026, 6, 4))
        assert answer.rows[1].counted.oldest is None
