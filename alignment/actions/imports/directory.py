"""Who or what a text of a file means: codes first, then names, then spellings that fold together."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from alignment.db import ReadSession
from alignment.imports.kinds import folded
from alignment.imports.placement import Rule, ruled
from alignment.tables import (
    Account,
    Alias,
    Campaign,
    Channel,
    Person,
    Product,
    Segment,
    Table,
    Territory,
    TerritoryRule,
    c,
)
from alignment.vocabulary import AliasKind, RuleField

NAMED: dict[str, tuple[type[Table], str, AliasKind]] = {
    "territories": (Territory, "code", AliasKind.TERRITORY),
    "segments": (Segment, "code", AliasKind.SEGMENT),
    "channels": (Channel, "code", AliasKind.CHANNEL),
    "products": (Product, "code", AliasKind.PRODUCT),
    "campaigns": (Campaign, "code", AliasKind.CAMPAIGN),
    "people": (Person, "external_id", AliasKind.PERSON),
    "accounts": (Account, "external_id", AliasKind.ACCOUNT),
}
"""Kinds that rows name by text: their table, the column of their code, and how a spelling is remembered."""


@dataclass(frozen=True, slots=True)
class Known:
    id: int
    code: str
    name: str


@dataclass(slots=True)
class Directory:
    """The known members of one kind, by everything that a file may call them."""

    by_code: dict[str, Known] = field(default_factory=dict)
    by_name: dict[str, Known | None] = field(default_factory=dict)
    by_folded: dict[str, Known | None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    decided: dict[str, Known] = field(default_factory=dict)

    def add(self, known: Known, *more: str | None) -> None:
        """Make somebody known. A name or folding that two share means neither (None)."""
        self.by_code[known.code] = known
        for name in {known.name, *(text for text in more if text)}:
            self.by_name[name] = known if self.by_name.get(name, known) == known else None
        for text in {folded(known.code), folded(known.name), *(folded(text) for text in more if text)} - {""}:
            self.by_folded[text] = known if self.by_folded.get(text, known) == known else None

    def spell(self, text: str, code: str, *, is_decided: bool) -> None:
        """
        Let a text stand for the one with the code.

        A person's decision comes before everything else, an entry that is called so included:
        that is how two spellings become one.
        """
        self.aliases[text] = code
        target = self.by_code.get(code)
        if target and (is_decided or folded(text) not in {folded(code), folded(target.name)}):
            self.decided[text] = target

    def literal(self, text: str) -> Known | None:
        """Called exactly so, by code or by name."""
        return self.by_code.get(text) or self.by_name.get(text)

    def alike(self, text: str) -> Known | None:
        """The one that a person decided on, or whose code or name is equal after folding; None if two are."""
        return self.by_code.get(self.aliases.get(text, "")) or self.by_folded.get(folded(text))


class Names:
    """
    The directories of one import, loaded when first asked for.

    Counts, for the receipt, how often a spelling was read as something else.
    """

    def __init__(self, session: ReadSession, source: str) -> None:
        self._session = session
        self._source = source
        self._directories: dict[str, Directory] = {}
        self._rules: list[Rule] | None = None
        self._found: dict[tuple[str, str], tuple[Known | None, bool]] = {}
        self.matched: Counter[tuple[str, str]] = Counter()
        self.matched_with: dict[tuple[str, str], Known] = {}

    def of(self, kind: str) -> Directory:
        if kind not in self._directories:
            self._directories[kind] = self._loaded(kind)
        return self._directories[kind]

    def forget(self, kind: str) -> None:
        """Load the kind again when it is next asked for: its rows have changed."""
        self._directories.pop(kind, None)
        self._found.clear()
        self._rules = None

    def forget_rules(self) -> None:
        """Load territory rules again when they are next asked for."""
        self._rules = None

    def learn(self, kind: str, known: Known) -> None:
        """Add somebody who was made a moment ago."""
        self.of(kind).add(known)
        self._found.pop((kind, known.name), None)

    def find(self, kind: str, text: str) -> Known | None:
        """Whom the text names, or None. A match by spelling alone is counted, once per call."""
        if (kind, text) not in self._found:
            self._found[kind, text] = self._looked_up(kind, text)
        found, is_literal = self._found[kind, text]
        if found is not None and not is_literal:
            self.matched[kind, text] += 1
            self.matched_with[kind, text] = found
        return found

    def _looked_up(self, kind: str, text: str) -> tuple[Known | None, bool]:
        directory = self.of(kind)
        if text in directory.decided:
            return directory.decided[text], False
        found = directory.literal(text) or (self._by_rule(text) if kind == "territories" else None)
        return (found, True) if found else (directory.alike(text), False)

    @property
    def rules(self) -> list[Rule]:
        """Territory rules, the latest first."""
        if self._rules is None:
            columns = c(TerritoryRule)
            rows = self._session.connection().execute(
                sa.select(columns.field, columns.pattern, columns.territory_id, columns.valid_from)
            )
            self._rules = sorted((Rule(*row) for row in rows), key=lambda rule: rule.valid_from, reverse=True)
        return self._rules

    def owner_rule(self, owner_id: int, on: date | None) -> int | None:
        """The territory in which the owner's rows lie on a day (None: now), by rule."""
        rules = [rule for rule in self.rules if rule.field is RuleField.OWNER]
        owner = self.person(owner_id) if rules else None
        names = {folded(owner.code), folded(owner.name)} if owner else set()
        for rule in rules:
            if rule.valid_from <= (on or date.max) and folded(rule.pattern) in names:
                return rule.territory_id
        return None

    def person(self, person_id: int) -> Known | None:
        """The employee with this id."""
        return next((one for one in self.of("people").by_code.values() if one.id == person_id), None)

    def _by_rule(self, text: str) -> Known | None:
        """A territory by the company's own rules: its other names, states, cities, postal codes."""
        target = ruled(self.rules, text)
        by_id = {known.id: known for known in self.of("territories").by_code.values()} if target else {}
        return by_id.get(target) if target else None

    def _loaded(self, kind: str) -> Directory:
        table, code, alias = NAMED[kind]
        columns = c(table)
        directory = Directory()
        more = [columns.email] if kind == "people" else []
        statement = sa.select(columns.id, columns[code], columns.name, *more).order_by(columns.id)
        if kind == "accounts":
            # The file's own source comes last, so that its account wins where two have one id.
            statement = sa.select(columns.id, columns[code], columns.name).order_by(
                columns.source == self._source, columns.id
            )
        for row in self._session.connection().execute(statement):
            directory.add(Known(row[0], row[1], row[2]), *row[3:])
        columns = c(Alias)
        kept = sa.select(columns.source_text, columns.target_code, columns.decided_by_id).where(
            columns.kind == alias
        )
        for spelling, target, decided_by in self._session.connection().execute(kept):
            directory.spell(spelling, target, is_decided=decided_by is not None)
        return directory
