"""The sample company is what its README says, comes out byte for byte, and holds the planted story."""

import ast
import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest
import shapely
from shapely.geometry import shape

from alignment.imports.kinds import KINDS
from alignment.periods import Calendar
from sample_data.generator.clock import INTRODUCTION_WEEK, LAST_WEEK, export_moment, stamp
from sample_data.generator.export import book_of, first_folders, write_folder
from sample_data.make_sample import (
    BOUNDARIES,
    SEED,
    survey_only,
    truth_for,
    world_for,
    write_next,
    write_sample,
)

SAMPLE = Path(__file__).parents[2] / "sample_data"
FOLDERS = sorted((SAMPLE / "exports").iterdir())
BERLIN = ZoneInfo("Europe/Berlin")
NORTH = {"DE.SH", "DE.HH", "DE.HB", "DE.NI", "DE.MV"}
# The columns that make a row of the file the same record again in a later folder.
IDENTITY = {
    "ads_daily.csv": ("Day", "Campaign ID", "Region"),
    "finance_rates.csv": ("Date", "Currency Code"),
    "planning_goals.csv": ("Goal Code", "Valid From"),
}
REFERENCES = {
    ("crm_leads.csv", "Campaign Code"): "marketing_campaigns.csv",
    ("crm_leads.csv", "Lead Owner"): "hr_people.csv",
    ("crm_leads.csv", "Merged Into Lead ID"): "crm_leads.csv",
    ("crm_leads.csv", "Product Interest"): "erp_products.csv",
    ("crm_leads.csv", "Territory"): "planning_territories.csv",
    ("crm_lead_history.csv", "Lead ID"): "crm_leads.csv",
    ("crm_deals.csv", "Converted Lead ID"): "crm_leads.csv",
    ("crm_deals.csv", "Account ID"): "crm_accounts.csv",
    ("crm_deal_history.csv", "Deal ID"): "crm_deals.csv",
    ("crm_activities.csv", "Lead ID"): "crm_leads.csv",
    ("crm_activities.csv", "Deal ID"): "crm_deals.csv",
    ("crm_activities.csv", "Assigned To"): "hr_people.csv",
    ("ads_daily.csv", "Campaign ID"): "marketing_campaigns.csv",
    ("field_flags.csv", "Reported By"): "hr_people.csv",
    ("field_flags.csv", "Territory"): "planning_territories.csv",
}

Rows = list[dict[str, str]]


@cache
def rows_of(path: Path) -> Rows:
    """The rows of one file, read with nothing but the standard library."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(
        csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if "survey" in path.name else ",")
    )


def key_of(name: str, row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in IDENTITY.get(name, (next(iter(row)),)))


@cache
def known_after(folders: int, name: str) -> dict[tuple[str, ...], dict[str, str]]:
    """The file's records as they stand after the first so many folders: the last row of each holds."""
    known = {}
    for folder in FOLDERS[:folders]:
        if (folder / name).exists():
            known.update({key_of(name, row): row for row in rows_of(folder / name)})
    return known


def known_now(name: str) -> Rows:
    return list(known_after(len(FOLDERS), name).values())


