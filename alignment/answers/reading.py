"""One reading of the database for one answer: what every screen needs, read once."""

from dataclasses import dataclass, replace
from functools import cached_property

from alignment.access import Scope
from alignment.db import ReadSession
from alignment.metrics.common import Stamp
from alignment.queries.company import Company, company
from alignment.queries.counted import is_quick
from alignment.queries.dimensions import Dimensions, Narrowing, dimensions, narrowing
from alignment.queries.moments import Moments, moments
from alignment.view import Split, View

ALL_TIME = "all time"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A session, whose scope it is read with, and the view. Everything else is read when first asked for."""

    session: ReadSession
    scope: Scope
    view: View

    @cached_property
    def company(self) -> Company:
        return company(self.session)

    @cached_property
    def dimensions(self) -> Dimensions:
        return dimensions(self.session, self.view)

    @cached_property
    def narrowing(self) -> Narrowing:
        return narrowing(self.view, self.scope, self.dimensions)

    @cached_property
    def moments(self) -> Moments:
        return moments(self.session, self.view)

    def seen_as(self, view: View) -> "Reading":
        """The same database and reader through another view."""
        other = Reading(session=self.session, scope=self.scope, view=view)
        shared = ["company", *(["dimensions"] if view.known == self.view.known else [])]
        other.__dict__.update({name: self.__dict__[name] for name in shared if name in self.__dict__})
        return other

    def earlier(self, split: Split | None = None) -> "Reading | None":
        """
        The period compared with, as it stood when it was as old as this one is now.

        Followed to today it would have had more time, and always look better. None where there
        is none, or where its cohort, by the split, would take too long to follow.
        """
        compared = self.view.compared()
        if compared is None or compared.period is None or self.view.period is None:
            return None
        age = self.view.period.start - compared.period.start
        other = self.seen_as(replace(compared, at=self.view.at - age))
        can_be_followed = is_quick(other.session, other.view, other.narrowing, other.view.period, split)
        return other if can_be_followed else None

    def is_uncompared(self, earlier: "Reading | None") -> bool:
        """Whether there is a period to compare with that would take too long to follow."""
        compared = self.view.compared()
        return earlier is None and compared is not None and compared.period is not None

    def stamp(self, *, is_compared: bool = True) -> Stamp:
        """`known` is the moment asked for, else when the newest batch came in."""
        view, compared = self.view, self.view.compared() if is_compared else None
        return Stamp(
            company=self.company.name,
            currency=self.company.currency,
            zone=self.company.calendar.zone,
            at=view.at,
            today=self.company.today,
            known=view.known or self.moments.recorded_at,
            is_as_known=view.known is not None,
            last_fact_on=self.moments.last_day,
            period_text=view.period.text if view.period else "all",
            period_label=view.period.label() if view.period else ALL_TIME,
            compared_label=compared.period.label() if compared and compared.period else None,
        )
