"""
Orders and what became of them: strike rate (48), lines per productive call (49), on time in full (52).

Strike rate and lines per call measure what employees did and stand under the rule of
small cells; whether an order arrived in time is a measure of the supply.
"""

from dataclasses import dataclass

from alignment.metrics.common import Outcome
from alignment.metrics.rates import share
from alignment.metrics.sums import Sums
from alignment.stats import NotEnoughData
from alignment.stats.ratios import mean_of_counts

NOTHING_DUE = "no order was due"
NO_VISITS = "no visit to an open outlet is known"
NO_ORDER = "no visit brought an order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Sums):
    """
    Orders by what became of them. `due` is the sum of the four after it; `unpromised` are beside it.
    `unmatched` are deliveries that fit no product of their order; an order with no other is `part`.

    A part is held against its own promised day; an order is on time when all of it is, and split
    deliveries are complete with the last of them.
    """

    due: int = 0
    on_time: int = 0
    late: int = 0
    part: int = 0
    never: int = 0
    unpromised: int = 0
    unmatched: int = 0

    @property
    def on_time_in_full(self) -> Outcome:
        """Of the orders that were due, those that had arrived complete by the promised day."""
        return share(self.on_time, self.due, nobody=NOTHING_DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls(Sums):
    """
    Visits of outlets that were open, and what was ordered at them.

    Beside them: visits to outlets that were `closed` by then, and orders that came by
    `phone`, in another way (`elsewhere`), or on a day without a visit (`unvisited`).
    """

    visits: int = 0
    productive: int = 0
    lines: int = 0
    line_squares: int = 0
    closed: int = 0
    phone: int = 0
    elsewhere: int = 0
    unvisited: int = 0

    @property
    def strike_rate(self) -> Outcome:
        """Of the visits, those with an order."""
        return share(self.productive, self.visits, nobody=NO_VISITS)

    @property
    def lines_per_call(self) -> Outcome:
        """Order lines of a visit that brought an order; without one there is no such number, not 0."""
        if not self.productive:
            return NotEnoughData(reason=NO_ORDER, n=0)
        return mean_of_counts(self.productive, self.lines, squares=self.line_squares)
