"""
What is planted: every number that the files follow and that a test may look for.

Rates are probabilities that the step ever happens, given the step before; the
files show a little less because young leads are still open. Lags are medians of
log-normal waiting times, in business minutes unless the name says days.
"""

from dataclasses import dataclass, replace

LEADS = 9_000
DEALS = 1_200
DIRECT_DEALS_AT_LEAST = 20

WEAK = "DE.SN"
SMALL_SAMPLE = "DE.HB"
SLOW_FROM_WEEK = 66  # 2026-W14
OVERPROMISED = "C09"
STRONG_CAMPAIGN = "C06"
LIFT_CAMPAIGN = "C14"

QUALIFIED, ACCEPTED, SALES_QUALIFIED, OPPORTUNITY, WIN = 0.46, 0.835, 0.615, 0.64, 0.27
SPREAD = 0.8  # sigma of the logarithm of all step lags
ANSWER_SPREAD = 1.0
DAYS_TO_QUALIFIED = 3
MINUTES_TO_ACCEPTED = 600
MINUTES_TO_SALES_QUALIFIED = 7 * 480
MINUTES_TO_OPPORTUNITY = 8 * 480
DAYS_TO_WON, DAYS_TO_LOST, DEAL_SPREAD = 42, 32, 0.55
NEVER_CLOSED = 0.05
COMES_BACK = 0.45  # of the recycled


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How leads of one kind fare. Probabilities 0 to 1, given the step before."""

    qualified: float = QUALIFIED
    win: float = WIN
    days_to_lost: int = DAYS_TO_LOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """First human answer to a qualified lead: business minutes of the answered, share never answered."""

    median_minutes: int
    never: float


USUAL_ANSWER = Answering(median_minutes=225, never=0.08)
SLOW_ANSWER = Answering(median_minutes=490, never=0.20)

CHANNEL_QUALIFIED = {
    "Paid search": 0.02,
    "Paid social": -0.05,
    "Webinar": 0.03,
    "Trade fair": 0.02,
    "Partner": 0.06,
    "Website": -0.02,
}
CHANNEL_WIN = {"Partner": 0.05, "Paid social": -0.03}


def odds(*, territory: str, channel: str, campaign: str) -> Odds:
    """The planted odds of a lead. The over-promised campaign's story beats the weak territory's."""
    base = Odds(
        qualified=QUALIFIED + CHANNEL_QUALIFIED[channel],
        win=WIN + CHANNEL_WIN.get(channel, 0.0),
    )
    if campaign == OVERPROMISED:
        return Odds(qualified=0.18, win=0.08, days_to_lost=11)
    if territory == WEAK:
        return replace(base, qualified=0.29, win=0.13)
    if campaign == STRONG_CAMPAIGN:
        return replace(base, qualified=0.62, win=0.42)
    return base


def answering(*, parent: str, week: int) -> Answering:
    """How the team of the parent territory answers leads that were qualified in the week."""
    return SLOW_ANSWER if parent == "NORTH" and week >= SLOW_FROM_WEEK else USUAL_ANSWER
