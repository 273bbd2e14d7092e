"""
What a person does with the mouse, as one walk each: look at a territory, open a stage,
bring in an export, agree on a target. The database is asked afterwards what became of it.
"""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from alignment.db import Database
from alignment.imports.files import read_file
from alignment.tables import AuditEvent, Deal, GoalTarget, ImportBatch, c
from tests.actions.files import DATA, FOUR_FILES, put
from tests.browser.harness import Served, act_as, settle, wait_until_up
from tests.browser.test_view import go, parameters

FILES = [DATA / "crm_four_files" / name for name in FOUR_FILES]
SAXONY = "DE.SN"  # planted as truly weak: first in the strip
INSIDE = """code => {
  const path = [...document.querySelectorAll('.st-key-territory_map .choroplethlayer path')]
    .find(each => each.__data__.loc === code);
  const box = path.getBoundingClientRect();
  const parts = [...Array(39).keys()].map(n => (n + 1) / 40)
    .sort((a, b) => Math.abs(a - .5) - Math.abs(b - .5));
  for (const down of parts) for (const across of parts) {
    const at = {x: box.x + box.width * across, y: box.y + box.height * down};
    const point = new DOMPoint(at.x, at.y).matrixTransform(path.getScreenCTM().inverse());
    if (path.isPointInFill(point)) return at;
  }
  return null;
}"""

CODES = """() => [...document.querySelectorAll('.st-key-territory_map .choroplethlayer path')]
  .map(path => path.__data__.loc)"""
CORNERS = """() => { const box = document.querySelector('.st-key-territory_map .geo').getBoundingClientRect();
  return [[2, 2], [box.width - 2, 2], [2, box.height - 2], [box.width - 2, box.height - 2]]
    .map(([x, y]) => ({x: box.x + x, y: box.y + y})); }"""
GROUND = (255, 255, 255)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def serve(fresh_server: Callable[..., Served], path: Path) -> Served:
    server = fresh_server(environment={"ALIGN_DATABASE_URL": f"sqlite:///{path}"})
    wait_until_up(server)
    return server


def card_of(page, name: str):
    """The territory's card is open, and the link to the page says so."""
    page.get_by_role("heading", name=name, exact=True).wait_for()
    settle(page)
    return page.locator(".st-key-numbers_card"), page.locator(".st-key-wave_trend .main-svg").first


def height_of(part) -> float:
    """How far down it begins."""
    return float(part.bounding_box()["y"])


class TestTerritories:
    def test_a_click_on_a_shape_of_the_map_opens_its_card(self, open_page, shoot):
        page = open_page("/territories")
        page.locator(".st-key-territory_map").scroll_into_view_if_needed()
        at = page.evaluate(INSIDE, SAXONY)
        page.mouse.click(at["x"], at["y"])
        numbers, trend = card_of(page, "Sachsen")
        shoot(page, "card from the map")

        assert parameters(page) == {"id": [SAXONY]}
        assert numbers.locator("[data-testid='stMetricValue']").count() >= 2
        assert trend.is_visible()
        assert (
            numbers.bounding_box()["y"]
            < page.locator("[data-testid='stDataFrame']").first.bounding_box()["y"]
        )

    def test_another_country_is_drawn_shape_by_shape_and_nothing_outside(
        self, open_page, fresh_server, database, shoot
    ):
        """
        56 states and territories of a file alone, told by the pixels.

        A ring that is wound the wrong way fills the whole globe but itself: the corners
        of the map would then have a colour, and the shapes would be the ground's.
        """
        data = (DATA / "us_states.geojson").read_bytes()
        put(database, read_file(data, "us_states.geojson", zone="Europe/Berlin", currency="EUR"))
        page = open_page("/territories", size=(1366, 1500), server=serve(fresh_server, database.path))
        page.locator(".st-key-territory_map").scroll_into_view_if_needed()
        codes = page.evaluate(CODES)
        corners = page.evaluate(CORNERS)
        shoot(page, "another country")
        inside = {code: page.evaluate(INSIDE, code) for code in codes}
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")

        assert len(set(codes)) == 56
        assert [code for code, at in inside.items() if at is None] == []
        assert [colour(picture, at) for at in corners] == [GROUND] * 4
        assert [code for code, at in inside.items() if not is_filled(picture, at)] == []

    def test_a_click_in_the_strip_opens_the_weakest_ones_card(self, open_page):
        page = open_page("/territories")
        first = page.locator(".st-key-territory_strip .scatterlayer .points path").first
        first.scroll_into_view_if_needed()
        box = first.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        card_of(page, "Sachsen")

        assert parameters(page) == {"id": [SAXONY]}