def dictionary() -> dict[str, tuple[str, list[str]]]:
    """File name -> (kind, columns in order), from the headlines and tables of the README."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    found = {}
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        name, kind = re.match(r"`([^`]+)` \((\w+), source \w+\)", part).groups()
        found[name] = (kind, re.findall(r"^\| ([^|]+?) \| (?!Field|---)", part, flags=re.M))
    return {name: (kind, [c for c in columns if c != "Column"]) for name, (kind, columns) in found.items()}


def described_as(name: str) -> str:
    return "survey_<wave>.csv" if name.startswith("survey_") else name


def exported_at(folder: Path) -> datetime:
    return datetime.fromisoformat(json.loads((folder / "manifest.json").read_bytes())["exported_at"])


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((SAMPLE / "truth.json").read_bytes())


class TestDictionary:
    @pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
    def test_every_file_has_the_columns_of_the_dictionary_in_their_order(self, folder):
        described = dictionary()

        for path in folder.glob("*.csv"):
            assert list(rows_of(path)[0]) == described[described_as(path.name)][1], path.name

    def test_every_file_described_exists_and_the_other_way_round(self):
        there = {described_as(path.name) for folder in FOLDERS for path in folder.iterdir()}

        assert there == set(dictionary()) | {"manifest.json"}

    @pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
    def test_the_manifest_names_every_file_with_a_kind_the_product_can_import(self, folder):
        listed = json.loads((folder / "manifest.json").read_bytes())["files"]

        assert {entry["name"] for entry in listed} == {path.name for path in folder.iterdir()} - {
            "manifest.json"
        }
        assert {entry["kind"] for entry in listed} <= set(KINDS)
        assert all(dictionary()[described_as(entry["name"])][0] == entry["kind"] for entry in listed)

    def test_the_survey_agency_writes_semicolons_decimal_commas_and_a_byte_order_mark(self):
        raw = (FOLDERS[0] / "survey_2025Q1.csv").read_bytes()
        row = rows_of(FOLDERS[0] / "survey_2025Q1.csv")[0]

        assert raw.startswith(b"\xef\xbb\xbfWelle;Feldstart;")
        assert re.fullmatch(r"\d+,\d\d", row["Summe Gewichte"])
        assert re.fullmatch(r"\d\d\.\d\d\.\d{4}", row["Feldstart"])

    def test_words_in_the_files_are_the_ones_the_dictionary_lists(self):
        text = (SAMPLE / "README.md").read_text(encoding="utf-8")
        words = {
            ("crm_lead_history.csv", "New Status"), ("crm_lead_history.csv", "Status Reason"),
            ("crm_activities.csv", "Activity Type"), ("crm_activities.csv", "Direction"),
            ("crm_deals.csv", "Deal Stage"), ("crm_deal_history.csv", "Event"), ("field_flags.csv", "Type"),
            ("crm_leads.csv", "Lead Source"), ("crm_accounts.csv", "Segment"), ("hr_people.csv", "Role"),
        }  # fmt: skip

        for name, column in words:
            assert {row[column] for row in known_now(name) if row[column] not in text} == set(), (
                name,
                column,
            )


class TestReproducible:
    def test_the_generator_writes_the_committed_bytes(self, tmp_path):
        """Regenerate with `python sample_data/make_sample.py` and commit both when the story is changed."""
        write_sample(tmp_path)
        written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
        committed = {
            path.relative_to(SAMPLE): path.read_bytes()
            for path in [*(SAMPLE / "exports").rglob("*"), *SAMPLE.glob("*json")]
            if path.is_file()
        }

        assert [str(name) for name in written if written[name] != committed.get(name)] == []
        assert written.keys() == committed.keys()

    def test_only_the_streams_draw_and_nothing_uses_the_machine_s_mathematics(self):
        """`math.exp` may differ in its last bit between machines, `random.choice` between versions."""
        modules = sorted((SAMPLE / "generator").glob("*.py"))
        users = defaultdict(set)
        for path in modules:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                for name in names:
                    users[name.split(".")[0]].add(path.name)

        assert len(modules) > 10
        assert users["random"] == {"chance.py"}
        assert not users.keys() & {"math", "cmath", "statistics", "secrets", "numpy", "time"}
        assert users["shapely"] == {"thin.py"}, "the generator itself needs the standard library only"

    def test_another_seed_is_another_company_of_the_same_size(self):
        other = truth_for(SEED + 1)

        assert other["totals"]["leads"] == 9_000
        assert other["totals"] != truth_for(SEED)["totals"]
        assert 1_200 <= other["totals"]["deals"] <= 1_260

    def test_all_committed_files_together_stay_below_ten_megabytes(self):
        assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 10_000_000


class TestWeeklyFolders:
    def test_there_is_one_on_each_friday_at_four_from_the_introduction_to_now(self):
        moments = [exported_at(folder) for folder in FOLDERS]

        assert moments[0] == datetime(2026, 4, 3, 16, tzinfo=BERLIN)
        assert moments[-1] == datetime(2026, 6, 26, 16, tzinfo=BERLIN)
        assert [b.date() - a.date() for a, b in pairwise(moments)] == [timedelta(days=7)] * 12
        assert [folder.name for folder in FOLDERS] == [f"{moment:%Y-%m-%dT%H%M}" for moment in moments]

    def test_a_later_folder_repeats_no_row_that_says_nothing_new(self):
        for number, folder in enumerate(FOLDERS[1:], start=1):
            for path in folder.glob("*.csv"):
                before = known_after(number, path.name)
                repeated = [
                    key_of(path.name, row)
                    for row in rows_of(path)
                    if before.get(key_of(path.name, row)) == row
                ]
                assert repeated == [], (folder.name, path.name)

    def test_no_file_holds_a_record_twice(self):
        for folder in FOLDERS:
            for path in folder.glob("*.csv"):
                if not path.name.startswith("survey_"):
                    keys = [key_of(path.name, row) for row in rows_of(path)]
                    assert len(keys) == len(set(keys)), path

    def test_nothing_is_known_before_it_happened(self):
        columns = ("Created Date", "Changed At", "Activity Date", "Closed At", "Last Modified Date")
        for folder in FOLDERS:
            latest = exported_at(folder)
            for path in folder.glob("crm_*.csv"):
                for row in rows_of(path):
                    assert all(datetime.fromisoformat(row[c]) <= latest for c in columns if row.get(c)), row

    def test_every_offset_is_the_one_berlin_had_at_that_moment(self):
        """The generator knows the European rule only; the zone database is the second opinion."""
        for row in known_now("crm_lead_history.csv"):
            moment = datetime.fromisoformat(row["Changed At"])
            assert moment.astimezone(BERLIN).isoformat() == row["Changed At"]

    def test_every_reference_is_known_when_its_row_comes(self):
        """Folder by folder: what a row points to came earlier or comes in the same folder."""
        known: dict[str, set[str]] = defaultdict(set)
        for folder in FOLDERS:
            for path in folder.glob("*.csv"):
                known[path.name] |= {next(iter(row.values())) for row in rows_of(path)}
            for (name, column), target in REFERENCES.items():
                if (folder / name).exists():
                    asked = {row[column] for row in rows_of(folder / name)} - {""}
                    assert asked <= known[target], (folder.name, name, column)

    def test_territories_written_by_name_are_names_of_territories(self):
        names = {row["Territory Name"] for row in known_now("planning_territories.csv")}
        waves = {path.name for folder in FOLDERS for path in folder.glob("survey_*.csv")}

        assert {row["Region"] for row in known_now("ads_daily.csv")} - {""} <= names
        assert all({row["Gebiet"] for row in known_now(name)} <= names for name in waves)


class TestTotals:
    """What all folders together hold, the last row of a record counting."""

    def test_the_company_has_the_planned_size(self):
        sizes = {
            "planning_territories.csv": 20, "hr_people.csv": 40, "erp_products.csv": 8,
            "crm_leads.csv": 9_000, "crm_deals.csv": 1_200, "marketing_campaigns.csv": 14,
        }  # fmt: skip
        leads = known_now("crm_leads.csv")
        waves = {path.name: rows_of(path) for folder in FOLDERS for path in folder.glob("survey_*.csv")}

        assert {name: len(known_now(name)) for name in sizes} == sizes
        assert len({row["Lead Source"] for row in leads} - {""}) == 6
        assert len({row["Segment"] for row in leads} - {""}) == 4
        assert [len(rows) for rows in waves.values()] == [16] * 6
        assert 19_000 <= len(known_now("crm_activities.csv")) <= 21_000

    def test_leads_and_history_add_up_to_the_truth(self, truth):
        leads = known_now("crm_leads.csv")
        words = Counter(row["New Status"] for row in known_now("crm_lead_history.csv"))
        planted = truth["totals"]

        assert sum(row["Merged Into Lead ID"] != "" for row in leads) == planted["leads_merged"]
        assert sum(row["Deleted"] == "Yes" for row in leads) == planted["leads_deleted"]
        assert sum(row["Territory"] == "" for row in leads) == planted["leads_without_territory"]
        assert words["MQL"] == planted["stage_entries"]["marketing_qualified"]
        assert sum(words.values()) == planted["stage_events"] == sum(planted["stage_entries"].values())

    def test_deals_money_spend_and_interviews_add_up_to_the_truth(self, truth):
        deals = [row for row in known_now("crm_deals.csv") if row["Deleted"] == "No"]
        planted = truth["totals"]
        won: Counter[str] = Counter()
        for row in deals:
            won[row["Currency"]] += cents(row["Amount"]) if row["Deal Stage"] == "Closed won" else 0
        waves = [rows_of(path) for folder in FOLDERS for path in folder.glob("survey_*.csv")]

        assert dict(won) == planted["won_cents"]
        assert sum(row["Deal Stage"] == "Closed lost" for row in deals) == planted["deals_lost"]
        assert sum(cents(row["Cost"]) for row in known_now("ads_daily.csv")) == planted["spend_cents"]
        assert sum(int(row["Befragte"]) for rows in waves for row in rows) == planted["interviews"]

    def test_the_history_of_a_deal_ends_where_its_row_says(self):
        """Two files of the CRM tell the same: last stage, amount and closing."""
        events = defaultdict(list)
        for row in known_now("crm_deal_history.csv"):
            events[row["Deal ID"]].append(row)

        for deal in known_now("crm_deals.csv"):
            last = sorted(events[deal["Deal ID"]], key=lambda row: (row["Changed At"][:16], row["Event ID"]))
            closings = [row for row in last if row["Event"] in {"Won", "Lost", "Reopened"}]
            closed = closings[-1] if closings and closings[-1]["Event"] != "Reopened" else None
            money = [row["New Value"] for row in last if row["Event"] in {"Amount", "Won", "Lost"}]
            assert deal["Closed At"] == (closed["Changed At"] if closed else "")
            assert deal["Amount"] == money[-1]
            assert deal["Deal Stage"].startswith("Closed") == (closed is not None)

    def test_every_foreign_amount_has_a_rate_on_its_day(self):
        rates = {(row["Date"], row["Currency Code"]) for row in known_now("finance_rates.csv")}
        closed = [row for row in known_now("crm_deals.csv") if row["Currency"] != "EUR" and row["Closed At"]]

        assert {row["Currency"] for row in closed} == {"CHF", "PLN"}
        assert [
            row["Deal ID"] for row in closed if (row["Closed At"][:10], row["Currency"]) not in rates
        ] == []

    def test_personal_data_is_made_up(self):
        people = [row["E-Mail"] for row in known_now("hr_people.csv")]
        mails = [row["Email"] for row in known_now("crm_leads.csv")] + people

        assert all(
            re.fullmatch(r"[a-z0-9.-]+@[a-z0-9-]+\.example", mail) and ".." not in mail for mail in mails
        )
        assert len(set(people)) == 40


def cents(text: str) -> int:
    assert re.fullmatch(r"\d+\.\d\d", text)
    return int(text.replace(".", ""))


class TestCorrections:
    """Each kind happens at least three times after the introduction, and the files show before and after."""

    def test_every_kind_occurs_in_the_weekly_folders(self, truth):
        counts = {kind: len(found) for kind, found in truth["stories"]["corrections"].items()}

        assert len(counts) == 8
        assert {kind: n for kind, n in counts.items() if n < 3} == {}

    def test_late_leads_come_weeks_after_their_created_date(self, truth):
        first_seen = {}
        for folder in reversed(FOLDERS):
            first_seen |= {
                row["Lead ID"]: (exported_at(folder), row) for row in rows_of(folder / "crm_leads.csv")
            }

        for entry in truth["stories"]["corrections"]["late_leads"]:
            seen, row = first_seen[entry["lead"]]
            assert seen - datetime.fromisoformat(row["Created Date"]) > timedelta(days=9)

    @pytest.mark.parametrize(
        ("kind", "name", "key", "column", "before", "after"),
        [
            ("merged_leads", "crm_leads.csv", "lead", "Merged Into Lead ID", "", "L"),
            ("deleted_leads", "crm_leads.csv", "lead", "Deleted", "No", "Yes"),
            ("located_leads", "crm_leads.csv", "lead", "Territory", "", "DE."),
            ("deleted_deals", "crm_deals.csv", "deal", "Deleted", "No", "Yes"),
            ("reopened_deals", "crm_deals.csv", "deal", "Deal Stage", "Closed lost", "Closed"),
        ],
    )
    def test_the_folders_first_say_one_thing_and_later_the_other(
        self, truth, kind, name, key, column, before, after
    ):
        seen_before = 0
        for entry in truth["stories"]["corrections"][kind]:
            said = [
                known_after(n, name).get((entry[key],), {}).get(column) for n in range(1, len(FOLDERS) + 1)
            ]
            assert said[-1].startswith(after)
            seen_before += before in said[:-1]

        assert seen_before >= 3, "some are changed before their first export, most are not"

    def test_amounts_and_closings_change_after_the_deal_was_won(self, truth):
        events = [known_after(n, "crm_deal_history.csv") for n in range(1, len(FOLDERS) + 1)]
        for kind, column in (("corrected_amounts", "New Value"), ("moved_closings", "Changed At")):
            shown = 0
            for entry in truth["stories"]["corrections"][kind]:
                won = next(
                    key
                    for key, r in events[-1].items()
                    if r["Deal ID"] == entry["deal"] and r["Event"] == "Won"
                )
                said = [known.get(won, {}).get(column) for known in events]
                assert said[-1] == entry["after"]
                shown += entry["before"] in said
            assert shown >= 3, kind


class TestStory:
    def test_the_weak_territory_is_weak_in_a_large_sample_and_the_small_one_only_looks_weaker(self, truth):
        last = {row["Gebiet"]: (int(row["Befragte"]), int(row["Bekannt"])) for row in wave_rows("2026Q2")}
        (weak_n, weak_yes), (small_n, small_yes) = last["Sachsen"], last["Bremen"]

        assert weak_n >= 70
        assert 7 <= small_n <= 9
        assert small_yes / small_n <= weak_yes / weak_n < 0.13
        assert truth["stories"]["small_sample_territory"]["awareness"] == 0.33
        assert min(yes / n for name, (n, yes) in last.items() if name not in {"Sachsen", "Bremen"}) > 0.2

    def test_true_awareness_elsewhere_is_in_the_planned_range_and_moves_smoothly(self):
        for seed in range(20):
            paths = defaultdict(list)
            for cell in survey_only(seed):
                paths[cell.territory].append(cell.truth)
            assert paths.pop("DE.SN")[-1] == 0.10
            for path in paths.values():
                assert all(0.28 <= share <= 0.55 for share in path)
                assert max(abs(b - a) for a, b in pairwise(path)) <= 0.02

    def test_the_file_of_a_wave_is_what_survey_only_returns(self, truth):
        rows = {row["Gebiet"]: row for row in wave_rows("2025Q3")}
        names = {r["Territory Code"]: r["Territory Name"] for r in known_now("planning_territories.csv")}
        cells = [cell for cell in survey_only(SEED) if cell.wave == "2025Q3"]

        assert len(cells) == 16
        for cell in cells:
            row = rows[names[cell.territory]]
            assert (int(row["Befragte"]), int(row["Bekannt"])) == (cell.asked, cell.aware)
            assert round(float(row["Summe Gewichte"].replace(",", ".")) * 100) == cell.sum_w
            assert round(float(row["Summe Gewichte²"].replace(",", ".")) * 10_000) == cell.sum_w2
            assert cell.sum_wy <= cell.sum_w

    def test_north_answers_slowly_from_week_14_and_nobody_else_does(self):
        """
        Business minutes by the product's own calendar, not by the generator's clock:
        median over all qualified leads, the never answered counted as endless.
        """
        hours, never = answer_hours()

        assert 3 <= median(hours["north", "before"]) <= 6
        assert 9 <= median(hours["north", "after"]) <= 18
        assert 3 <= median(hours["others", "after"]) <= 6
        assert never["north", "after"] > never["north", "before"] + 0.05

    def test_one_campaign_promised_too_much_and_one_kept_more(self, truth):
        counts = {row["code"]: row for row in truth["stories"]["campaigns"]["counts"]}
        outcome = defaultdict(Counter)
        for row in known_now("crm_deals.csv"):
            outcome[row["Campaign Code"]][row["Deal Stage"]] += 1

        def win_rate(code: str) -> float:
            return outcome[code]["Closed won"] / (outcome[code]["Closed won"] + outcome[code]["Closed lost"])

        assert counts["C09"]["leads"] >= 0.9 * counts["C09"]["planned_leads"]
        assert counts["C09"]["qualified"] < 0.5 * counts["C09"]["planned_qualified"]
        assert counts["C06"]["qualified"] > 1.1 * counts["C06"]["planned_qualified"]
        assert win_rate("C09") < 0.15 < 0.3 < win_rate("C06")

    def test_leads_are_qualified_less_often_in_the_weak_territory(self):
        qualified = {
            row["Lead ID"] for row in known_now("crm_lead_history.csv") if row["New Status"] == "MQL"
        }
        share = {}
        for name, wanted in (("weak", {"DE.SN"}), ("large", {"DE.BY", "DE.NW", "DE.BW", "DE.NI"})):
            ids = [row["Lead ID"] for row in known_now("crm_leads.csv") if row["Territory"] in wanted]
            share[name] = sum(lead in qualified for lead in ids) / len(ids)

        assert share["weak"] < 0.33 < 0.42 < share["large"]

    def test_a_lowered_target_is_signed_by_both_and_the_newest_waits_for_sales(self):
        signed = defaultdict(set)
        for folder in FOLDERS:
            for entry in json.loads((folder / "manifest.json").read_bytes())["signatures"]:
                assert datetime.fromisoformat(entry["signed_at"]) <= exported_at(folder)
                signed[entry["goal"], entry["valid_from"]].add(entry["team"])
        versions = {(row["Goal Code"], row["Valid From"]): row for row in known_now("planning_goals.csv")}

        assert signed.keys() == versions.keys()
        assert signed.pop(("REV-2026Q3", "2026-07-01")) == {"marketing"}
        assert all(teams == {"sales", "marketing"} for teams in signed.values())
        assert versions["REV-2026Q2", "2026-05-11"]["Target"] == "1600000.00"
        assert versions["REV-2026Q2", "2026-05-11"]["Reason"]

    def test_the_app_never_reads_the_truth(self):
        sources = [p for folder in ("alignment", "pages") for p in (SAMPLE.parent / folder).rglob("*.py")]

        assert len(sources) > 20
        assert [p.name for p in sources if "truth.json" in p.read_text(encoding="utf-8")] == []


def wave_rows(code: str) -> Rows:
    return next(
        rows_of(folder / f"survey_{code}.csv")
        for folder in FOLDERS
        if (folder / f"survey_{code}.csv").exists()
    )


def answer_hours() -> tuple[dict[tuple[str, str], list[float]], dict[tuple[str, str], float]]:
    """Opening hours from each qualification (three weeks old at least) to the first human outgoing touch."""
    calendar = Calendar(
        holidays=frozenset(date.fromisoformat(r["Date"]) for r in known_now("hr_holidays.csv"))
    )
    where = {
        row["Lead ID"]: row["Territory"]
        for row in known_now("crm_leads.csv")
        if row["Merged Into Lead ID"] == ""
    }
    touches = defaultdict(list)
    for row in known_now("crm_activities.csv"):
        if row["Human"] == "Yes" and row["Direction"] == "Outgoing":
            touches[row["Lead ID"]].append(datetime.fromisoformat(row["Activity Date"]))
    hours, latest = defaultdict(list), datetime(2026, 6, 5, tzinfo=BERLIN)
    for row in known_now("crm_lead_history.csv"):
        at, territory = datetime.fromisoformat(row["Changed At"]), where.get(row["Lead ID"], "")
        if row["New Status"] != "MQL" or not territory or at > latest or at.date() < date(2026, 1, 5):
            continue
        answers = [touch for touch in touches[row["Lead ID"]] if touch >= at]
        waited = calendar.business_minutes(at, min(answers)) / 60 if answers else float("inf")
        period = "after" if at.date() >= date(2026, 3, 30) else "before"
        hours["north" if territory in NORTH else "others", period].append(waited)
    return hours, {key: sum(h == float("inf") for h in found) / len(found) for key, found in hours.items()}


@pytest.fixture(scope="module")
def following(tmp_path_factory) -> list[Path]:
    """The twelve folders after the committed ones."""
    return write_next(tmp_path_factory.mktemp("next"), 12)


class TestNextWeeks:
    def test_twelve_fridays_follow_with_a_wave_that_shows_the_planted_lift(self, following):
        last = {row["Gebiet"]: row for row in rows_of(following[-1] / "survey_2026Q3.csv")}
        asked, aware = int(last["Sachsen"]["Befragte"]), int(last["Sachsen"]["Bekannt"])
        spent = [
            row
            for folder in following
            for row in rows_of(folder / "ads_daily.csv")
            if row["Campaign ID"] == "C14"
        ]

        assert [folder.name for folder in following][::11] == ["2026-07-03T1600", "2026-09-18T1600"]
        assert aware / asked > 0.15
        assert {row["Region"] for row in spent} == {"Sachsen"}
        assert truth_for(SEED)["stories"]["campaigns"]["lift_awareness"] == {"2026Q2": 0.10, "2026Q3": 0.22}

    def test_new_records_have_new_ids(self, following):
        """A lead of week 79 must not overwrite one of the committed weeks."""
        known = {row["Lead ID"]: row for row in known_now("crm_leads.csv")}

        for folder in following:
            for row in rows_of(folder / "crm_leads.csv"):
                assert row["Created Date"] == known.get(row["Lead ID"], row)["Created Date"]
            known |= {row["Lead ID"]: row for row in rows_of(folder / "crm_leads.csv")}
        assert len(known) > 9_800

    def test_fewer_weeks_are_the_beginning_of_more(self, following, tmp_path):
        for folder, longer in zip(write_next(tmp_path, 3), following, strict=False):
            assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
                p.name: p.read_bytes() for p in longer.iterdir()
            }

    def test_a_longer_company_has_the_same_past(self, tmp_path):
        """The weeks that follow never change a committed file."""
        book = book_of(world_for(SEED, LAST_WEEK + 12))
        again = write_folder(book, first_folders()[-1], tmp_path, b"")

        assert {p.name: p.read_bytes() for p in again.iterdir()} == {
            p.name: p.read_bytes() for p in FOLDERS[-1].iterdir()
        }

    def test_a_number_of_weeks_out_of_range_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="1 to 26 weeks"):
            write_next(tmp_path, 27)


class TestBoundaries:
    def test_sixteen_polygons_carry_the_territories_keys_and_leave_no_gap(self):
        features = json.loads(BOUNDARIES.read_bytes())["features"]
        shapes = [shape(feature["geometry"]) for feature in features]
        keys = {row["Map ID"] for row in known_now("planning_territories.csv")} - {""}

        assert {feature["properties"]["id"] for feature in features} == keys
        assert len(keys) == 16
        assert BOUNDARIES.stat().st_size <= 150_000
        assert shapely.coverage_is_valid(shapes), "neighbours share their border point by point"
        assert shapely.coverage_union_all(shapes).area == pytest.approx(sum(s.area for s in shapes), rel=1e-9)

    def test_berlin_and_bremen_are_holes_of_their_neighbours(self):
        found = {
            f["properties"]["id"]: shape(f["geometry"])
            for f in json.loads(BOUNDARIES.read_bytes())["features"]
        }

        assert found["DE.BB"].convex_hull.contains(found["DE.BE"])
        assert found["DE.BB"].intersection(found["DE.BE"]).area == pytest.approx(0, abs=1e-9)
        assert found["DE.NI"].intersection(found["DE.HB"]).area == pytest.approx(0, abs=1e-9)

    def test_the_first_folder_holds_the_same_map(self):
        assert (FOLDERS[0] / "planning_boundaries.geojson").read_bytes() == BOUNDARIES.read_bytes()


def test_the_clock_counts_weeks_from_the_last_days_of_2024():
    """2025 has 52 ISO weeks, so week 53 is 2026-W01, 66 is 2026-W14 and 78 is 2026-W26."""
    assert stamp(export_moment(1)) == "2025-01-03T16:00:00+01:00"
    assert stamp(export_moment(INTRODUCTION_WEEK)) == "2026-04-03T16:00:00+02:00"
    assert stamp(export_moment(LAST_WEEK)) == "2026-06-26T16:00:00+02:00"
