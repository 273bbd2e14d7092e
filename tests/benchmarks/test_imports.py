"""The import benchmark's exports are stored whole, and its bare way writes the very same rows."""

from datetime import UTC, datetime

from alignment.actions import imports
from alignment.db import Database
from alignment.imports.files import read_file
from benchmarks.exports import write_exports
from benchmarks.imports import FACTS, Sqlite, all_rows, bare
from tests.conftest import ADMIN


def test_an_export_is_stored_whole_and_the_bare_way_writes_its_rows(tmp_path):
    """A ratio of speeds means something only where both sides wrote the same."""
    first, second = write_exports(tmp_path, 300)
    place = Sqlite(tmp_path)
    with place.company() as url, place.company() as other:
        database = Database(url)
        receipts = []
        for path in (first, second):
            parsed = read_file(
                path.read_bytes(), path.name, kind="leads", zone="UTC", currency="EUR", now=datetime.now(UTC)
            )
            with database.writing() as session:
                receipts.append(imports.apply(session, ADMIN, parsed))
            if path == first:
                bare(other, url, "executemany")
                written = {name: all_rows(database, name) for name in FACTS}
        database.close()
        again = Database(other)
        copied = {name: all_rows(again, name) for name in FACTS}
        again.close()

    lines = (path.read_text().splitlines() for path in (first, second))
    changed = sum(a != b for a, b in zip(*lines, strict=True))
    assert (receipts[0].rows_inserted, receipts[0].rows_rejected) == (300, 0)
    assert (receipts[1].rows_updated, receipts[1].rows_unchanged) == (changed, 300 - changed)
    assert changed > 0
    assert copied == written
    assert len(written["stage_entry"]) > 300
