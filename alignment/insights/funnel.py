"""The funnel in words: what changed beyond chance, where fewest pass, what is still open."""

from alignment.insights.empty import no_data
from alignment.insights.finding import NOT_COMPARED, Empty, Finding
from alignment.insights.left_out import left_out_lines
from alignment.metrics.common import Stamp
from alignment.metrics.funnel import FunnelAnswer, FunnelStep, OpenDeals, RecordsPage
from alignment.stats import Estimate, newcombe_difference
from alignment.view import Basis, View
from alignment.vocabulary import Exit, Stage, label
from alignment.wording import as_of, count, day, listed, money, plural, points, rough, rough_interval

LEVEL = 0.99
"""Five steps are looked at in once; at 99 % a quiet funnel speaks up in fewer than one week of twenty."""

SMALL = 30
"""metrics.md: below 30 a rate is not to be read alone."""

_UNITS = {Stage.LEAD: "lead", Stage.OPPORTUNITY: "opportunity"}


def unit_word(answer: FunnelAnswer, number: int) -> str:
    """'1,502 leads', '8,800 opportunities': the funnel's units are named after its first stage."""
    word = _UNITS.get(answer.stages[0], "unit")
    return plural(number, word, "opportunities" if word == "opportunity" else None)


def funnel_finding(answer: FunnelAnswer) -> Finding:
    """What the funnel says, for both teams."""
    return Finding(
        headline=_changed(answer) or _quiet(answer),
        title=_narrowest(answer),
        subtitle=_subtitle(answer),
        alt=_alt(answer),
        findings=tuple(_others(answer)),
    )


def _changed(answer: FunnelAnswer) -> str | None:
    """The step that moved most beyond chance; cohorts only: period counts are no shares of each other."""
    if answer.basis is not Basis.COHORT:
        return None
    moved = [
        change for at in range(1, len(answer.steps)) if (change := _change(answer.steps[at - 1 : at + 1]))
    ]
    if not moved:
        return None
    step, difference = max(moved, key=lambda found: abs(found[1].value))
    now, before = step.step_rate, step.step_rate_before
    if not isinstance(now, Estimate) or not isinstance(before, Estimate):
        return None
    direction = "fell" if difference.value < 0 else "rose"
    return (
        f"The step to {label(step.stage).lower()} {direction} to {rough(now)} from {rough(before)}: "
        f"{points(difference.value)}, more than chance would explain"
    )


def _change(pair: tuple[FunnelStep, ...]) -> tuple[FunnelStep, Estimate] | None:
    """The difference of a step rate to the cohort before, if its interval leaves out zero."""
    first, second = pair
    if not first.entered or not first.entered_before or second.entered_before is None:
        return None
    difference = newcombe_difference(
        before=(second.entered_before, first.entered_before),
        after=(second.entered, first.entered),
        level=LEVEL,
    )
    if not isinstance(difference, Estimate) or difference.low <= 0 <= difference.high:
        return None
    return second, difference


def _quiet(answer: FunnelAnswer) -> str:
    last = answer.steps[-1]
    rate = last.rate_from_start
    are = _stand(answer.steps[0].entered, "is", "are")
    won = f"{count(last.entered)} of {unit_word(answer, answer.steps[0].entered)} {are} won so far"
    if answer.basis is Basis.PERIOD:
        came = unit_word(answer, answer.steps[0].entered)
        return f"{plural(last.entered, 'deal')} won and {came} came in the period"
    sure = f" ({rough(rate)}, {rough_interval(rate)})" if isinstance(rate, Estimate) else ""
    if answer.steps[0].entered_before is None:
        return f"{won}{sure}"
    return f"{won}{sure}; no step changed more than chance would explain"


def _narrowest(answer: FunnelAnswer) -> str:
    known = [(step, step.step_rate) for step in answer.steps[1:] if isinstance(step.step_rate, Estimate)]
    if not known:
        return f"{unit_word(answer, answer.steps[0].entered)}, none further yet"
    step, rate = min(known, key=lambda found: found[1].value)
    so_far = " so far" if answer.basis is Basis.COHORT else ""
    return (
        f"Fewest pass the step to {label(step.stage).lower()}: {rough(rate)}{so_far} ({rough_interval(rate)})"
    )


