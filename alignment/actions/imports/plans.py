"""Goals and their targets as a planning file tells them; the signatures come later, from people."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from alignment.actions.imports.entities import BY_CODE, Key, Stated, fill, write_entities
from alignment.actions.imports.work import Open, Status, Work
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row, rows_where, table_named
from alignment.money import MICROS, to_minor
from alignment.vocabulary import GoalMetric

_BY_CODE = Key(BY_CODE.columns, BY_CODE.fetch)


def write_goals(work: Work, parsed: ParsedImport) -> None:
    """
    A goal for each code, and a proposed target for each row that says something new.

    A row's target is new if no version with its day has its value. Versions are
    numbered by the day from which they apply, then by their place in the file.
    """
    first_rows: dict[str, int] = {}
    for index, row in enumerate(parsed.rows):
        first_rows.setdefault(row["code"], index)
    stated = [_goal(work, index, parsed.rows[index]) for index in first_rows.values()]
    written = write_entities(work, "goal", stated, _BY_CODE)
    ids = {one.values["code"]: each.id for one, each in zip(stated, written, strict=True)}
    for code, goal_id in ids.items():
        rows = [(index, row) for index, row in enumerate(parsed.rows) if row["code"] == code]
        _write_targets(work, goal_id, sorted(rows, key=lambda pair: (_valid_from(pair[1]), pair[0])))


def _goal(work: Work, index: int, row: Row) -> Stated:
    values: Row = {name: row[name] for name in ("code", "name", "metric", "start_on", "end_on")}
    opens: list[Open] = []
    work.reference(row, "owner_sales", "people", "owner_sales_id", values, opens)
    work.reference(row, "owner_marketing", "people", "owner_marketing_id", values, opens)
    return Stated(row=index, values=values, defaults={"version": 0}, opens=opens)


def _valid_from(row: Row) -> date:
    day: date = row.get("valid_from") or row["start_on"]
    return day


def _write_targets(work: Work, goal_id: int, rows: list[tuple[int, Row]]) -> None:
    known = rows_where(work.session, table_named("goal_target"), "goal_id", [goal_id])
    version = max((target["version"] for target in known), default=0)
    newest = {
        target["valid_from"]: target["value"] for target in sorted(known, key=lambda one: one["version"])
    }
    new = []
    for index, row in rows:
        day, value = _valid_from(row), target_value(row["metric"], row["target"], work.currency)
        if newest.get(day) == value:
            work.mark(index, Status.UNCHANGED)
            continue
        version += 1
        newest[day] = value
        new.append(_proposal(work, goal_id, version, value, row))
        work.mark(index, Status.INSERTED)
    work.insert("goal_target", new)
    if new:
        fill(work, "goal", {goal_id: {"version": version}})


def _proposal(work: Work, goal_id: int, version: int, value: int, row: Row) -> Row:
    return {
        "goal_id": goal_id,
        "version": version,
        "value": value,
        "valid_from": _valid_from(row),
        "reason": row.get("reason") or "Imported without a reason",
        "proposed_at": work.recorded_at,
        "signed_locally": False,
        "batch_id": work.batch_id,
    }


def target_value(metric: GoalMetric, target: Decimal, currency: str) -> int:
    """Minor units for money, millionths for shares."""
    if metric is GoalMetric.WON_REVENUE:
        return to_minor(target, currency)
    return int((target * MICROS).to_integral_value(ROUND_HALF_EVEN))
