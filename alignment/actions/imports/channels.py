"""
Wide files of media: one row is a territory's (or the company's) day, a column each channel or measure.

A company's total and its territories' shares of the same day are never both in
force, because their sum would count everything twice; see decision 0014.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from alignment.actions.imports.campaigns import in_company_currency
from alignment.actions.imports.deals import rate_table
from alignment.actions.imports.entities import BY_CODE_ALONE, Stated, write_entities
from alignment.actions.imports.measures import Placed, placed, said_measure
from alignment.actions.imports.observations import Said, origin_of, write_observations
from alignment.actions.imports.work import Work
from alignment.errors import Invalid
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_where, table_named
from alignment.periods import from_epoch_day


def write_channel_days(work: Work, parsed: ParsedImport) -> None:
    """Delivery by channel, measures and populations: each record counts for its row of the file."""
    creates = bool(parsed.options.get("creates_territories"))
    places = [placed(work, row, creates=creates) for row in parsed.rows]
    days = _days(work, parsed, places)
    measures = [
        said_measure(index, row, name.partition(" ")[2], number, at)
        for index, (row, at) in enumerate(zip(parsed.rows, places, strict=True))
        for name, number in row.items()
        if name.startswith("measure ") and number is not None
    ]
    _refuse_doubles(work, "campaign_day", "campaign_id", days)
    _refuse_doubles(work, "measure", "name", measures)
    _state_population(work, parsed.rows)
    write_observations(work, "campaign_day", days)
    write_observations(work, "measure", measures)


def _days(work: Work, parsed: ParsedImport, places: Sequence[Placed]) -> list[Said]:
    channels = sorted(name.partition(" ")[2] for name in parsed.mapping if name.startswith("spend "))
    campaigns = {channel: _campaign(work, channel) for channel in channels}
    rates = rate_table(work)
    said = []
    for index, (row, at) in enumerate(zip(parsed.rows, places, strict=True)):
        for channel in channels:
            spend = row[f"spend {channel}"]
            if spend is None:
                continue
            values: Row = {
                "campaign_id": campaigns[channel],
                "spend_micros": in_company_currency(row | {"spend": spend}, rates),
                "impressions": row.get(f"impressions {channel}"),
                "reach": None,
                "clicks": row.get(f"clicks {channel}"),
            }
            origin = origin_of(_name(channel), row["day"], row.get("territory"))
            said.append(Said(row=index, origin=origin, values=values | at.values, opens=at.opens))
    return said


def _name(channel: str) -> str:
    return f"{channel} all"


def _campaign(work: Work, channel: str) -> int:
    """The campaign "all" of a channel, made with its channel where there is none."""
    known = work.names.find("campaigns", _name(channel))
    if known:
        return known.id
    made = work.entry("campaigns", _name(channel))
    work.update("campaign", {made.id: {"channel_id": work.entry("channels", channel).id}})
    return made.id


# --- a total and its parts ---------------------------------------------------------------------------


def _is_total(table: str, origin: str) -> bool:
    """Whether an origin names no territory; it stands last in a day's, first in a measure's."""
    return origin.startswith("-:") if table == "measure" else origin.endswith(":-")


def _refuse_doubles(work: Work, table: str, series: str, said: Sequence[Said]) -> None:
    """
    Raises:
        Invalid: Of one series and day both the whole and its parts would be in force.
    """
    new = {(one.values[series], one.values["day"]): _is_total(table, one.origin) for one in said}
    for one in said:
        if new[one.values[series], one.values["day"]] != _is_total(table, one.origin):
            raise Invalid(_doubled(one.values["day"], "in this file", is_total=_is_total(table, one.origin)))
    target = table_named(table)
    statement = sa.select(target.c[series], target.c.day, target.c.origin, target.c.batch_id).where(
        target.c[series].in_({key[0] for key in new}), target.c.ended_at.is_(None)
    )
    if table == "measure":
        statement = statement.where(target.c.source == work.source)
    for name, day, origin, batch in work.session.connection().execute(statement):
        is_total = new.get((name, day))
        if is_total is not None and is_total != _is_total(table, origin):
            raise Invalid(_doubled(day, f"by batch {batch}", is_total=is_total))


def _doubled(day: int, where: str, *, is_total: bool) -> str:
    whole, parts = "of the whole company", "of each territory"
    given, there = (whole, parts) if is_total else (parts, whole)
    return (
        f"The file gives figures {given} for {from_epoch_day(day)}, and {where} the same figures are given "
        f"{there}. Both together would count everything twice, so nothing was stored. Keep the finer ones, "
        "or take the others back first."
    )


# --- population --------------------------------------------------------------------------------------


def _state_population(work: Work, rows: Iterable[Row]) -> None:
    """Each territory's population once: that of its latest row."""
    latest: dict[str, tuple[date, int, int]] = {}
    unknown = set()
    for index, row in enumerate(rows):
        text, population = row.get("territory"), row.get("population")
        if text is None or population is None:
            continue
        known = work.names.of("territories").literal(text) or work.names.of("territories").alike(text)
        if known is None:
            unknown.add(text)
        elif known.code not in latest or latest[known.code][0] < row["day"]:
            latest[known.code] = (row["day"], population, index)
    stored = {row["code"]: row for row in rows_where(work.session, table_named("territory"), "code", latest)}
    changed = sorted(
        stored[code]["name"]
        for code, (_, population, _) in latest.items()
        if stored[code]["population"] not in (None, population)
    )
    stated = [
        Stated(row=index, values={"code": code, "population": population})
        for code, (_, population, index) in latest.items()
    ]
    write_entities(work, "territory", stated, BY_CODE_ALONE)
    if changed:
        work.notes.append(f"The population of {len(changed):,} territories changed: {', '.join(changed)}.")
    if unknown:
        work.notes.append(
            f"The population of {len(unknown):,} territories that are not known yet was not stored; "
            "their own file brings it."
        )
