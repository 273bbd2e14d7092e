"""The two goals both teams answer for, every version of their targets, and who signed which."""

from dataclasses import dataclass
from datetime import date

from .clock import moment, stamp
from .staff import MARKETING_HEAD, SALES_HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    One version of a goal's target, in hundredths (cents of a EUR, hundredths of a share).

    Signatures are moments; None = not signed. The version is exported from the first of them on.
    """

    code: str
    name: str
    metric: str
    start: date
    end: date
    target: int
    valid_from: date
    reason: str
    signed_sales: int | None
    signed_marketing: int | None

    @property
    def recorded(self) -> int:
        return min(at for at in (self.signed_sales, self.signed_marketing) if at is not None)

    def signatures(self) -> list[tuple[int, dict[str, str]]]:
        """(moment, entry of the manifest), in order of time."""
        pairs = (
            ("sales", SALES_HEAD, self.signed_sales),
            ("marketing", MARKETING_HEAD, self.signed_marketing),
        )
        return sorted(
            (
                (
                    at,
                    {
                        "goal": self.code,
                        "valid_from": self.valid_from.isoformat(),
                        "team": team,
                        "person_id": person,
                        "signed_at": stamp(at),
                    },
                )
                for team, person, at in pairs
                if at is not None
            ),
            key=lambda pair: pair[0],
        )


_QUARTER_ENDS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}


def _revenue(
    quarter: str,
    euros: int,
    *,
    sales: int | None,
    marketing: int | None,
    reason: str,
    valid_from: date | None = None,
) -> Target:
    year, number = int(quarter[:4]), int(quarter[-1])
    start = date(year, 3 * number - 2, 1)
    return Target(
        code=f"REV-{quarter}",
        name=f"Won revenue {year} Q{number}",
        metric="won_revenue",
        start=start,
        end=date(year, *_QUARTER_ENDS[number]),
        target=euros * 100,
        valid_from=valid_from or start,
        reason=reason,
        signed_sales=sales,
        signed_marketing=marketing,
    )


def _awareness(year: int, percent: int, *, sales: int, marketing: int) -> Target:
    return Target(
        code=f"AWARE-{year}",
        name=f"Aided awareness end of {year}",
        metric="aided_awareness",
        start=date(year, 1, 1),
        end=date(year, 12, 31),
        target=percent,
        valid_from=date(year, 1, 1),
        reason="Yearly plan",
        signed_sales=sales,
        signed_marketing=marketing,
    )


def _signed_on(quarter: str, euros: int, day: date, reason: str = "First target of the quarter") -> Target:
    """Signed by sales at 10:20 and by marketing at 15:40 of the day."""
    return _revenue(quarter, euros, sales=moment(day, 10, 20), marketing=moment(day, 15, 40), reason=reason)


TARGETS: tuple[Target, ...] = (
    _awareness(2025, 40, sales=moment(date(2025, 1, 8), 11, 5), marketing=moment(date(2025, 1, 7), 14, 30)),
    _awareness(
        2026, 43, sales=moment(date(2025, 12, 18), 9, 50), marketing=moment(date(2025, 12, 17), 16, 10)
    ),
    _signed_on("2025Q1", 300_000, date(2025, 1, 8), "First quarter with the new CRM"),
    _signed_on("2025Q2", 1_000_000, date(2025, 3, 20)),
    _signed_on("2025Q3", 1_050_000, date(2025, 6, 19)),
    _signed_on("2025Q4", 1_150_000, date(2025, 9, 18)),
    _signed_on("2026Q1", 1_250_000, date(2025, 12, 17)),
    _signed_on("2026Q2", 1_700_000, date(2026, 3, 19)),
    _revenue(
        "2026Q2",
        1_600_000,
        valid_from=date(2026, 5, 11),
        sales=moment(date(2026, 5, 7), 11, 15),
        marketing=moment(date(2026, 5, 11), 9, 40),
        reason="Two hotel groups moved their tenders to the autumn",
    ),
    _revenue(
        "2026Q3",
        1_750_000,
        sales=None,
        marketing=moment(date(2026, 6, 24), 14, 5),
        reason="Quarter plan, includes the campaign in Saxony",
    ),
)
