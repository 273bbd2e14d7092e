"""A file that takes a while: the Import page says so, offers to stop, and reads again when asked."""

import hashlib

from alignment.tables import ImportBatch
from alignment.ui import opening
from alignment.vocabulary import Role
from tests.actions.files import DATA
from tests.pages.test_pages_writing import IMPORT, count

CONTENT = (DATA / "crm_four_files" / "products.csv").read_bytes()
STOPPED = f"stopped_{hashlib.sha256(CONTENT).hexdigest()[:16]}"


def looked_at(open_app, database, *, is_stopped: bool = False):
    app = open_app(Role.ADMIN, IMPORT, database=database)
    if is_stopped:
        app.session_state[STOPPED] = True
    return app.file_uploader(key="uploads").upload("products.csv", CONTENT, "text/csv").run()


def test_a_slow_file_is_read_to_its_end_while_the_page_tells_of_it(open_app, database, monkeypatch):
    """Slow is here what is not read at once; at the end the line and its button are gone."""
    opening._kept.clear()
    monkeypatch.setattr(opening, "_QUICK", 0.0)
    app = looked_at(open_app, database)

    assert not app.exception
    assert [button.label for button in app.button if button.label == "Apply"] == ["Apply"]
    assert "Stop reading" not in [button.label for button in app.button]


def test_a_stopped_file_is_not_read_until_somebody_says_so(open_app, database, words):
    app = looked_at(open_app, database, is_stopped=True)
    said = words(app)
    labels = [button.label for button in app.button]
    app.button(key=f"{STOPPED}_again").click().run()

    assert "Reading was stopped; nothing of the file was stored." in said
    assert "Apply" not in labels
    assert "Apply" in [button.label for button in app.button]
    assert count(database, ImportBatch) == 0
