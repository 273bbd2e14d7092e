"""
Every real export through the Import page: the same rows, the same refusals, without an edit by hand.

The table is that of `test_every_export`; what the page stored is read from its batch. Files of a folder go
into one company in the table's order, as a person would drop them in.
"""

from contextlib import contextmanager

import pytest

from alignment.vocabulary import Role
from tests.external.test_every_export import FOLDERS, Export
from tests.pages.conftest import open_app as open_app
from tests.pages.conftest import words as said_on

PAGE = "admin/imports.py"


def button(app, label: str):
    return next(each for each in app.button if each.label == label)


def drop_in(app, export: Export, data: bytes):
    name = export.name.rpartition("/")[2]
    app.file_uploader[0].set_value([(name, data, "application/octet-stream")]).run()
    assert not app.exception, export.name
    return app


def answer_stages(app) -> None:
    """The table's one answer: rows without a stage are open deals."""
    next(each for each in app.selectbox if each.label.startswith("No stage given")).select_index(0)
    button(app, "Save").click().run()
    assert not app.exception


def apply(app, export: Export) -> None:
    if export.rejected:
        next(each for each in app.checkbox if each.label == "Apply only the good rows").check().run()
    button(app, "Apply").click().run()
    if export.accept:
        next(each for each in app.checkbox if each.label.startswith("I have looked at it")).check().run()
        button(app, "Apply").click().run()
    assert not app.exception, export.name


def last_batch(database) -> tuple[int, ...]:
    with database.reading() as session:
        return tuple(
            session.connection()
            .exec_driver_sql(
                "select rows_in_file, rows_other, rows_inserted, rows_updated, rows_unchanged,"
                " rows_superseded, rows_rejected from import_batch order by id desc limit 1"
            )
            .one()
        )


def batches(database) -> int:
    with database.reading() as session:
        return int(session.connection().exec_driver_sql("select count(*) from import_batch").scalar_one())


@contextmanager
def nothing_stored(database):
    before = batches(database)
    yield
    assert batches(database) == before


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_file_of_the_folder_goes_in_by_page_or_says_why(
    folder, shared_data, new_company, open_app, tmp_path
):
    found = FOLDERS[folder]
    with new_company(tmp_path / "c.db", currency=found.currency) as database:
        for export in found.exports:
            data = (shared_data / folder / export.name).read_bytes()
            app = drop_in(open_app(Role.ADMIN, PAGE, database=database), export, data)
            said = said_on(app)
            if export.stays_out or export.rejected == export.rows:
                with nothing_stored(database):
                    if any(each.label == "Apply" and not each.disabled for each in app.button):
                        button(app, "Apply").click().run()
                        said = said_on(app)
                assert not app.exception
                is_told = "not known here" in said or "rejected" in said
                assert is_told if not export.is_refused else all(part in said for part in export.says), said
                continue
            if export.answers:
                answer_stages(app)
            apply(app, export)

            assert last_batch(database) == (
                export.rows,
                export.other,
                export.inserted,
                export.updated,
                export.unchanged,
                export.superseded,
                export.rejected,
            ), export.name


@pytest.mark.parametrize(
    ("name", "shapes"),
    [("brazil_states.geojson", 27), ("germany_laender.geojson", 16), ("us_states.geojson", 56)],
)
def test_boundaries_go_in_by_page(name, shapes, shared_data, new_company, open_app, tmp_path):
    """Numbers of polygons from the folder's SOURCE.md."""
    with new_company(tmp_path / "c.db") as database:
        app = open_app(Role.ADMIN, PAGE, database=database)
        data = (shared_data / "territory_boundaries" / name).read_bytes()
        app.file_uploader[0].set_value([(name, data, "application/geo+json")]).run()
        button(app, "Apply").click().run()

        assert not app.exception
        assert last_batch(database) == (shapes, 0, shapes, 0, 0, 0, 0)
