"""What a bad line, a reload and a second press do to a flag from a phone: nothing."""

import json
import random
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alignment.tables import Draft, Flag, c
from tests.browser.broken_line import Line
from tests.browser.harness import (
    PHONE,
    act_as,
    enter,
    field_of,
    press,
    said_in,
    settle,
    wait_for_headline,
)

LINK = "/feedback?territory=DE.SN"
SECONDS = 10
"""Within so many the page tells the truth once the line is back (reliability.md)."""
SHOWN = """() => ({
  headline: document.querySelector('.st-key-headline h2')?.innerText ?? '',
  isAtRest: !!document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]'),
})"""


def test_what_was_entered_is_there_after_a_reload(open_page, company):
    server, _ = company
    page = open_page("/feedback?territory=DE.BE", size=PHONE, server=server)
    act_as(page, "Head of sales")
    wait_for_headline(page, "What do you see in Berlin?")
    enter(page, "raise_flag_seen", "3")
    page.locator(".st-key-raise_flag_kind input").click()
    page.get_by_role("option", name="Competitor").click()
    settle(page)
    page.reload()
    settle(page)
    act_as(page, "Head of sales")
    wait_for_headline(page, "What do you see in Berlin?")

    assert field_of(page, "raise_flag_seen").input_value() == "3"
    assert field_of(page, "raise_flag_kind").input_value() == "Competitor"
    assert "Not sent yet" in said_in(page)


def flags_in(database) -> int:
    with database.reading() as session:
        statement = sa.select(sa.func.count()).select_from(Flag).where(c(Flag).source == "app")
        return int(session.scalar(statement))


def seen_kept(database) -> int | None:
    """What stands in the newest draft of a flag."""
    with database.reading() as session:
        rows = c(Draft)
        statement = (
            sa.select(rows.body_json).where(rows.form.endswith("raise_flag")).order_by(rows.saved_at.desc())
        )
        body = session.scalars(statement.limit(1)).first()
        return json.loads(body)["seen"] if body else None


def cut_around_send(page, line: Line, database, dice: random.Random, *, reloads: float) -> float:
    """One flag over a line that breaks around Send. How long after it was mended the page told the truth."""
    before, seen = flags_in(database), str(dice.randint(2, 5))  # 1 is what the form begins with
    is_reloaded = dice.random() < reloads
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
    if is_reloaded:
        page.reload()
        settle(page)
        act_as(page, "Head of marketing")
        mended = time.monotonic()
    told = wait_for_truth(page, database, before, mended)
    if flags_in(database) == before and is_reloaded:
        seen = str(seen_kept(database) or 1)
    if flags_in(database) == before:
        assert field_of(page, "raise_flag_seen").input_value() == seen, "what was entered is still there"
        press(page, "send_flag")
        wait_for_headline(page, "Stored on")

    assert flags_in(database) == before + 1, "nothing lost, nothing doubled"
    assert f"seen in {seen} of" in said_in(page)
    press(page, "done_flag")
    wait_for_headline(page, "What do you see")
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
    ("tries", "reloads"),
    [
        (10, 0.0),
        pytest.param(100, 0.0, marks=pytest.mark.slow, id="a hundred cuts"),
        pytest.param(100, 0.2, marks=pytest.mark.slow, id="a hundred cuts and reloads"),
    ],
)
def test_a_line_cut_around_send_loses_and_doubles_nothing(open_page, company, tries, reloads):
    """
    Reliability, finding 3: in 7 of 15 tries the server stored the note and the person saw no
    "saved"; in 8 of 15 the natural second press stored it twice.

    Here two more were found. A cut ends the run on the server, also in the middle of keeping
    what was typed, and the form came back with its defaults. And a browser that had not
    heard yet that a run was under way asked for none afterwards: half a page stayed for good.

    With reloads: a number typed just before the line broke may be in the browser only, and a reload then
    forgets it (6 of 22 did when this was first run); the page shows what the server has.
    """
    server, database = company
    line, dice = Line(server.port), random.Random(tries)
    page = open_page(LINK, size=PHONE, server=replace(server, url=line.url))
    act_as(page, "Head of marketing")
    wait_for_headline(page, "What do you see")
    start = flags_in(database)
    times = [cut_around_send(page, line, database, dice, reloads=reloads) for _ in range(tries)]
    line.close()

    assert flags_in(database) == start + tries
    assert max(times) < SECONDS
