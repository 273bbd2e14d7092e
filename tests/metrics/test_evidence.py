"""What the data say about a flag: on companies of six territories, and on kinds that nothing tests."""

import numpy as np
import pandas as pd
import pytest

from alignment.metrics.evidence import (
    REP_WEIGHT,
    WOULD_TELL,
    Report,
    Verdict,
    brand_weak,
    counted_once,
    untested,
)
from alignment.vocabulary import FlagKind

NO_DEALS = pd.DataFrame(columns=["territory_id", "segment_id", "product_id", "won", "lost"], dtype="int64")


def cells(*counts: tuple[int, int], stratum: str | None = "middle") -> pd.DataFrame:
    """Territories 1, 2 ... with (yes, asked)."""
    yes, asked = zip(*counts, strict=True)
    frame = pd.DataFrame({"asked": asked, "yes": yes, "stratum": stratum, "population": 1_000_000})
    frame.index = pd.Index(range(1, len(counts) + 1))
    return frame.assign(sum_w=frame["asked"] * 1.0, sum_w2=frame["asked"] * 1.0, sum_wy=frame["yes"] * 1.0)


def deals(*rows: tuple[int, int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NO_DEALS.columns)


OTHERS = (
    (39, 112), (38, 115), (39, 86), (39, 98), (67, 130), (76, 153), (53, 120), (47, 121),
    (14, 27), (14, 33), (12, 30),
)  # fmt: skip


def test_the_truly_weak_territory_is_supported():
    found = brand_weak(1, cells((8, 107), *OTHERS), NO_DEALS, [])

    assert found.verdict is Verdict.SUPPORTED
    assert found.awareness.p_below > 0.99
    assert (found.asked, found.interviews_needed) == (107, None)


def test_none_of_eight_is_not_enough_and_says_how_many_more():
    """The sample's Bremen: 0 of 8 looks worst of all and says nothing."""
    found = brand_weak(1, cells((0, 8), *OTHERS), NO_DEALS, [])

    assert found.verdict is Verdict.NOT_ENOUGH
    assert found.awareness.log_factor > 1, "it does look weak"
    assert 5 <= found.interviews_needed <= 60


def test_a_strong_territory_is_not_supported_whatever_one_rep_heard():
    reports = [Report(conversation_set="a", seen=3, conversations=3)]

    assert brand_weak(1, cells((70, 110), *OTHERS), NO_DEALS, reports).verdict is Verdict.NOT_SUPPORTED


def test_reps_alone_support_nothing():
    """However many conversations: whom a rep meets is no sample."""
    reports = [Report(conversation_set="a", seen=400, conversations=400)]
    found = brand_weak(1, cells((0, 0), *OTHERS), NO_DEALS, reports)

    assert found.verdict is Verdict.NOT_ENOUGH


def test_a_conversation_weighs_a_fifth_of_an_interview():
    """Ten conversations, seven without the brand: three fifths of an interview know it, of two."""
    reports = [Report(conversation_set="a", seen=7, conversations=10)]
    found = brand_weak(1, cells((20, 60), *OTHERS), NO_DEALS, reports)

    assert REP_WEIGHT == 0.2
    assert (found.awareness.successes, found.awareness.trials) == pytest.approx((20.6, 62))


def test_one_set_of_conversations_counts_once():
    """Two reps who were at the same table, and one who says it twice on one day."""
    reports = [
        Report(conversation_set="flag 1", seen=3, conversations=5),
        Report(conversation_set="flag 1", seen=3, conversations=5),
        Report(conversation_set="Bo, 4 May", seen=1, conversations=4),
        Report(conversation_set="Bo, 4 May", seen=2, conversations=6),
    ]

    assert counted_once(reports) == (5, 11)


def test_the_win_rate_is_compared_with_what_the_own_mix_wins_elsewhere():
    """
    Segment 1 wins 20 % everywhere, segment 2 wins 60 %. Territory 1 sells to segment 1
    alone and wins 20 %: against everybody it looks weak, against its mix it is not.
    """
    elsewhere = [
        (place, segment, 1, won, 100 - won) for place in (2, 3, 4) for segment, won in ((1, 20), (2, 60))
    ]
    found = brand_weak(1, cells((40, 100), *OTHERS), deals((1, 1, 1, 20, 80), *elsewhere), [])

    assert found.win_rate.expected == pytest.approx(0.20, abs=0.02)
    assert found.win_rate.log_factor < 0


def test_both_parts_add_up():
    """The hypotheses are about both; given them, interviews and deals are different people."""
    low = [(1, 1, 1, 5, 95), *((place, 1, 1, 30, 70) for place in (2, 3, 4, 5))]
    found = brand_weak(1, cells((20, 80), *OTHERS), deals(*low), [])

    assert found.win_rate.log_factor > 0
    assert found.log_factor == pytest.approx(found.awareness.log_factor + found.win_rate.log_factor)


def test_without_a_survey_it_says_what_would_tell():
    found = brand_weak(1, cells((0, 0), (0, 0)), NO_DEALS, [])

    assert (found.verdict, found.interviews_needed) == (Verdict.NOT_ENOUGH, None)
    assert "survey" in found.would_tell


@pytest.mark.parametrize("kind", [kind for kind in FlagKind if kind is not FlagKind.BRAND_WEAK])
def test_every_other_kind_says_what_would_tell(kind):
    found = untested(kind, [])

    assert found.verdict is Verdict.NOT_ENOUGH
    assert found.would_tell == WOULD_TELL[kind]


class TestWorlds:
    """
    Countries of sixteen territories, as large as the sample's; the first is flagged.

    Shares are Beta with mean .40, worth 60 interviews, so that territories differ as they do.
    """

    SIZES = (8, 17, 30, 35, 100, 115, 130, 150)

    def supported(self, share: float | None, worlds: int) -> float:
        """How often, with the flagged territory's share planted, or drawn like the others (None)."""
        rng = np.random.default_rng(5)
        found = []
        for _ in range(worlds):
            shares = rng.beta(24, 36, 16)
            shares[0] = shares[0] if share is None else share
            n = np.concatenate([[rng.integers(60, 120)], rng.choice(self.SIZES, 15)])
            world = cells(*zip(rng.binomial(n, shares).tolist(), n.tolist(), strict=True), stratum=None)
            found.append(brand_weak(1, world, NO_DEALS, []).verdict is Verdict.SUPPORTED)
        return float(np.mean(found))

    def test_a_planted_weak_territory_is_supported(self):
        """Methods M10: at least 80 % when power says so. 92 % over 150 worlds."""
        assert self.supported(0.10, 20) >= 0.80

    def test_a_territory_like_the_others_is_not(self):
        """Methods M10: at most 5 % where nothing is planted. 0.7 % over 150 worlds."""
        assert self.supported(None, 30) <= 0.05
