"""The answer in words, without a campaign: marketing writes it in the Inbox, the rep reads it on Feedback."""

from alignment.vocabulary import Role
from tests.actions.planned_tests import Loop

PARTS = {"saw": "8 of 100 know us", "did": "A fair in May", "why": "It is the weakest."}


def test_an_answer_in_words_reaches_whoever_flagged_and_waits_until_it_is_read(open_app, database, words):
    """Issue 4: no flag closes without a receipt; from Today's link it stands above the form."""
    loop = Loop(database)
    flag = loop.flagged()
    inbox = open_app(Role.MARKETING_HEAD, "shared/inbox.py", database=database)
    for name, text in PARTS.items():
        inbox.text_area(key=f"answer_{flag}_{name}").set_value(text)
    inbox.button(key=f"answer_{flag}").click().run()
    rep = open_app(Role.REP, "field/feedback.py", database=database, receipt="unread")
    titles = [each.value for each in (*rep.subheader, *rep.header)]
    said = words(rep)
    [read] = [each for each in rep.button if each.label == "I have read it"]
    read.click().run()

    assert not inbox.exception
    assert "Your flag is answered" in titles
    for part in ("We saw: 8 of 100 know us", "We did: A fair in May", "Because: It is the weakest."):
        assert part in said.replace("**", "")
    assert "Your flag is answered" not in [each.value for each in rep.subheader]
