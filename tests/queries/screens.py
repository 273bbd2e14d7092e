"""Every screen's answer, for comparing two databases that must say the same."""

from dataclasses import replace
from datetime import UTC, date, datetime

from alignment import answers
from alignment.db import Database
from alignment.periods import last_full_weeks
from alignment.view import Basis, View
from alignment.vocabulary import FlagKind, Role, RuleField, Stage
from tests.queries.companies import scope

AT = date(2026, 6, 26)
SINCE = datetime(2026, 5, 1, tzinfo=UTC)


def screens(database: Database) -> dict[str, object]:
    """Every screen's answer, the trail aside, which is one event longer in a copy."""
    view, sees = View(period=last_full_weeks(AT), at=AT), scope(Role.SALES_HEAD)
    whole = View(period=None, at=AT, basis=Basis.PERIOD)
    with database.reading() as session:
        lands = answers.territories(session, sees, view).rows
        codes = [row.code for row in lands[:2]]
        cards = {code: answers.territory_card(session, sees, view, code=code) for code in codes}
        kind = FlagKind.BRAND_WEAK
        evidence = {code: answers.flag_evidence(session, sees, view, code=code, kind=kind) for code in codes}
        return {
            "cards": cards,
            "evidence": evidence,
            "today": answers.today(session, sees, view, role=Role.SALES_HEAD),
            "funnel": answers.funnel(session, sees, view),
            "funnel of all time": answers.funnel(session, sees, whole),
            "records": answers.funnel_records(session, sees, view, stage=Stage.SALES_ACCEPTED),
            "goals": answers.goals(session, sees, view),
            "territories": answers.territories(session, sees, view),
            "campaigns": answers.campaigns(session, sees, view),
            "imports": answers.import_history(session, sees, view),
            "data": replace(answers.data(session, sees, view), now=SINCE),  # the sample's clock goes on
            "restatement": answers.restatement(session, sees, view, slug="won_revenue", since=SINCE),
            "owners": answers.possible_owners(session, sees, view),
            "names": answers.names(session, sees, view),
            "rules": answers.rule_preview(session, sees, view, field=RuleField.CITY, pattern="M*"),
            "decisions": answers.decisions_known(session, sees, view),
            "inbox": answers.inbox(session, sees, view),
            "field": answers.field(session, sees, view, person_id=None),
        }
