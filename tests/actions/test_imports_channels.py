"""Wide files: a column each channel. What comes out long is what stood in the columns, to the last digit."""

import random
from collections import Counter
from decimal import Decimal

import pytest

from alignment.errors import Invalid
from alignment.imports.kinds import KINDS
from alignment.imports.mappings import propose
from alignment.imports.readers import read_table
from tests.actions.files import dump, export, put, put_all, read_export, rows_of, undo

HEADER = (
    "",
    "geo",
    "time",
    "TV_impression",
    "TV_spend",
    "Ads_clicks",
    "Ads_spend",
    "conversions",
    "population",
)
ROWS = (
    ("0", "Geo0", "2021-01-25", "1.426697e+06", "2058.06085", "0", "0", "1954576.8", "136670.94"),
    ("1", "Geo0", "2021-02-01", "", "0", "7", "1.0000005", "0", "136670.94"),
    ("2", "Geo1", "2021-01-25", "12", "0.25", "", "", "", "487878"),
)
SPEND = "select code, sum(spend_micros) from campaign_day join campaign on campaign.id = campaign_id"
SPEND += " where ended_at is null group by code order by code"


def wide(tmp_path, header=HEADER, rows=ROWS, name="wide.csv", **options):
    path = tmp_path / name
    path.write_text("\n".join(",".join(row) for row in (header, *rows)) + "\n")
    return read_export(path, **options)


@pytest.fixture
def whole(tmp_path):
    """The same weeks for the company as a whole."""
    header = ("time", "TV_spend", "Ads_spend", "conversions", "revenue_per_conversion")
    return wide(tmp_path, header, [("2021-01-25", "2058.31085", "0", "9", "0.02")], "whole.csv")


class TestOneFile:
    def test_its_rows_are_counted_once_and_its_records_by_what_they_say(self, company_database, tmp_path):
        """By hand: days 2 + 2 + 1, numbers 2, populations 2; an empty cell is no record, a zero is."""
        receipt = put(company_database, wide(tmp_path))

        assert (receipt.rows_in_file, receipt.rows_inserted) == (3, 3)
        assert (receipt.records_inserted, receipt.records_updated) == (5 + 2, 2)
        assert rows_of(company_database, SPEND) == [("ads-all", 1_000_000), ("tv-all", 2_058_310_850)]
        assert rows_of(company_database, "select name, amount_micros from measure order by day") == [
            ("conversions", 1_954_576_800_000),
            ("conversions", 0),
        ]

    def test_a_power_of_ten_is_read_exactly_and_a_missing_count_stays_missing(self, database, tmp_path):
        put(database, wide(tmp_path))

        assert rows_of(database, "select impressions, clicks from campaign_day order by id") == [
            (None, 0), (1_426_697, None), (None, 7), (None, None), (12, None),
        ]  # fmt: skip

    def test_the_receipt_says_what_was_rounded_made_and_left_out(self, database, tmp_path):
        receipt = put(database, wide(tmp_path))
        said = " ".join(receipt.notes)

        assert 'Column "Ads_spend": 1 amount had more than six decimals' in said
        assert "The first column has no name, as an index of rows has none; it was left out." in said
        assert "the day of each is the Monday that it begins with" in said
        assert Counter(each.kind for each in receipt.created) == {
            "campaigns": 2, "channels": 2, "territories": 2,
        }  # fmt: skip
        assert rows_of(database, "select name, population from territory order by code") == [
            ("Geo0", 136_671),
            ("Geo1", 487_878),
        ]

    def test_a_campaign_belongs_to_the_channel_of_its_column(self, database, tmp_path):
        put(database, wide(tmp_path))
        statement = "select campaign.code, channel.code from campaign join channel on channel.id = channel_id"

        assert rows_of(database, f"{statement} order by 1") == [("ads-all", "ads"), ("tv-all", "tv")]

    def test_delivery_without_its_spend_is_refused_with_its_line(self, tmp_path):
        (problem,) = wide(tmp_path, rows=[("0", "G", "2021-01-25", "5", "", "1", "2", "3", "4")]).problems

        assert (problem.line, problem.column) == (2, "TV_spend")
        assert problem.remedy == "Write 0 if it cost nothing."

    def test_a_territory_of_a_table_that_is_no_preset_waits_once_a_row(self, database, tmp_path):
        header = ("region", "week", "TV_spend", "Radio_spend", "sales")
        receipt = put(database, wide(tmp_path, header, [("X", "2021-01-25", "1", "2", "3")]))

        assert [(each.text, each.rows) for each in receipt.waiting] == [("X", 1)]
        put(database, export("territories", [{"code": "X1", "name": "X"}]))
        assert rows_of(database, "select count(*) from campaign_day where territory_id is null") == [(0,)]

    def test_names_of_robyn_are_understood_and_a_column_of_words_is_named(self, tmp_path):
        header = (
            "DATE",
            "revenue",
            "tv_S",
            "facebook_I",
            "search_clicks_P",
            "search_S",
            "facebook_S",
            "events",
        )
        parsed = wide(tmp_path, header, [("2018-12-31", "5", "1", "2.5", "3", "4", "5", "na")])

        assert parsed.mapping == {
            "day": "DATE", "measure revenue": "revenue", "spend tv": "tv_S", "spend search": "search_S",
            "spend facebook": "facebook_S", "impressions facebook": "facebook_I",
            "clicks search": "search_clicks_P",
        }  # fmt: skip
        assert parsed.rows[0]["impressions facebook"] == 2, "half to even"
        assert "1 column not stored: events." in parsed.notes


