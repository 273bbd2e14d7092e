"""Numbers of territories and of the whole market, day by day."""

from datetime import date

from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.periods import start_of


def write_measures(work: Work, parsed: ParsedImport) -> None:
    """One number a row. With `creates_territories` a place that nobody knows becomes a territory."""
    creates = bool(parsed.options.get("creates_territories"))
    write_observations(
        work,
        "measure",
        [
            said_measure(work, index, row, row["measure"], row["number"], creates=creates)
            for index, row in enumerate(parsed.rows)
        ],
    )


def said_measure(work: Work, index: int, row: Row, name: str, number: int, *, creates: bool) -> Said:
    """The statement of one number. Its origin is what the source calls territory, day and measure."""
    values: Row = {"name": name, "territory_id": None, "amount_micros": number}
    opens: list[Open] = []
    put_territory(work, row, values, opens, creates=creates)
    day: date = row["day"]
    values |= work.when(start_of(day, work.zone))
    return Said(row=index, origin=origin_of(row.get("territory"), day, name), values=values, opens=opens)


def put_territory(work: Work, row: Row, values: Row, opens: list[Open], *, creates: bool) -> None:
    """The row's territory: found, made if files of this form may, else waited for."""
    if creates:
        work.listed(row, "territory", "territories", "territory_id", values)
    else:
        work.reference(row, "territory", "territories", "territory_id", values, opens)
