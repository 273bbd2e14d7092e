"""True awareness by territory and wave, and the interviews drawn from it."""

from dataclasses import dataclass
from datetime import date, timedelta

from .chance import Stream
from .clock import export_moment, moment
from .country import LAENDER, Land
from .story import SMALL_SAMPLE, WEAK


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Fieldwork days (both included) and the sample's week in whose export the agency's file came."""

    code: str
    start: date
    end: date
    delivered_week: int

    @property
    def recorded(self) -> int:
        """Delivered on Friday at noon."""
        return export_moment(self.delivered_week) - 240


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyCell:
    """
    One territory in one wave.

    `truth` is the planted share (0 to 1). `asked`, `aware`: interviews. Weights
    are hundredths: `sum_w` and `sum_wy` in 1/100, `sum_w2` in 1/10,000.
    """

    wave: str
    territory: str
    stratum: str
    truth: float
    asked: int
    aware: int
    sum_w: int
    sum_w2: int
    sum_wy: int


def _wave(code: str, start: date, delivered_week: int) -> Wave:
    return Wave(code=code, start=start, end=start + timedelta(days=13), delivered_week=delivered_week)


WAVES = (
    _wave("2025Q1", date(2025, 2, 10), 10),
    _wave("2025Q2", date(2025, 5, 12), 23),
    _wave("2025Q3", date(2025, 8, 18), 37),
    _wave("2025Q4", date(2025, 11, 10), 49),
    _wave("2026Q1", date(2026, 2, 9), 62),
    _wave("2026Q2", date(2026, 5, 25), 77),
)
NEXT_WAVES = (_wave("2026Q3", date(2026, 8, 24), 90), _wave("2026Q4", date(2026, 11, 16), 103))
ALL_WAVES = WAVES + NEXT_WAVES

# In thousandths. The last two follow only after the campaign in the weak territory (--next).
WEAK_PATH = (130, 125, 120, 110, 105, 100, 220, 225)
SMALL_PATH = (330,) * 8
LOWEST, HIGHEST = 280, 550
LEVEL = {"large": (360, 500), "middle": (330, 480), "small": (330, 500)}
INTERVIEWS = {"large": (120, 160), "middle": (80, 115), "small": (22, 45)}
INTERVIEWS_OF = {WEAK: (96, 112), SMALL_SAMPLE: (7, 9), "DE.SL": (15, 24)}


def awareness_path(seed: int, land: Land) -> tuple[int, ...]:
    """True awareness in thousandths, one per wave of `ALL_WAVES`: a level, a slow trend, small steps."""
    if land.code == WEAK:
        return WEAK_PATH
    if land.code == SMALL_SAMPLE:
        return SMALL_PATH
    stream = Stream(seed, f"awareness/{land.code}")
    level, trend, path = stream.whole(*LEVEL[land.stratum]), stream.whole(-4, 9), []
    for _ in ALL_WAVES:
        path.append(min(max(level, LOWEST), HIGHEST))
        level += trend + stream.whole(-6, 6)
    return tuple(path)


def interview(stream: Stream, land: Land, wave: Wave, truth: int) -> SurveyCell:
    """Ask the territory's sample. Weights do not depend on the answer: weighted shares are unbiased."""
    asked = stream.whole(*INTERVIEWS_OF.get(land.code, INTERVIEWS[land.stratum]))
    aware = sum_w = sum_w2 = sum_wy = 0
    for _ in range(asked):
        weight = stream.whole(70, 140)
        knows = stream.chance(truth / 1000)
        sum_w += weight
        sum_w2 += weight * weight
        if knows:
            aware += 1
            sum_wy += weight
    return SurveyCell(
        wave=wave.code,
        territory=land.code,
        stratum=land.stratum,
        truth=truth / 1000,
        asked=asked,
        aware=aware,
        sum_w=sum_w,
        sum_w2=sum_w2,
        sum_wy=sum_wy,
    )


def survey_cells(seed: int, waves: tuple[Wave, ...] = WAVES) -> list[SurveyCell]:
    """One cell per wave and territory, in order of waves, then codes."""
    paths = {land.code: awareness_path(seed, land) for land in LAENDER}
    return [
        interview(
            Stream(seed, f"survey/{wave.code}/{land.code}"),
            land,
            wave,
            paths[land.code][ALL_WAVES.index(wave)],
        )
        for wave in waves
        for land in LAENDER
    ]


def waves_known(until: int) -> list[Wave]:
    """Waves whose file had been delivered by the moment."""
    return [wave for wave in ALL_WAVES if wave.recorded <= until and moment(wave.end) < until]
