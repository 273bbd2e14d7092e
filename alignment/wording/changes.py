"""The parts of a restatement in words: what each cause is called, and its numbers as they are written."""

from alignment.metrics.catalog import Unit
from alignment.metrics.restatement import Cause, RestatementAnswer
from alignment.wording.numerals import difference, value

CAUSES: dict[Cause, str] = {
    Cause.REMOVED: "Removed or merged",
    Cause.LATE: "Came in since",
    Cause.REOPENED: "Reopened or withdrawn",
    Cause.PLACE: "Moved between territories or channels",
    Cause.DATE: "Dated anew",
    Cause.VALUE: "Amount corrected",
}
"""
What a reader calls each part, in the bridge's order. Of a period that was still running at the earlier
moment not all that came in since was late, so it is not called so.
"""


def written(answer: RestatementAnswer, number: int) -> str:
    """A number of the bridge as the metric is written; both parts of a rate are counts."""
    return value(answer.shown(number), _unit(answer), answer.stamp.currency)


def change_of(answer: RestatementAnswer, number: int) -> str:
    """A change with its sign."""
    return difference(answer.shown(number), _unit(answer), answer.stamp.currency)


def _unit(answer: RestatementAnswer) -> Unit:
    return Unit.COUNT if answer.metric.unit is Unit.RATE else answer.metric.unit
