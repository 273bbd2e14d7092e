"""What a page says when there is nothing to show: a sentence and a next step."""

from alignment.insights.finding import Empty
from alignment.metrics.common import Stamp
from alignment.view import View
from alignment.wording import day


def no_data(what: str, stamp: Stamp, view: View, *, path: str) -> Empty:
    """
    Told apart: an empty database, filters that leave nothing, a period without data.

    `path` is the page's own address; the link offered keeps the other filters.
    """
    if stamp.last_fact_on is None:
        return Empty(
            sentence=f"There are no {what} yet.",
            next_step="Bring in an export on the Import page: CSV, Excel or Parquet, as it is.",
            path="/import",
            link="Open the Import page",
        )
    if view.is_filtered and view.period is None:
        return Empty(
            sentence=f"No {what} fit these filters.",
            next_step='Take a filter away: "Clear all filters" is the last of them.',
        )
    if view.is_filtered:
        return Empty(
            sentence=f"No {what} fit these filters in {stamp.period_label}.",
            next_step="Take a filter away, or choose a longer period.",
            path=f"{path}?period=all",
            link="Show all time",
        )
    return Empty(
        sentence=f"No {what} in {stamp.period_label}.",
        next_step=f"The newest data are of {day(stamp.last_fact_on)}. Choose a period up to then.",
        path=f"{path}?period=all",
        link="Show all time",
    )