def _subtitle(answer: FunnelAnswer) -> str:
    stamp = answer.stamp
    if answer.basis is Basis.PERIOD:
        what = f"First entries into each stage, {stamp.period_label}"
    else:
        came = unit_word(answer, answer.steps[0].entered)
        when = "of all time" if stamp.period_text == "all" else f"created {stamp.period_label}"
        what = f"{came} {when}, followed to {day(stamp.at)}"
    tick = ""
    if stamp.compared_label:
        age = ", followed for as long" if answer.before_at else ""
        tick = f"; tick: {stamp.compared_label}{age}"
    return f"{what}{tick}. {as_of(stamp)}"


def _alt(answer: FunnelAnswer) -> str:
    bars = ", ".join(f"{label(step.stage).lower()} {count(step.entered)}" for step in answer.steps)
    return f"Funnel, {answer.stamp.period_label}: {bars}."


def _others(answer: FunnelAnswer) -> list[str]:
    sentences = [NOT_COMPARED] if answer.is_uncompared else []
    sentences += left_out_lines(answer.left_out)
    came = answer.steps[0].entered
    if 0 < came < SMALL:
        sentences.append(
            f"{unit_word(answer, came)} {_stand(came, 'is', 'are')} few: read the counts, not the rates. "
            "A longer period or another export tells more."
        )
    waiting = [step for step in answer.steps if step.still_open]
    if waiting:
        most = max(waiting, key=lambda step: step.still_open or 0)
        total = sum(step.still_open or 0 for step in waiting)
        sentences.append(
            f"{count(total)} {_stand(total, 'is', 'are')} still open, most at "
            f"{label(most.stage).lower()} ({count(most.still_open)}): the rates can only rise."
        )
    if answer.exits:
        sentences.append(f"Left so far: {_exits(answer.exits)}.")
    deals = answer.open_deals
    if deals is not None and (deals.count or deals.undated):
        sentences.append(_open_deals(deals, answer.stamp))
    if answer.undated:
        sentences.append(
            f"{unit_word(answer, answer.undated)} without a date {_stand(answer.undated)} in all time "
            "and in no week."
        )
    if answer.direct and answer.stages[0] is Stage.LEAD:
        sentences.append(
            f"{plural(answer.direct, 'deal')} came without a lead and "
            f"{_stand(answer.direct, 'counts', 'count')} as having passed the stages before."
        )
    if answer.not_assigned:
        sentences.append(
            f"{unit_word(answer, answer.not_assigned)} without a territory are outside this filter."
        )
    if answer.won_without_amount:
        sentences.append(
            f"{plural(answer.won_without_amount, 'won deal')} without a known amount: in the counts, "
            "not in the money."
        )
    return sentences


def _exits(exits: dict[Exit, int]) -> str:
    return listed([f"{count(number)} {label(exit).lower()}" for exit, number in exits.items()], most=5)


def _open_deals(deals: OpenDeals, stamp: Stamp) -> str:
    undated = f"; {count(deals.undated)} more have no opening date" if deals.undated else ""
    return f"Open on {day(stamp.at)}: {plural(deals.count, 'deal')}{_worth(deals, stamp)}{undated}."


def _worth(deals: OpenDeals, stamp: Stamp) -> str:
    if deals.without_amount == deals.count:
        return ", none of them with an amount" if deals.count else ""
    without = f", {count(deals.without_amount)} of them without an amount" if deals.without_amount else ""
    return f" worth {money(deals.amount_minor, stamp.currency, compact=True)}{without}"


def _stand(number: int, one: str = "stands", many: str = "stand") -> str:
    return one if number == 1 else many


def funnel_empty(answer: FunnelAnswer, view: View) -> Empty:
    """Why the funnel is empty, and the next step."""
    return no_data("leads or deals", answer.stamp, view, path="/funnel")


def records_line(page: RecordsPage) -> str:
    """'1 to 50 of 230 records', and what lies outside the reader's territories."""
    if not page.total:
        return "No records that your role may see."
    last = page.first + len(page.records) - 1
    elsewhere = f"; {count(page.elsewhere)} more lie outside your territories" if page.elsewhere else ""
    return f"{count(page.first)} to {count(last)} of {plural(page.total, 'record')}{elsewhere}"
