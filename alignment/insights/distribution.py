"""Orders, deliveries and the shelf in words: what arrived in time, and what was ordered at visits."""

from alignment.insights.empty import no_data
from alignment.insights.finding import Empty, Finding
from alignment.insights.hidden import why_hidden
from alignment.metrics.distribution import DistributionAnswer
from alignment.metrics.orders import Calls, Service
from alignment.stats import Estimate
from alignment.view import View
from alignment.wording import count, day, decimal, listed, plural, rough, rough_interval

PATH = "/distribution"
CALLS_RULE = (
    "An outlet and day each. A territory of its own only where at least five representatives work and as "
    "many are left beside it; no filter but the period narrows these."
)

CHOOSE_PRODUCT = "Another product for the shelf is chosen under More."


def distribution_empty(answer: DistributionAnswer, view: View) -> Empty:
    """No outlets at all, or none of their facts in the view."""
    if not answer.has_outlets:
        return Empty(
            sentence="This company sells through no outlets so far.",
            next_step="Import a table of outlets, of their orders or of what they sell; until then this page "
            "stays out of the menu.",
            path="/import",
            link="Open the Import page",
        )
    empty = no_data("sales, visits or orders of outlets", answer.stamp, view, path=PATH)
    if answer.last_trade_on is None or view.period is None or view.is_filtered:
        return empty
    return Empty(
        sentence=empty.sentence,
        next_step=f"The newest are of {day(answer.last_trade_on)}. Choose a period up to then.",
        path=empty.path,
        link=empty.link,
    )


def distribution_finding(answer: DistributionAnswer) -> Finding:
    """The headline is what became of the orders; where none was due, what the shelf shows."""
    return Finding(
        headline=_headline(answer),
        title="",
        subtitle="",
        alt="",
        findings=tuple(_lines(answer)),
    )


def _headline(answer: DistributionAnswer) -> str:
    service, found = answer.whole.service, answer.whole.service.on_time_in_full
    if isinstance(found, Estimate):
        orders = plural(service.due, "order")
        return (
            f"{count(service.on_time)} of {orders} due arrived complete and in time ({rough_interval(found)})"
        )
    if answer.is_filtered:  # visits are those of the whole company
        return "No order was due here: the shelf is below"
    if answer.calls and isinstance(rate := answer.calls[0].calls.strike_rate, Estimate):
        calls = answer.calls[0].calls
        visits = plural(calls.visits, "visit")
        return f"{count(calls.productive)} of {visits} brought an order ({rough_interval(rate)})"
    return "No order was due and no visit is shown: the shelf is below"


def _lines(answer: DistributionAnswer) -> list[str]:
    lines = _of_service(answer.whole.service)
    lines += _of_calls(answer)
    if answer.names:
        found = ", which sold most (of what visits looked at)"
        lines.append(f"The shelf is that of {listed(list(answer.names))}{'' if answer.is_chosen else found}.")
    if answer.whole.counted.oldest:
        lines.append(
            f"Stores were counted in {plural(answer.whole.counted.outlets, 'outlet')}; the oldest of the "
            f"last counts is of {day(answer.whole.counted.oldest)}."
        )
    return lines


def _of_service(service: Service) -> list[str]:
    parts = [
        f"{count(n)} {words}"
        for n, words in (
            (service.late, "complete and late"),
            (service.part, "in part"),
            (service.never, "not at all"),
        )
        if n
    ]
    lines = [f"Of the other orders due, {listed(parts)}."] if parts else []
    if service.unpromised:
        lines.append(
            f"{plural(service.unpromised, 'order')} of the period without a promised day: never due, in "
            "no rate."
        )
    if service.unmatched:
        lines.append(
            f"{plural(service.unmatched, 'delivery fits', 'deliveries fit')} no single product of the order: "
            "it completes none, and an order with no other counts as in part."
        )
    return lines


def _of_calls(answer: DistributionAnswer) -> list[str]:
    if answer.calls_hidden is not None:
        return [why_hidden("What visits brought", answer.calls_hidden)]
    if not answer.calls:
        return []
    calls, where = answer.calls[0].calls, " in the whole company" if answer.is_filtered else ""
    lines = []
    if isinstance(rate := calls.strike_rate, Estimate) and isinstance(each := calls.lines_per_call, Estimate):
        lines.append(
            f"{rough(rate)} of {plural(calls.visits, 'visit')}{where} brought an order "
            f"({rough_interval(rate)}), of "
            f"{decimal(each.value, places=1)} lines each ({decimal(each.low, places=1)} to "
            f"{decimal(each.high, places=1)})."
        )
    return lines + _beside(calls, where)


def _beside(calls: Calls, where: str) -> list[str]:
    parts = [
        f"{count(n)} {words}"
        for n, words in (
            (calls.phone, "by phone"),
            (calls.elsewhere, "in another way"),
            (calls.unvisited, "on a day without a visit"),
        )
        if n
    ]
    lines = [f"Orders{where} that no visit brought: {listed(parts)}."] if parts else []
    if calls.closed:
        lines.append(f"{plural(calls.closed, 'visit')}{where} to outlets that were closed: not counted.")
    return lines