class TestFunnel:
    def test_a_click_on_a_stage_shows_its_records_page_by_page(self, open_page, shoot):
        page = open_page("/funnel")
        bar = page.locator(".st-key-funnel .barlayer .point path").nth(1)
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        page.mouse.click(box["x"] + 5, box["y"] + box["height"] / 2)
        page.get_by_role("heading", name="Records that reached marketing-qualified").wait_for()
        settle(page)
        said = [page.get_by_text(re.compile(r"^Page 1 of \d")).inner_text()]
        first = shown_rows(page)
        page.locator(".st-key-funnel_page_after button").click()
        said.append(page.get_by_text(re.compile(r"^Page 2 of \d")).inner_text())
        settle(page)
        shoot(page, "second page of records")

        assert parameters(page) == {"stage": ["marketing_qualified"]}
        assert said[0] != said[1]
        assert first
        assert not {row[0] for row in first} & {row[0] for row in shown_rows(page)}

    def test_the_download_holds_the_numbers_of_the_table(self, open_page, tmp_path):
        page = open_page("/funnel")
        [header, *shown] = grid(page, 0)
        with page.expect_download() as waiting:
            page.locator(".st-key-download_funnel_csv button").click()
        waiting.value.save_as(tmp_path / "funnel.csv")
        [written_header, *written] = list(
            csv.reader((tmp_path / "funnel.csv").read_text("utf-8-sig").splitlines())
        )

        assert waiting.value.suggested_filename == "funnel.csv"
        assert [name for name in header if name] == written_header
        assert len(shown) == len(written) >= 4
        for row, source in zip(shown, written, strict=True):
            assert all(same(*pair) for pair in zip(row[-len(source) :], source, strict=True)), (row, source)


def colour(picture: Image.Image, at: dict[str, float]) -> tuple[int, int, int]:
    found: tuple[int, int, int] = picture.getpixel((round(at["x"]), round(at["y"])))
    return found


def is_filled(picture: Image.Image, at: dict[str, float]) -> bool:
    """Around the point is more than ground: its own pixel may lie on a hatch line or in a figure."""
    around = [{"x": at["x"] + across, "y": at["y"] + down} for across in (-1, 0, 1) for down in (-1, 0, 1)]
    return any(colour(picture, point) != GROUND for point in around)


def grid(page, number: int) -> list[list[str]]:
    """The cells of a table of the page, as it gives them to a screen reader."""
    table = page.locator("[data-testid='stDataFrame']").nth(number)
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    return table.evaluate(
        """table => [...table.querySelectorAll('[role="row"]')].map(row =>
             [...row.querySelectorAll('[role="columnheader"], [role="gridcell"]')].map(c => c.textContent))"""
    )


def shown_rows(page) -> list[list[str]]:
    """The rows of the last table, without its heading."""
    return grid(page, page.locator("[data-testid='stDataFrame']").count() - 1)[1:]


def same(shown: str, written: str) -> bool:
    """Equal words, or one number written for people and for machines; unknown is a dash and empty."""
    try:
        number = float(written)
    except ValueError:
        return shown == written or (not written and shown.strip() in {"", "\N{EN DASH}", "None"})
    return abs(float(shown.replace(",", "")) - number) <= 0.0501


