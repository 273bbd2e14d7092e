"""Flags as the pages read them: the sample's planted story, and conversations that count once."""

from datetime import date, timedelta
from math import log

import numpy as np
import pytest
from scipy import stats

from alignment import answers, insights
from alignment.access import Actor
from alignment.actions import feedback, ratings
from alignment.answers.map_screen import Land
from alignment.answers.reading import Reading
from alignment.db import Database
from alignment.metrics.evidence import Verdict, _awareness_elsewhere
from alignment.periods import last_full_weeks
from alignment.queries.company import company
from alignment.stats.evidence import share_if_weaker
from alignment.tables import CampaignTerritory
from alignment.view import Split, View
from alignment.vocabulary import FlagKind, Rated, Role, Team
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


class TestAroundAFlag:
    """What stands beside the verdict: awareness by wave, shelf, campaigns of eight weeks, other flags."""

    def test_the_sample_s_weak_territory_has_its_waves_campaigns_and_flags(self, sample):
        """The waves and flags are those of the Territories page; eight weeks before 26 June is 1 May."""
        found = answers.flag_place(sample, scope(), WEEKS, code="DE.SN")
        card = answers.territory_card(sample, scope(), WEEKS, code="DE.SN")

        assert found.trend == card.trend
        assert found.is_asked
        assert all(each.end_on is None or each.end_on >= date(2026, 5, 1) for each in found.campaigns)
        assert {each.code for each in found.flags} == {"DE.SN"}
        assert len(found.flags) == len(card.flags)

    def test_campaigns_are_those_of_the_place_and_of_everywhere_in_eight_weeks(self, database):
        """By hand: eight weeks before 26 June is 1 May."""

        def fill(builder):
            north = builder.territory("N")
            builder.territory("S")
            here = builder.campaign("HERE", start_on=date(2026, 6, 1), end_on=date(2026, 6, 5))
            there = builder.campaign("THERE", start_on=date(2026, 6, 1), end_on=None)
            builder.session.add(CampaignTerritory(campaign_id=here, territory_id=north))
            builder.session.add(CampaignTerritory(campaign_id=there, territory_id=builder.territory("S")))
            builder.campaign("ALL", start_on=date(2026, 1, 1), end_on=date(2026, 5, 1))
            builder.campaign("OVER", start_on=date(2026, 1, 1), end_on=date(2026, 4, 30))
            builder.campaign("LATER", start_on=date(2026, 6, 27))
            builder.flag("N", date(2026, 6, 1), FlagKind.COMPLAINT)
            builder.flag("S", date(2026, 6, 1))

        build(database, fill)
        with database.reading() as session:
            found = answers.flag_place(session, scope(), View(period=None, at=AT), code="N")
            flag = answers.inbox(session, scope(), View(period=None, at=AT)).places[0].flags[0]

        assert [(each.name, each.is_everywhere) for each in found.campaigns] == [
            ("ALL", True),
            ("HERE", False),
        ]
        assert [each.kind for each in found.flags] == [FlagKind.COMPLAINT]
        assert insights.place_lines(found, flag)[0].startswith("Nobody was asked in N in any wave")
        assert not any("Shelf" in line for line in insights.place_lines(found, flag)), "no outlets, no shelf"


class TestFromCustomers:
    def test_a_complaint_has_no_k_of_n_unless_it_carries_both(self, database):
        """Two complaints of N, one with 2 of 3 from a file, and none of them about the brand's evidence."""

        def fill(builder):
            builder.flag("N", date(2026, 6, 1), FlagKind.COMPLAINT)
            builder.flag("N", date(2026, 6, 2), FlagKind.COMPLAINT, seen=2, conversations=3)
            builder.flag("N", date(2026, 6, 2), FlagKind.BRAND_WEAK, seen=1, conversations=4)

        build(database, fill)
        with database.reading() as session:
            places = answers.inbox(session, scope(), View(period=None, at=AT)).places
        seen = {each.kind: (each.evidence.seen, each.evidence.conversations) for each in places}

        assert seen == {FlagKind.COMPLAINT: (2, 3), FlagKind.BRAND_WEAK: (1, 4)}
        assert insights.flag_line(places[-1].flags[0]).startswith("Complaint from a customer in N")


class TestWhetherItHelped:
    """Five on both sides: fewer raters, or fewer rated, and a share would be told of a few."""

    @pytest.mark.parametrize(("reps", "marketers", "is_shown"), [(5, 5, True), (4, 5, False), (5, 4, False)])
    def test_shares_are_told_of_five_raters_and_five_rated(self, database, reps, marketers, is_shown):
        def fill(builder):
            builder.flag("N", date(2026, 6, 1))
            for n in range(reps):
                builder.person(f"Rep {n}", Role.REP, Team.SALES)
            for n in range(marketers):
                builder.person(f"Mia {n}", Role.MARKETER, Team.MARKETING)

        build(database, fill)
        with database.reading() as session:
            found = answers.inbox(session, scope(), View(period=None, at=company(session).today))

        assert (found.answers_helped is not None) is is_shown
        assert (found.flags_helped is not None) is is_shown

    def test_what_people_did_is_not_told_as_of_an_earlier_day_or_moment(self, database):
        """Two of them compared, and the trail beside, would tell how one person rated, or how soon."""

        def fill(builder):
            builder.flag("N", date(2026, 6, 1))
            for n in range(5):
                builder.person(f"Rep {n}", Role.REP, Team.SALES)
                builder.person(f"Mia {n}", Role.MARKETER, Team.MARKETING)

        build(database, fill)
        with database.reading() as session:
            of = company(session)
            for asked in ({"at": of.today - timedelta(days=1)}, {"at": of.today, "known": of.now}):
                found = answers.inbox(session, scope(), View(period=None, **asked))
                told = (found.answer_time, found.answers_helped, found.flags_helped)
                assert (told, found.total) == ((None, None, None), 1)
                assert insights.inbox_finding(found).findings[-1].startswith("What people did is shown as it")

    def test_each_person_counts_once_with_the_newest_rating(self, database):
        def fill(builder):
            flag = builder.flag("N", date(2026, 6, 1))
            people = [builder.person(f"Mia {n}", Role.MARKETER, Team.MARKETING) for n in range(6)]
            for n in range(5):
                builder.person(f"Rep {n}", Role.REP, Team.SALES)
            return flag, people

        flag, people = build(database, fill)
        said = list(zip(people, [Rated.HELPED] * 4 + [Rated.DID_NOT_HELP] * 2, strict=True))
        said += [(people[0], Rated.DID_NOT_HELP), (people[1], Rated.UNDONE)]
        with database.writing() as session:
            for person, rated in said:
                mia = Actor(person_id=person, name="Mia", role=Role.MARKETER)
                ratings.rate_flag(session, mia, flag_id=flag, rated=rated)
        with database.reading() as session:
            today = company(session).today
            found = answers.inbox(session, scope(), View(period=None, at=today), person_id=people[0])

        assert (found.flags_helped.value, found.flags_helped.n) == (0.4, 5), "2 of the 5 that stand"
        assert found.places[0].flags[0].flag_rated.rated is Rated.DID_NOT_HELP
