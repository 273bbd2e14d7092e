"""In which territory a record without one lies: by its owner, where a rule or the file's kind says so."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from alignment.actions.imports.entities import EXACT_KINDS, fill
from alignment.actions.imports.work import Open, Work
from alignment.imports.kinds import folded
from alignment.journal import Row, open_references, table_named
from alignment.many import among
from alignment.periods import EPOCH, from_epoch_day
from alignment.tables import PendingReference, PersonTerritory, TerritoryRule, c
from alignment.vocabulary import RuleField

BY_OWNER = "owner_territory"
"""The kind of an open reference to the territory of an owner who is not known yet, or has not exactly one."""


def place(work: Work, row: Row, values: Row, opens: list[Open], *, by_owner: bool, on: date | None) -> None:
    """
    Fill `territory_id`: the territory that the row names, else the owner's by rule, else none.

    With `by_owner` the file has no territories of its own and each record lies in
    the single territory of its owner.
    """
    if row.get("territory"):
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        return
    owner = values.get("owner_id")
    if by_owner:
        values["territory_id"] = territory_of_owner(work, owner) if owner else None
        if values["territory_id"] is None and row.get("owner"):
            # An owner who is not known yet is on the receipt already.
            note = work.wait if owner else Open
            opens.append(note("territory_id", BY_OWNER, row["owner"]))
    elif "territory" in row:
        values["territory_id"] = work.names.owner_rule(owner, on) if owner else None


def territory_of_owner(work: Work, person_id: int) -> int | None:
    """The one territory that the person works in, kept as a rule; None if there are none or several."""
    if person_id not in work.owner_territories:
        work.owner_territories[person_id] = _single_territory(work, person_id)
    return work.owner_territories[person_id]


def _single_territory(work: Work, person_id: int) -> int | None:
    links = c(PersonTerritory)
    mine = list(
        work.session.connection().scalars(sa.select(links.territory_id).where(links.person_id == person_id))
    )
    if len(mine) != 1 or open_references(work.session, "person", [person_id]):
        return None
    if work.names.owner_rule(person_id, None) != mine[0]:
        _put_rule(work, person_id, mine[0])
    return int(mine[0])


def _put_rule(work: Work, person_id: int, territory_id: int) -> None:
    owner = work.names.person(person_id)
    if owner is None:
        return
    rules = c(TerritoryRule)
    statement = sa.select(rules.id).where(rules.field == RuleField.OWNER, rules.pattern == owner.code)
    rule_id = work.session.connection().scalar(statement)
    if rule_id is None:
        made = work.session.connection().execute(
            sa.insert(table_named("territory_rule")).values(
                field=RuleField.OWNER,
                pattern=owner.code,
                territory_id=territory_id,
                valid_from=EPOCH,
                recorded_at=work.recorded_at,
                batch_id=work.batch_id,
            )
        )
        assert made.inserted_primary_key is not None
        work.fresh["territory_rule"].add(int(made.inserted_primary_key[0]))
    else:
        fill(work, "territory_rule", {rule_id: {"territory_id": territory_id}})
    work.names.forget_rules()


def place_waiting_by_owner(work: Work, waiting: Iterable[Row]) -> dict[int, int]:
    """The territories that open references of kind BY_OWNER lead to by now, by the reference's id."""
    found = {}
    for each in waiting:
        owner = work.names.find("people", each["text"])
        territory = territory_of_owner(work, owner.id) if owner else None
        if territory is not None:
            found[each["id"]] = territory
    return found


def apply_owner_rules(work: Work) -> None:
    """Leads and deals without a territory whose owner a rule speaks of."""
    if not any(rule.field is RuleField.OWNER for rule in work.names.rules):
        return
    for name, day in (("lead", "created_day"), ("deal", "opened_day")):
        table = table_named(name)
        statement = sa.select(table.c.id, table.c.owner_id, table.c[day]).where(
            table.c.territory_id.is_(None), table.c.owner_id.is_not(None)
        )
        rows = work.session.connection().execute(statement).all()
        waiting = _with_open_territory(work, name, [row[0] for row in rows])
        changes = {}
        for row_id, owner_id, number in rows:
            on = from_epoch_day(number) if number is not None else None
            territory = work.names.owner_rule(owner_id, on)
            if territory is not None and row_id not in waiting:
                changes[row_id] = {"territory_id": territory}
        fill(work, name, changes)


def _with_open_territory(work: Work, table: str, ids: Iterable[int]) -> set[int]:
    pending = c(PendingReference)
    found: set[int] = {
        row_id for name, row_id, each in work.opened if name == table and each.column == "territory_id"
    }
    for chosen in among(pending.row_id, ids):
        statement = sa.select(pending.row_id).where(
            pending.table_name == table, pending.column_name == "territory_id", chosen
        )
        found |= set(work.session.connection().scalars(statement))
    return found


def folded_text(kind: str, text: str) -> str:
    """What an open reference is looked up by: ids as they are, names folded."""
    return text if kind in EXACT_KINDS else folded(text)
