"""The sample's loop in three browsers: a rep's flag, a campaign both teams agree on, and what it changed."""

import re

from alignment.demo import next_weeks
from tests.browser.faults import sideways, small_targets
from tests.browser.harness import PHONE, act_as, enter, press, said_in, settle, wait_for_headline

FLAG = "Brand weak in Sachsen, seen in 6 of 8 conversations"
CAMPAIGN = "Saxony gets to know Halmberg"
DESIGN = f"Campaign “{CAMPAIGN}” in Sachsen, 29 Jun 2026 to 20 Sep 2026, compared with 15 other territories."
PLAN = (
    "We can detect +20 pp or more, in four of five such campaigns.",
    "The best possible p is 0.06; an effect counts from 0.1.",
    "Before: wave 2026Q1. Never used: 2026Q2, in which it looked weak.",
)
WORKED = "worked, aided awareness changed by +16.2 pp (95 % interval +2.1 pp to +30.3 pp) against elsewhere"
DONE = "button[kind='primary']:has-text('Done')"


def waiting_here(inbox: str) -> int:
    """The design answers every flag of its kind and place; other tests raise some on this company too."""
    found = re.search(r"All flags of this kind here \((\d+)\)", inbox)
    assert found is not None, inbox
    return int(found[1])


def test_from_a_flag_on_a_phone_to_what_the_campaign_changed(open_page, company, shoot):
    """
    Issue 4, "Shown by": three roles in three browsers, and every screen says what it must.

    Planted (sample_data/README.md): campaign C14 lifts awareness in Saxony from 10 % to 22 %, 12 points;
    the numbers are those of tests/demo/test_sample_loop.py, which walks the same way without a browser.
    """
    server, database = company

    def screen(page, name: str) -> str:
        settle(page)
        shoot(page, f"loop {name}")
        return said_in(page)

    def as_somebody(role: str, path: str, page=None, **size):
        opened = page or open_page(path, server=server, **size)
        if page is not None:
            page.goto(server.url + path)
            settle(page)
        act_as(opened, role)
        return opened

    phone = as_somebody("Sales rep", "/feedback?territory=DE.SN", size=PHONE)
    wait_for_headline(phone, "What do you see in Sachsen?")
    send = phone.locator(".st-key-send_flag button").bounding_box()
    enter(phone, "raise_flag_seen", "6")
    enter(phone, "raise_flag_conversations", "8")
    form = screen(phone, "1 the flag")
    faults = small_targets(phone, "[data-testid='stMain']"), sideways(phone)
    press(phone, "send_flag")
    wait_for_headline(phone, "Stored on")
    stored = screen(phone, "2 the evidence")

    assert send["height"] >= 44
    assert 844 * 0.4 < send["y"] < 844 - send["height"], "Send is where the thumb is, without scrolling"
    assert faults == ([], [])
    assert "Said already in the last eight weeks" in form
    assert FLAG in stored
    assert "Supported by the data" in stored
    assert "Awareness: 11 % here against 43 % elsewhere" in stored
    assert "107 asked in the survey" in stored

    marketing = as_somebody("Head of marketing", "/inbox")
    inbox = screen(marketing, "3 the inbox")
    marketing.locator(".st-key-inbox_flag input").press_sequentially("6 of 8")
    marketing.get_by_role("option", name=FLAG).click()
    marketing.get_by_role("heading", name=FLAG).wait_for()
    marketing.get_by_role("button", name="Take it on").click()
    marketing.get_by_text("answers by").first.wait_for()
    taken = screen(marketing, "4 taken on")
    marketing.get_by_role("link", name="Design a campaign").click()
    marketing.get_by_role("button", name="Draft the test").wait_for()
    marketing.get_by_label("Why this campaign", exact=True).fill("It is the weakest of those asked enough.")
    marketing.get_by_label("Why this campaign", exact=True).press("Tab")
    planned = screen(marketing, "5 the design")
    named = marketing.get_by_label("What it is called").input_value()
    marketing.get_by_role("button", name="Draft the test").click()
    marketing.get_by_text("Test 1, version 1, is drafted.").wait_for()
    marketing.locator(DONE).click()
    marketing.get_by_text(f"Test 1, version 1: {CAMPAIGN} answers this flag.").wait_for()
    drafted = screen(marketing, "6 the draft")
    marketing.get_by_role("button", name="Approve version 1 for marketing").click()
    marketing.get_by_text("Approved. Test 1 waits for the other team.").wait_for()
    screen(marketing, "7 approved by marketing")

    assert 'the data support "Brand weak" in Sachsen' in inbox
    assert "answers by 3 Jul 2026" in taken
    assert named == CAMPAIGN
    assert all(line in planned for line in PLAN), "said before anything is spent"
    assert f"{CAMPAIGN}: draft, waits for sales and marketing to approve it" in drafted
    for line in (f"You said: {FLAG}", "Because: It is the weakest of those asked enough.", DESIGN, *PLAN):
        assert line in drafted

    sales = as_somebody("Head of sales", "/tests")
    asked = screen(sales, "8 sales reads")
    sales.get_by_role("button", name="Approve version 1 for sales").click()
    sales.get_by_text("Test 1 is approved by both teams and frozen.").wait_for()
    frozen = screen(sales, "9 approved by both")
    next_weeks(database, 12)
    as_somebody("Head of sales", "/tests", sales)
    verdict = screen(sales, "10 the verdict")

    assert f"{CAMPAIGN}: draft, waits for sales to approve it" in asked
    assert f"{CAMPAIGN}: not yet, no wave of the survey from 9 Aug 2026 to 18 Oct 2026 is in" in frozen
    assert "8 % with the campaign" in frozen
    assert f"{CAMPAIGN}: {WORKED}" in verdict
    assert "26 % with the campaign" in verdict
    assert "p 0.06 among 16 ways to choose the territories" in verdict
    assert "Compared with the wave that raised the flag it would be +18.2 pp" in verdict
    assert all(line in verdict for line in (DESIGN, *PLAN)), "what was agreed stands as it was"

    as_somebody("Head of marketing", "/inbox", marketing)
    left = screen(marketing, "11 the inbox after")
    as_somebody("Sales rep", "/", phone)
    screen(phone, "12 the rep's day")
    phone.get_by_text("1 of your flags is answered: read the receipt").click()
    phone.get_by_text("Your flag is answered").wait_for()
    receipt = screen(phone, "13 the receipt")
    top = phone.get_by_text("Your flag is answered").bounding_box()["y"]
    phone.get_by_role("button", name="I have read it").click()
    phone.get_by_text("Your flag is answered").wait_for(state="hidden")
    screen(phone, "14 read")

    assert f"Answered ({waiting_here(taken)})" in left
    assert FLAG not in left
    assert top < 400, "the receipt is what the rep came for"
    for part in (
        f"You said: {FLAG} on 26 Jun 2026",
        "We saw: Supported by the data",
        f"We did: {DESIGN}",
        "Because: It is the weakest of those asked enough.",
        f"It changed by: {WORKED[0].upper()}{WORKED[1:].replace(',', ':', 1)}",
    ):
        assert part in receipt
