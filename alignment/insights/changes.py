"""What changed of a past period since an earlier moment, in words: which cause, and how much."""

from datetime import datetime

from alignment.insights.empty import no_data
from alignment.insights.finding import Empty, Finding
from alignment.metrics.catalog import CATALOG
from alignment.metrics.restatement import Cause, Part, RestatementAnswer
from alignment.view import View
from alignment.wording import count, plural, recorded_day
from alignment.wording.changes import CAUSES, change_of, written

RESTATED_LABELS: dict[str, str] = {
    slug: CATALOG[slug].label
    for slug in (
        "won_revenue",
        "won_deals",
        "win_rate",
        "open_pipeline",
        "leads",
        "marketing_qualified",
        "sales_accepted",
        "sales_qualified",
        "opportunities",
        "spend",
    )
}
"""Numbers whose change is told by records."""

WEEKS_AGO: dict[int, str] = {
    1: "a week ago",
    2: "two weeks ago",
    4: "four weeks ago",
    13: "a quarter ago (13 weeks)",
    26: "half a year ago (26 weeks)",
}


def changes_finding(answer: RestatementAnswer) -> Finding:
    """The headline tells the change and its largest part; the parts add up to it exactly."""
    bridge = answer.bridge
    since = _since(answer)
    return Finding(
        headline=_headline(answer, since),
        title=f"{answer.metric.label} of {answer.stamp.period_label}: what changed since {since}",
        subtitle=(
            f"{written(answer, bridge.before)} as known on {since}, "
            f"{written(answer, bridge.after)} now; exact"
        ),
        alt=_alt(answer),
        findings=tuple(_others(answer)),
        slide_title=f"{answer.metric.label}, what changed since {since}",
    )


def changes_empty(answer: RestatementAnswer, view: View) -> Empty:
    """Nothing of the period changed: that is a finding, and an earlier moment may tell more."""
    if answer.stamp.last_fact_on is None:
        return no_data("leads or deals", answer.stamp, view, path="/changes")
    what = f"{answer.metric.label} of {answer.stamp.period_label}"
    return Empty(
        sentence=f"{what} is as it was known on {_since(answer)}: {written(answer, answer.bridge.after)}",
        next_step="No record of this period came late, was corrected or went away since. Choose an earlier "
        "moment, another number, or another period."
        if view.period is not None
        else "No record came, was corrected or went away since. Choose an earlier moment or another number.",
    )


def _since(answer: RestatementAnswer) -> str:
    """The day at whose beginning the number is looked back at."""
    return recorded_day(datetime.fromisoformat(answer.since), answer.stamp.zone)


def _headline(answer: RestatementAnswer, since: str) -> str:
    bridge, label = answer.bridge, answer.metric.label
    if answer.denominator is not None:
        now, then = (
            _rate(bridge.after, answer.denominator.after),
            _rate(bridge.before, answer.denominator.before),
        )
        return f"{label} of {answer.stamp.period_label} is {now}, and was {then} as known on {since}"
    if bridge.change == 0:
        return f"{label} of {answer.stamp.period_label} came out even: {_parts(answer, bridge.parts)}"
    if not bridge.before and {part.cause for part in bridge.parts} == {Cause.LATE}:
        return (
            f"{label} of {answer.stamp.period_label} came in after {since}, all of it: "
            f"{written(answer, bridge.after)}"
        )
    largest = max(bridge.parts, key=lambda part: abs(part.change))
    return (
        f"{label} of {answer.stamp.period_label}: {change_of(answer, bridge.change)} since {since}; "
        f"{CAUSES[largest.cause].lower()} {change_of(answer, largest.change)}"
    )


def _rate(yes: int, n: int) -> str:
    return f"{count(yes)} of {count(n)}" if n else "of nothing yet"


def _parts(answer: RestatementAnswer, parts: tuple[Part, ...]) -> str:
    return ", ".join(f"{CAUSES[part.cause].lower()} {change_of(answer, part.change)}" for part in parts)


def _alt(answer: RestatementAnswer) -> str:
    return (
        f"From {written(answer, answer.bridge.before)} to {written(answer, answer.bridge.after)}: "
        f"{_parts(answer, answer.bridge.parts) or 'no change'}."
    )


def _others(answer: RestatementAnswer) -> list[str]:
    sentences = []
    if answer.denominator is not None and answer.denominator.parts:
        sentences.append(
            f"What it is divided by went from {count(answer.denominator.before)} to "
            f"{count(answer.denominator.after)}: {_parts(answer, answer.denominator.parts)}."
        )
    if answer.hidden:
        sentences.append(
            f"{plural(answer.hidden, 'record')} in the parts {'is' if answer.hidden == 1 else 'are'} of "
            "territories whose records your role does not see; the parts count them."
        )
    return sentences