def test_four_files_of_a_crm_go_in_by_page_and_come_out_on_the_funnel(
    open_page, fresh_server, database, shoot
):
    """Nothing is typed: pick the files, Apply. A double press stores once; a second browser is told when."""
    server = serve(fresh_server, database.path)
    page = open_page("/import", server=server)
    page.locator("input[type=file]").set_input_files(FILES)
    applies = page.get_by_role("button", name="Apply", exact=True)
    page.wait_for_function(
        "n => [...document.querySelectorAll('button')].filter(b => b.innerText === 'Apply').length === n",
        arg=len(FILES),
    )
    settle(page)
    for left in reversed(range(len(FILES))):
        applies.first.dblclick()
        page.wait_for_function(
            "n => [...document.querySelectorAll('button')].filter(b => b.innerText === 'Apply').length === n",
            arg=left,
        )
        settle(page)
    receipts = page.locator("[data-testid='stAlert']").all_inner_texts()
    shoot(page, "four files in")
    again = open_page("/import", server=server)
    again.locator("input[type=file]").set_input_files(FILES[:1])
    again.get_by_role("button", name="Apply", exact=True).click()
    told = again.locator("[data-testid='stAlert']", has_text="nothing to do")
    told.wait_for()
    go(page, "Funnel")
    page.get_by_role("button", name="Show all time").click()
    page.locator(".st-key-filter_period", has_text="All time").wait_for()
    settle(page)

    assert [adds_up(sentence) for sentence in receipts] == [True] * len(FILES)
    assert "The same file came in on" in told.inner_text()
    assert page.locator("[data-testid='stMetricValue']").first.inner_text() == "60"
    with opened(database.path) as written, written.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportBatch)) == len(FILES)
        assert session.scalar(sa.select(sa.func.count()).select_from(Deal)) == 60


def adds_up(sentence: str) -> bool:
    """ "sales_pipeline.csv: 60 rows, 58 new, 2 unchanged (import 4)": the parts are the rows."""
    whole, *parts = [
        int(number.replace(",", ""))
        for number in re.findall(r"([\d,]+) (?:rows?|new|changed|unchanged|rejected|superseded)\b", sentence)
    ]
    return whole == sum(parts) > 0


def events_of(path: Path) -> int:
    with opened(path) as written, written.reading() as session:
        return int(session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)))


class TestTheTwoHeads:
    """On a copy of the sample: one head proposes, the other signs; two at once are told of each other."""

    @pytest.fixture
    def goals(self, sample_file, fresh_server, tmp_path) -> tuple[Served, Path]:
        path = tmp_path / "heads.db"
        shutil.copy(sample_file, path)
        return serve(fresh_server, path), path

    def opened_as(self, open_page, role: str, server: Served):
        page = open_page("/goals", server=server)
        act_as(page, role)
        page.get_by_text("Propose another target").first.click()
        page.get_by_role("button", name="Propose and sign").first.wait_for(state="visible")
        return page

    def propose(self, page, value: str, reason: str) -> None:
        page.get_by_role("spinbutton", name=re.compile("Target, EUR")).first.fill(value)
        page.get_by_role("textbox", name="Why").first.fill(reason)
        page.get_by_role("textbox", name="Why").first.press("Control+Enter")
        settle(page)
        page.get_by_role("button", name="Propose and sign").first.click()

    def test_one_proposes_the_other_signs_and_a_second_proposal_meets_a_conflict(
        self, open_page, goals, shoot
    ):
        server, path = goals
        events_before = events_of(path)
        ana = self.opened_as(open_page, "Head of sales", server)
        ben = self.opened_as(open_page, "Head of marketing", server)
        self.propose(ben, "1200000", "The fair went well")
        ben.get_by_text("It holds when sales has signed it too").wait_for()
        self.propose(ana, "900000", "A tender moved")
        conflict = ana.locator("[data-testid='stAlert']", has_text="Theirs:")
        conflict.wait_for()
        shoot(ana, "conflict")
        both = conflict.inner_text()
        kept = ana.get_by_role("spinbutton", name=re.compile("Target, EUR")).first.input_value()
        act_as(ben, "Head of sales")
        sign = ben.get_by_role("button", name=re.compile(r"Sign version \d+ for sales")).first
        version = int(re.findall(r"\d+", sign.inner_text())[0])
        sign.click()
        ben.get_by_text(f"Version {version} holds: both teams have signed it.").wait_for()
        shoot(ben, "signed")

        assert "€1,200,000" in both
        assert "€900,000" in both
        assert float(kept) == 900_000
        with opened(path) as written, written.reading() as session:
            targets = c(GoalTarget)
            values = session.execute(
                sa.select(
                    targets.value,
                    targets.signed_sales_at.is_not(None),
                    targets.signed_marketing_at.is_not(None),
                ).where(targets.reason.in_(["The fair went well", "A tender moved"]))
            ).all()
        assert [tuple(row) for row in values] == [(1_200_000_00, True, True)]
        assert events_of(path) - events_before == 2  # proposed, signed; the conflict left nothing
