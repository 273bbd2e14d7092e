"""What other files refer to: territories and their rules, products, people, accounts, rates, holidays."""

from decimal import Decimal

import sqlalchemy as sa

from alignment.actions.imports.deals import settle_foreign
from alignment.actions.imports.entities import (
    BY_CODE,
    BY_SOURCE,
    Key,
    Stated,
    stub_named,
    write_entities,
)
from alignment.actions.imports.work import Open, Work
from alignment.errors import Invalid
from alignment.imports.parsed import ParsedImport
from alignment.journal import Row
from alignment.money import to_minor
from alignment.periods import EPOCH
from alignment.tables import Person, Territory, c
from alignment.vocabulary import Role, RuleField, Team

_BY_PERSON = Key(("external_id",), "external_id")
_BY_DAY = Key(("day",), "day")
_BY_RATE = Key(("currency", "day"), "day")
_BY_RULE = Key(("field", "pattern", "valid_from"), "pattern")


def copied(row: Row, *names: str, **renamed: str) -> Row:
    """The row's fields that the file has, by column name."""
    columns = {name: name for name in names} | renamed
    return {column: row[name] for column, name in columns.items() if name in row}


def write_territories(work: Work, parsed: ParsedImport) -> None:
    """Territories by code; a parent that stands further down is found at the end."""
    stated = []
    for index, row in enumerate(parsed.rows):
        values = {"code": row["code"], "name": row["name"]}
        values |= copied(row, "stratum", "population", "valid_from", "valid_to")
        if row.get("boundary_key"):
            # An empty cell leaves the shape that was found by name.
            values["boundary_key"] = row["boundary_key"]
        if "potential" in row:
            potential: Decimal | None = row["potential"]
            values["potential_minor"] = None if potential is None else to_minor(potential, work.currency)
        opens: list[Open] = []
        work.reference(row, "parent", "territories", "parent_id", values, opens)
        stated.append(Stated(row=index, values=values, opens=opens))
    write_entities(work, "territory", stated, BY_CODE)


def refuse_circles(work: Work) -> None:
    """
    Raises:
        Invalid: Territories lie in each other, so that no total could be made of them.
    """
    territory = c(Territory)
    rows = work.session.connection().execute(sa.select(territory.id, territory.code, territory.parent_id))
    parents = {row_id: (code, parent) for row_id, code, parent in rows}
    for row_id, (code, parent) in parents.items():
        above, seen = parent, {row_id}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents[above][1]
        if above is not None:
            names = ", ".join(sorted(parents[each][0] for each in seen))
            raise Invalid(
                f'The territory "{code}" lies in itself: {names} are each other\'s parents. Correct the '
                "column of parents; nothing of the file was stored."
            )


def write_territory_rules(work: Work, parsed: ParsedImport) -> None:
    stated = []
    for index, row in enumerate(parsed.rows):
        known = work.names.find("territories", row["territory"])
        territory = known.id if known else stub_named(work, "territories", "territory", row["territory"])
        values = {
            "field": RuleField(row["field"]),
            "pattern": row["pattern"],
            "territory_id": territory,
            "valid_from": row.get("valid_from") or EPOCH,
        }
        stated.append(Stated(row=index, values=values))
    write_entities(work, "territory_rule", stated, _BY_RULE)


def write_products(work: Work, parsed: ParsedImport) -> None:
    stated = []
    for index, row in enumerate(parsed.rows):
        values = {"code": row["code"], "name": row["name"]} | copied(row, "series")
        if "list_price" in row:
            currency = row.get("currency") or work.currency
            price: Decimal | None = row["list_price"]
            values["list_price_minor"] = None if price is None else to_minor(price, currency)
            values["currency"] = currency
        stated.append(Stated(row=index, values=values))
    write_entities(work, "product", stated, BY_CODE)


def write_accounts(work: Work, parsed: ParsedImport) -> None:
    stated = []
    for index, row in enumerate(parsed.rows):
        values: Row = {"source": work.source, "external_id": row["account_id"], "name": row["name"]}
        opens: list[Open] = []
        work.listed(row, "segment", "segments", "segment_id", values)
        work.reference(row, "territory", "territories", "territory_id", values, opens)
        values |= copied(row, "country")
        stated.append(Stated(row=index, values=values, opens=opens))
    write_entities(work, "account", stated, BY_SOURCE)


def write_people(work: Work, parsed: ParsedImport) -> None:
    """Employees by what files call them. With `creates_territories` an office becomes a territory."""
    creates = bool(parsed.options.get("creates_territories"))
    taken = _emails(work)
    stated = []
    for index, row in enumerate(parsed.rows):
        values = {"external_id": row["person_id"], "name": row["name"]} | copied(row, "manager")
        values |= {name: row[name] for name in ("role", "team") if row.get(name)}
        if "email" in row:
            values["email"] = _free_email(work, row, taken)
        opens: list[Open] = []
        territories = _territories(work, row, opens, creates=creates)
        stated.append(
            Stated(
                row=index,
                values=values,
                defaults={"role": Role.REP, "team": Team.SALES},
                opens=opens,
                territories=territories,
            )
        )
    write_entities(work, "person", stated, _BY_PERSON)


def _emails(work: Work) -> dict[str, str]:
    person = c(Person)
    rows = work.session.connection().execute(
        sa.select(person.email, person.external_id).where(person.email.is_not(None))
    )
    return {row[0].lower(): row[1] for row in rows}


def _free_email(work: Work, row: Row, taken: dict[str, str]) -> str | None:
    """The row's address, unless it belongs to somebody else: two people cannot sign in as one."""
    email: str | None = row["email"]
    if email is None:
        return None
    owner = taken.setdefault(email.lower(), row["person_id"])
    if owner != row["person_id"]:
        work.notes.append(
            f"Line of {row['person_id']}: the e-mail address belongs to {owner} already and was left empty. "
            "Correct it where the file comes from."
        )
        return None
    return email


def _territories(work: Work, row: Row, opens: list[Open], *, creates: bool) -> list[int] | None:
    if "territories" not in row:
        return None
    found = []
    for number, text in enumerate(row["territories"] or ()):
        known = work.entry("territories", text) if creates else work.names.find("territories", text)
        if known:
            found.append(known.id)
        else:
            opens.append(work.wait(f"territories#{number}", "territories", text))
    return found


def linked(work: Work, row: Row, opens: list[Open]) -> list[int] | None:
    """The territories that a row lists, as links; unknown ones as open references."""
    return _territories(work, row, opens, creates=False)


def write_rates(work: Work, parsed: ParsedImport) -> None:
    """Rates as text, so that they stay exact; amounts that they concern are converted again."""
    stated = []
    for index, row in enumerate(parsed.rows):
        values = {
            "currency": row["currency"],
            "day": row["day"],
            "rate": format(row["rate"].normalize(), "f"),
        }
        stated.append(Stated(row=index, values=values))
    write_entities(work, "exchange_rate", stated, _BY_RATE)
    settle_foreign(work)


def write_holidays(work: Work, parsed: ParsedImport) -> None:
    stated = [
        Stated(row=index, values={"day": row["day"], "name": row["name"]})
        for index, row in enumerate(parsed.rows)
    ]
    write_entities(work, "holiday", stated, _BY_DAY)
