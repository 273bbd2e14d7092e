"""Goals in words: status, signatures, what is still required."""

from alignment.metrics.goals import GoalStatus

_STATUS = {
    GoalStatus.REACHED: "Reached",
    GoalStatus.ON_TRACK: "On track",
    GoalStatus.AT_RISK: "At risk",
    GoalStatus.OFF_TRACK: "Off track",
    GoalStatus.NOT_STARTED: "Not started",
    GoalStatus.NOT_AGREED: "Not agreed by both",
    GoalStatus.UNKNOWN: "Not known yet",
}


def status_words(status: GoalStatus) -> str:
    """The status as two words that stand beside its shape."""
    return _STATUS[status]