class TestSameState:
    def test_the_same_file_again_changes_nothing_and_undo_takes_all_of_it_back(
        self, company_database, tmp_path
    ):
        before = dump(company_database)
        receipt = put(company_database, wide(tmp_path))
        state = dump(company_database)
        again = put(company_database, wide(tmp_path, rows=ROWS[::-1], name="again.csv"))

        assert (again.records_inserted, again.records_updated) == (0, 0)
        undo(company_database, again.batch_id)
        assert dump(company_database) == state
        undo(company_database, receipt.batch_id)
        assert dump(company_database) == before

    @pytest.mark.parametrize("seed", range(3))
    def test_neither_the_order_of_columns_nor_a_cut_in_two_matters(
        self, seed, database, new_company, tmp_path
    ):
        put(database, wide(tmp_path))
        order = list(range(1, len(HEADER)))
        random.Random(seed).shuffle(order)
        cut = seed % 2 + 1
        header = tuple(HEADER[n] for n in order)
        rows = [tuple(row[n] for n in order) for row in ROWS]
        with new_company(tmp_path / "other.db") as other:
            halves = [
                wide(tmp_path, header, part, f"{n}.csv") for n, part in enumerate((rows[cut:], rows[:cut]))
            ]
            put_all(other, halves)
            assert dump(other) == dump(database)

    @pytest.mark.parametrize("seed", range(3))
    def test_what_is_spread_over_columns_can_be_put_back_into_them(self, seed, database, tmp_path):
        """Pivoting what was stored gives the file again: each cell exact, empty where it was empty."""
        dice = random.Random(seed)
        header = ("geo", "time", "A_spend", "B_spend", "population", "conversions")
        rows = [
            (f"G{n % 3}", f"2021-02-{1 + 7 * (n // 3):02}",
             *(dice.choice(("", "0", f"{dice.randrange(9**9)}e-4")) for _ in range(2)), "5",
             dice.choice(("", "-0.5", f"{dice.uniform(0, 9e6):.6f}")))
            for n in range(9)
        ]  # fmt: skip
        put(database, wide(tmp_path, header, rows))
        cells = {
            (place, day, column): Decimal(micros) / 1_000_000
            for place, day, column, micros in rows_of(
                database,
                "select t.name, d.day, c.name, spend_micros from campaign_day d join territory t on "
                "t.id = territory_id join campaign c on c.id = campaign_id union all select t.name, m.day, "
                "m.name, amount_micros from measure m join territory t on t.id = territory_id",
            )
        }
        first = min(day for _, day, _ in cells)
        expected = {
            (place, first + 7 * ((int(day[-2:]) - 1) // 7), column): Decimal(text)
            for place, day, a, b, _, conversions in rows
            for column, text in (("A all", a), ("B all", b), ("conversions", conversions))
            if text
        }

        assert {day for _, day, _ in cells} <= {first, first + 7, first + 14}
        assert cells == expected


class TestAWholeAndItsParts:
    @pytest.mark.parametrize("is_whole_first", [False, True])
    def test_both_together_are_refused_in_either_order(
        self, is_whole_first, company_database, whole, tmp_path
    ):
        """The published national file is the sum of its territories: both would double all spend."""
        files = [wide(tmp_path), whole][:: -1 if is_whole_first else 1]
        first = put(company_database, files[0])
        state = dump(company_database)

        with pytest.raises(Invalid, match=f"for 2021-01-25, and by batch {first.batch_id} .*twice"):
            put(company_database, files[1], accept=True)
        assert dump(company_database) == state
        undo(company_database, first.batch_id)
        assert put(company_database, files[1]).is_written

    def test_of_another_week_they_may_stand_side_by_side(self, database, tmp_path):
        put(database, wide(tmp_path))
        header = ("time", "TV_spend", "Ads_spend", "conversions", "revenue_per_conversion")
        receipt = put(database, wide(tmp_path, header, [("2021-02-08", "5", "0", "9", "0.02")], "later.csv"))

        assert receipt.rows_inserted == 1

    def test_a_total_without_any_spend_is_held_to_it_as_well(self, database, tmp_path):
        put(database, wide(tmp_path))
        header = ("time", "TV_spend", "Ads_spend", "conversions", "revenue_per_conversion")

        with pytest.raises(Invalid, match="twice"):
            put(database, wide(tmp_path, header, [("2021-02-01", "", "", "9", "0.02")], "total.csv"))


def test_two_columns_of_one_campaigns_plan_are_no_channels(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text(
        "Campaign Code,Campaign Name,Start Date,Planned spend,Actual spend\nC1,N,2021-01-25,5,6\n"
    )
    proposal = propose(read_table(path.read_bytes(), path.name))

    assert proposal.kind == "campaigns"
    assert not any(kind.is_wide for kind in KINDS.values() if kind.slug != "channel_days")
