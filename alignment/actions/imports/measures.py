"""Numbers of territories and of the whole market, day by day."""

from dataclasses import dataclass

from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Open, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.periods import start_of


def write_measures(work: Work, parsed: ParsedImport) -> None:
    """One number a row. With `creates_territories` a place that nobody knows becomes a territory."""
    creates = bool(parsed.options.get("creates_territories"))
    said = [
        said_measure(index, row, row["measure"], row["number"], placed(work, row, creates=creates))
        for index, row in enumerate(parsed.rows)
    ]
    write_observations(work, "measure", said)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where and when a row is valid, as columns, and what it waits for."""

    values: Row
    opens: list[Open]


def placed(work: Work, row: Row, *, creates: bool) -> Placed:
    """The row's day and territory: found, made if files of this form may, else waited for."""
    values: Row = {"territory_id": None} | work.when(start_of(row["day"], work.zone))
    opens: list[Open] = []
    if creates:
        work.listed(row, "territory", "territories", "territory_id", values)
    else:
        work.reference(row, "territory", "territories", "territory_id", values, opens)
    return Placed(values, opens)


def said_measure(index: int, row: Row, name: str, number: int, at: Placed) -> Said:
    """The statement of one number. Its origin is what the source calls territory, day and measure."""
    return Said(
        row=index,
        origin=origin_of(row.get("territory"), row["day"], name),
        values={"name": name, "amount_micros": number} | at.values,
        opens=at.opens,
    )
