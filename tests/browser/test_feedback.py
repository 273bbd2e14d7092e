"""From a rep's phone to marketing's answer and back, and what a bad line does to it: nothing."""

import random
import shutil
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alignment.db import Database
from alignment.tables import Flag, c
from tests.browser.broken_line import Line
from tests.browser.faults import sideways, small_targets
from tests.browser.harness import PHONE, act_as, settle, start_server, wait_until_up

LINK = "/feedback?territory=DE.SN"
SECONDS = 10
"""Within so many the page tells the truth once the line is back (reliability.md)."""
SHOWN = """() => ({
  headline: document.querySelector('.st-key-headline h2')?.innerText ?? '',
  isAtRest: !!document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]'),
})"""


@pytest.fixture(scope="module")
def company(sample_file, tmp_path_factory):
    """A server on a copy of the sample that these tests write to, and its database."""
    folder = tmp_path_factory.mktemp("feedback")
    path = folder / "sample.db"
    shutil.copy(sample_file, path)
    server = start_server(folder / "log.txt", environment={"ALIGN_DATABASE_URL": f"sqlite:///{path}"})
    wait_until_up(server)
    database = Database(f"sqlite:///{path}")
    yield server, database
    database.close()
    server.stop()


def said_in(page) -> str:
    return page.locator("[data-testid='stMain']").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def press(page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def field_of(page, key: str):
    return page.locator(f".st-key-{key} :is(input, textarea)").first


def enter(page, key: str, text: str) -> None:
    field_of(page, key).fill(text)
    field_of(page, key).press("Tab")


def shown_headline(page, words: str) -> None:
    page.locator(".st-key-headline h2", has_text=words).wait_for(timeout=SECONDS * 1000)


def test_a_reps_flag_is_answered_by_marketing_and_the_rep_reads_the_receipt(open_page, company, shoot):
    """Issue 4: a flag on a 390x844 phone, evidence at once, triage, answer, receipt; two roles."""
    server, _ = company
    phone = open_page(LINK, size=PHONE, server=server)
    act_as(phone, "Sales rep")
    shown_headline(phone, "What do you see in Sachsen?")
    send = phone.locator(".st-key-send_flag button").bounding_box()
    enter(phone, "raise_flag_seen", "6")
    enter(phone, "raise_flag_conversations", "8")
    settle(phone)
    shoot(phone, "phone flag form")
    faults = small_targets(phone, "[data-testid='stMain']"), sideways(phone)
    similar = said_in(phone)
    press(phone, "send_flag")
    shown_headline(phone, "Stored on")
    settle(phone)
    stored = said_in(phone)
    shoot(phone, "phone flag stored")

    assert send["height"] >= 44
    assert 844 * 0.4 < send["y"] < 844 - send["height"], "Send is where the thumb is, without scrolling"
    assert faults == ([], [])
    assert "Said already in the last eight weeks" in similar
    assert "Brand weak in Sachsen, seen in 6 of 8 conversations" in stored
    assert "Supported by the data" in stored
    assert "107 asked in the survey" in stored

    desk = open_page("/inbox", server=server)
    act_as(desk, "Marketer")
    first = said_in(desk)
    desk.locator(".st-key-inbox_flag input").press_sequentially("6 of 8")
    desk.get_by_role("option", name="Sachsen, seen in 6 of 8 conversations").click()
    desk.get_by_role("heading", name="Sachsen, seen in 6 of 8 conversations").wait_for()
    desk.get_by_role("button", name="Take it on").click()
    desk.get_by_text("answers by").first.wait_for()
    settle(desk)
    words = {"What we saw": "8 of 107 know us", "What we did": "a fair", "Why": "the weakest"}
    for title, text in words.items():
        desk.get_by_label(title, exact=True).fill(text)
        desk.get_by_label(title, exact=True).press("Tab")
    settle(desk)
    shoot(desk, "inbox answer")
    desk.get_by_role("button", name="Answer", exact=True).click()
    desk.get_by_text("We saw: 8 of 107 know us").wait_for()

    assert 'the data support "Brand weak" in Sachsen' in first

    again = open_page("/", size=PHONE, server=server)
    act_as(again, "Sales rep")
    again.get_by_text("1 of your flags is answered: read the receipt").click()
    again.get_by_text("Your flag is answered").wait_for()
    settle(again)
    shoot(again, "phone receipt")
    receipt = said_in(again)
    again.get_by_role("button", name="I have read it").click()
    again.get_by_text("Your flag is answered").wait_for(state="hidden")

    for part in ("You said: Brand weak", "We saw: 8 of 107", "We did: a fair", "Because: the weak"):
        assert part in receipt


def test_what_was_entered_is_there_after_a_reload(open_page, company):
    server, _ = company
    page = open_page("/feedback?territory=DE.BE", size=PHONE, server=server)
    act_as(page, "Head of sales")
    shown_headline(page, "What do you see in Berlin?")
    enter(page, "raise_flag_seen", "3")
    page.locator(".st-key-raise_flag_kind input").click()
    page.get_by_role("option", name="Competitor").click()
    settle(page)
    page.reload()
    settle(page)
    act_as(page, "Head of sales")
    shown_headline(page, "What do you see in Berlin?")

    assert field_of(page, "raise_flag_seen").input_value() == "3"
    assert field_of(page, "raise_flag_kind").input_value() == "Competitor"
    assert "Not sent yet" in said_in(page)


def flags_in(database) -> int:
    with database.reading() as session:
        statement = sa.select(sa.func.count()).select_from(Flag).where(c(Flag).source == "app")
        return int(session.scalar(statement))


def cut_around_send(page, line: Line, database, dice: random.Random, *, reloads: float) -> float:
    """One flag over a line that breaks around Send. How long after it was mended the page told the truth."""
    before, seen = flags_in(database), str(dice.randint(1, 5))
    enter(page, "raise_flag_seen", seen)
    way = dice.choice(["before", "in time", "in words", "in words"])
    if way == "before":
        line.cut()  # the press never leaves the phone
    elif way == "in words":
        line.cut_after(round(10 ** dice.uniform(0, 4.5)))  # of the answer
    for _ in range(dice.choice([1, 2])):  # the second press of an impatient thumb
        page.locator(".st-key-send_flag button").evaluate_all("all => all.forEach(one => one.click())")
        page.wait_for_timeout(dice.uniform(0, 350))
    line.cut()
    page.wait_for_timeout(dice.uniform(50, 700))
    line.mend()
    mended = time.monotonic()
    if dice.random() < reloads:
        page.reload()
        settle(page)
        act_as(page, "Head of marketing")
        mended = time.monotonic()
    told = wait_for_truth(page, database, before, mended)
    if flags_in(database) == before:
        assert field_of(page, "raise_flag_seen").input_value() == seen, "what was entered is still there"
        press(page, "send_flag")
        shown_headline(page, "Stored on")

    assert flags_in(database) == before + 1, "nothing lost, nothing doubled"
    assert f"seen in {seen} of" in said_in(page)
    press(page, "done_flag")
    shown_headline(page, "What do you see")
    return told


def wait_for_truth(page, database, before: int, since: float) -> float:
    """Seconds until headline and database agree, and stay so while the page is at rest."""
    shown = {}
    while time.monotonic() - since < SECONDS:
        found = time.monotonic() - since
        shown = page.evaluate(SHOWN)
        is_stored = flags_in(database) > before
        expected = "Stored on" if is_stored else "What do you see"
        if shown["isAtRest"] and shown["headline"].startswith(expected):
            page.wait_for_timeout(300)
            if page.evaluate(SHOWN) == shown and (flags_in(database) > before) is is_stored:
                return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{SECONDS} s after the line was mended the page says: {shown}")


@pytest.mark.parametrize(
    ("tries", "reloads"), [(10, 0.0), pytest.param(100, 0.2, marks=pytest.mark.slow, id="100-slow")]
)
def test_a_line_cut_around_send_loses_and_doubles_nothing(open_page, company, tries, reloads):
    """
    Reliability, finding 3: in 7 of 15 tries the server stored the note and the person saw no
    "saved"; in 8 of 15 the natural second press stored it twice.

    Here two more were found. A cut ends the run on the server, also in the middle of keeping
    what was typed, and the form came back with its defaults. And a browser that had not
    heard yet that a run was under way asked for none afterwards: half a page stayed for good.
    """
    server, database = company
    line, dice = Line(server.port), random.Random(tries)
    page = open_page(LINK, size=PHONE, server=replace(server, url=line.url))
    act_as(page, "Head of marketing")
    shown_headline(page, "What do you see")
    start = flags_in(database)
    times = [cut_around_send(page, line, database, dice, reloads=reloads) for _ in range(tries)]
    line.close()

    assert flags_in(database) == start + tries
    assert max(times) < SECONDS
