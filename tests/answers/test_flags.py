"""Flags as the pages read them: the sample's planted story, and conversations that count once."""

from datetime import date
from math import log

import numpy as np
import pytest
from scipy import stats

from alignment import answers, insights
from alignment.access import Actor
from alignment.actions import feedback
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.db import Database
from alignment.metrics.evidence import Verdict, _awareness_elsewhere
from alignment.periods import last_full_weeks
from alignment.queries.company import company
from alignment.stats.evidence import share_if_weaker
from alignment.view import Split, View
from alignment.vocabulary import FlagKind, Role, Team
from tests.queries.companies import build, scope

AT = date(2026, 6, 26)
WEEKS = View(period=last_full_weeks(AT), at=AT)


@pytest.fixture(scope="module")
def sample(built_sample):
    database = Database(f"sqlite:///{built_sample}")
    with database.reading() as reading:
        yield reading
    database.close()


def evidence_on(sample, code: str):
    return answers.flag_evidence(sample, scope(), WEEKS, code=code, kind=FlagKind.BRAND_WEAK).evidence


def test_the_planted_weak_territory_is_supported_and_leads_the_inbox(sample):
    found = answers.inbox(sample, scope(), WEEKS)

    assert evidence_on(sample, "DE.SN").verdict is Verdict.SUPPORTED
    assert (found.places[0].code, found.places[0].kind) == ("DE.SN", FlagKind.BRAND_WEAK)
    assert insights.inbox_finding(found).headline.endswith('the data support "Brand weak" in Sachsen')


def test_the_noisy_territory_needs_as_many_interviews_as_playing_it_through_says(sample):
    """0 of 8 in Bremen. Second route: each outcome's factor as a ratio of two integrals, summed up."""
    evidence = evidence_on(sample, "DE.HB")
    land = Land(reading=Reading(session=sample, scope=scope(), view=WEEKS))
    place = land.reading.dimensions.id_of(Split.TERRITORY, "DE.HB")
    y, n, elsewhere = _awareness_elsewhere(place, land.of_wave(land.wave(None)))
    share = share_if_weaker(y, n, elsewhere)
    w, m, k = (np.asarray(each)[:, None] for each in (elsewhere.weight, elsewhere.mean, elsewhere.strength))
    # Gauss and Legendre on [0, 1]; on [0, m] the same nodes, moved.
    nodes, weights = np.polynomial.legendre.leggauss(400)
    p, dp = (nodes + 1) / 2, weights / 2
    density = stats.beta.pdf(p, m * k, (1 - m) * k)

    def factor(yes: float, asked: float) -> float:
        def likelihood(p):
            return p**yes * (1 - p) ** (asked - yes)

        weaker = (w[:, 0] * (likelihood(p * m) @ dp)).sum()
        same = (w[:, 0] * ((likelihood(p) * density) @ dp)).sum()
        return log(weaker / same)

    def shown(more: int) -> float:
        reached = [
            got for got in range(more + 1)
            if factor(y + got, n + more) + evidence.win_rate.log_factor >= log(20)
        ]  # fmt: skip
        return float(stats.binom.pmf(reached, more, share).sum())

    assert shown(13) >= 0.8 > shown(12)
    assert insights.evidence_headline(evidence).startswith("Not enough data: 13 more interviews")


def test_i_see_it_too_counts_once_for_each_set_of_conversations(database):
    """Rae's 5 of 8; Bo was there too, in the same ones; Bo's own 2 of 6, told twice."""

    def fill(builder):
        builder.wave("w", date(2026, 1, 1), {"N": (40, 10), "S": (40, 20)})
        return [builder.person(name, Role.REP, Team.SALES, territories=["N"]) for name in ("Rae", "Bo")]

    rae, bo = (Actor(person_id=id, name="X", role=Role.REP) for id in build(database, fill))
    with database.writing() as db:
        flag = feedback.raise_flag(
            db, rae, territory="N", kind=FlagKind.BRAND_WEAK, seen=5, conversations=8, command_id="one"
        ).flag_id
        for same, seen, conversations in ((True, 5, 8), (False, 2, 6), (False, 2, 6)):
            feedback.see_it_too(
                db, bo, flag_id=flag, seen=seen, conversations=conversations, same_conversations=same
            )
    with database.reading() as session:
        view = View(period=None, at=company(session).today)
        found = answers.flag_evidence(session, scope(), view, code="N", kind=FlagKind.BRAND_WEAK)

    assert (found.evidence.seen, found.evidence.conversations) == (7, 14)
    assert [(card.also, card.seen) for card in found.similar] == [(1, 5)]
