"""The Names page: what waits for a decision, what falls outside of every rule, what was decided."""

from collections import Counter
from typing import Any

import sqlalchemy as sa

from alignment.access import Permission, Scope, permitted
from alignment.db import ReadSession
from alignment.imports.kinds import folded
from alignment.imports.known import Known
from alignment.imports.placement import Rule, ruled
from alignment.metrics.names import (
    MOST_COMPARED,
    DecisionLine,
    NamesAnswer,
    Outside,
    Pair,
    PlaceRule,
    RulePreview,
    StageLine,
    WaitingName,
    nearest,
    pairs_of,
)
from alignment.periods import EPOCH
from alignment.queries import decided
from alignment.queries.history import zone_of
from alignment.tables import Account, Campaign, Channel, Person, Product, Segment, Table, Territory
from alignment.view import View
from alignment.vocabulary import RuleField

_CHOICES: dict[str, tuple[type[Table], str]] = {
    "territories": (Territory, "code"),
    "segments": (Segment, "code"),
    "channels": (Channel, "code"),
    "products": (Product, "code"),
    "campaigns": (Campaign, "code"),
    "people": (Person, "external_id"),
    "accounts": (Account, "external_id"),
}
_SUBJECTS = ("lead", "deal")
_ANY_TERRITORY = 1


@permitted(Permission.IMPORTS_PREVIEW)
def decisions_known(session: ReadSession, scope: Scope, view: View) -> Known:
    """What reading a file should know of earlier decisions."""
    return decided.known(session)


@permitted(Permission.NAMES_DECIDE)
def names(session: ReadSession, scope: Scope, view: View) -> NamesAnswer:
    """Everything on the page, as it is now. The view's filters are about numbers and do not apply."""
    choices = {kind: tuple(decided.members(session, table, code)) for kind, (table, code) in _CHOICES.items()}
    pairs, not_compared = _pairs(session)
    return NamesAnswer(
        zone=zone_of(session),
        waiting=tuple(_waiting(row, choices) for row in decided.waiting_names(session)),
        choices=choices,
        rules=tuple(_rule(row) for row in decided.territory_rules(session)),
        outside=_outside(decided.unplaced(session)),
        inside=decided.placed_counts(session),
        stages=_stages(session),
        pairs=pairs,
        not_compared=not_compared,
        decisions=tuple(
            DecisionLine(
                batch_id=row.id, sentence=row.file_name, at=row.recorded_at, by=row.decided_by, rows=row.rows
            )
            for row in decided.decisions(session)
        ),
    )


@permitted(Permission.NAMES_DECIDE)
def rule_preview(
    session: ReadSession, scope: Scope, view: View, *, field: RuleField, pattern: str
) -> RulePreview:
    """What a rule would place of what lies outside now. Nothing is stored."""
    rule = Rule(field, pattern.strip(), _ANY_TERRITORY, EPOCH)
    places, stays = Counter(dict.fromkeys(_SUBJECTS, 0)), Counter(dict.fromkeys(_SUBJECTS, 0))
    for row in decided.unplaced(session):
        (places if _fits(rule, row) else stays)[row.subject] += row.rows
    return RulePreview(places=dict(places), stays_outside=dict(stays))


def _fits(rule: Rule, row: sa.Row[Any]) -> bool:
    if not folded(rule.pattern):
        return False
    if rule.field is not RuleField.OWNER:
        return row.text is not None and ruled([rule], row.text) is not None
    owner = {folded(each) for each in (row.owner_code, row.owner_name) if each}
    return row.text is None and folded(rule.pattern) in owner


def _waiting(row: sa.Row[Any], choices: dict[str, tuple[tuple[str, str], ...]]) -> WaitingName:
    near = nearest(row.text, choices.get(row.kind, ()))
    return WaitingName(
        kind=row.kind,
        text=row.text,
        source=row.source,
        rows=row.rows,
        first_at=row.first_at,
        last_at=row.last_at,
        guess=near[0] if near else None,
        guess_name=near[1] if near else None,
    )


def _rule(row: sa.Row[Any]) -> PlaceRule:
    return PlaceRule(
        rule_id=row.id,
        field=row.field.value,
        pattern=row.pattern,
        valid_from=row.valid_from,
        territory_code=row.code,
        territory=row.name,
        brought_by=row.file_name,
    )


def _outside(rows: list[sa.Row[Any]]) -> tuple[Outside, ...]:
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for row in rows:
        if row.text is not None:
            counts[row.subject, "text", row.text] += row.rows
        elif row.owner_name is not None:
            counts[row.subject, "owner", row.owner_name] += row.rows
        else:
            counts[row.subject, "nothing", None] += row.rows
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0][0], item[0][2] or ""))
    return tuple(
        Outside(subject=subject, seen_by=seen_by, value=value, rows=rows)
        for (subject, seen_by, value), rows in ordered
    )


def _stages(session: ReadSession) -> tuple[StageLine, ...]:
    """Every decided meaning, and every stage that stored deals are called by."""
    stored = {(source, folded(text)): (text, rows) for source, text, rows in decided.deal_stages(session)}
    lines = []
    for row in decided.stage_rules(session):
        is_deal = row.deal_event is not None
        _, rows = stored.pop((row.source, folded(row.text)), ("", 0)) if is_deal else ("", None)
        meaning = next(each for each in (row.stage, row.exit, row.deal_event) if each is not None)
        lines.append(
            StageLine(
                source=row.source, subject=row.subject.value, text=row.text, meaning=meaning.value,
                decided_by=row.decided_by, decided_at=row.recorded_at, rows=rows,
            )
        )  # fmt: skip
    lines += [
        StageLine(
            source=source,
            subject="deal",
            text=text,
            meaning=None,
            decided_by=None,
            decided_at=None,
            rows=rows,
        )
        for (source, _), (text, rows) in stored.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.source, line.subject, line.text)))


def _pairs(session: ReadSession) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """Spellings that may be one, and the lists that are too long to be compared."""
    found: list[Pair] = []
    too_long = []
    for kind in decided.MERGED:
        entries = decided.entries_in_use(session, kind)
        if len(entries) > MOST_COMPARED:
            too_long.append(kind)
        else:
            found += pairs_of(kind, entries)
    return tuple(found), tuple(too_long)
