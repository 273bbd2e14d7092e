"""The stamp under every headline: as of when, over what, compared with what."""

from alignment.db import ReadSession
from alignment.metrics.common import Stamp
from alignment.queries.company import Company
from alignment.queries.moments import moments
from alignment.view import View

ALL_TIME = "all time"


def stamp_of(session: ReadSession, company: Company, view: View) -> Stamp:
    """`known` is the moment asked for, else when the newest batch came in."""
    newest = moments(session, view)
    compared = view.compared()
    return Stamp(
        company=company.name,
        currency=company.currency,
        zone=company.calendar.zone,
        at=view.at,
        today=company.today,
        known=view.known or newest.recorded_at,
        last_fact_on=newest.last_day,
        period_text=view.period.text if view.period else "all",
        period_label=view.period.label() if view.period else ALL_TIME,
        compared_label=compared.period.label() if compared and compared.period else None,
    )
