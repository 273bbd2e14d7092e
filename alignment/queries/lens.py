"""
How a view is looked through in SQL: statements with names in place of its values.

Making one of the funnel's statements takes longer than running it on a small
company, so each is made once for a `Lens` (which filters there are) and run with
the `values` of the view (what they are).
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from alignment.periods import Period, epoch_day
from alignment.queries.dimensions import NOBODY, Narrowing
from alignment.queries.sources import at_known, known_moment
from alignment.view import Split, View

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """
    What a statement looks like: whether a moment of knowledge was asked for, which splits are narrowed.

    `splits` are those that the view filters; `is_scoped` says that the reader
    may see some territories only.
    """

    is_as_known: bool
    splits: tuple[Split, ...]
    is_scoped: bool

    @property
    def at(self) -> Any:
        """The view's day."""
        return sa.bindparam("at", type_=sa.Integer)

    @property
    def known(self) -> Any:
        """The moment of knowledge; None for everything recorded so far."""
        return known_moment() if self.is_as_known else None

    def narrows(self, columns: Any, *, beside: bool = False) -> list[Condition]:
        """
        Conditions on columns `territory_id`, `channel_id` ... in which `NOBODY` stands for null.

        `beside` lets through what has nothing assigned where the view filters, so
        that it can be counted; `Narrowing.inside` then tells it apart.
        """
        found: list[Condition] = []
        for split in self.splits:
            column = columns[f"{split.value}_id"]
            chosen = column.in_(sa.bindparam(f"{split.value}_ids", expanding=True))
            found.append(sa.or_(chosen, column == NOBODY) if beside else chosen)
        if self.is_scoped:
            found.append(columns["territory_id"].in_(sa.bindparam("allowed_ids", expanding=True)))
        return found


def lens_of(view: View, narrowing: Narrowing) -> Lens:
    return Lens(
        is_as_known=view.known is not None,
        splits=tuple(sorted(narrowing.chosen)),
        is_scoped=narrowing.allowed is not None,
    )


def values_of(view: View, narrowing: Narrowing, **periods: Period | None) -> dict[str, Any]:
    """What the names of a lens stand for; each period gives `<name>_first` and `<name>_last`, epoch days."""
    values: dict[str, Any] = {"at": epoch_day(view.at)} | at_known(view)
    values |= {f"{split.value}_ids": sorted(ids) for split, ids in narrowing.chosen.items()}
    values["allowed_ids"] = sorted(narrowing.allowed or ())
    for name, period in periods.items():
        if period is not None:
            values |= {f"{name}_first": period.first_epoch_day, f"{name}_last": period.last_epoch_day}
    return values


def within(day: Any, name: str) -> Condition:
    """Whether the epoch day lies in the period that `values_of` calls by this name."""
    first, last = (sa.bindparam(f"{name}_{end}", type_=sa.Integer) for end in ("first", "last"))
    return sa.and_(day >= first, day <= last)


def by_day(day: Any, period: Period) -> Condition:
    """The same for a statement that is made anew each time."""
    return sa.and_(day >= period.first_epoch_day, day <= period.last_epoch_day)


def in_force(columns: Any, known: Any) -> list[Condition]:
    """Conditions on an observation: recorded by the moment `known` (None: at all), and not ended by then."""
    if known is None:
        return [columns.ended_at.is_(None)]
    return [columns.recorded_at <= known, sa.or_(columns.ended_at.is_(None), columns.ended_at > known)]


def living(columns: Any, at: Any, known: Any) -> list[Condition]:
    """Conditions on an observation: in force as known, and valid by the epoch day `at` (or undated)."""
    return [*in_force(columns, known), sa.or_(columns.day.is_(None), columns.day <= at)]


def existing(columns: Any) -> Condition:
    """A condition on a lead or deal: not deleted. What was not recorded yet is not among the `rows`."""
    return columns.deleted.is_(sa.false())  # type: ignore[no-any-return]
