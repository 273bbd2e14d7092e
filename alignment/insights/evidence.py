"""What the data say about a flag, in words."""

from alignment.metrics.evidence import REP_WEIGHT, Evidence, Tested, Verdict
from alignment.wording import count, decimal, percent, plural

_VERDICTS = {
    Verdict.SUPPORTED: "Supported",
    Verdict.NOT_SUPPORTED: "Not supported",
    Verdict.NOT_ENOUGH: "Not enough data",
}


def evidence_headline(evidence: Evidence) -> str:
    """
    The answer to a flag in a sentence.

    Example: 'Not enough data: 13 more interviews would probably tell.'
    """
    verdict = _VERDICTS[evidence.verdict]
    if evidence.verdict is not Verdict.NOT_ENOUGH:
        return f"{verdict} by the data: {_factor(evidence)}."
    if evidence.interviews_needed:
        needed = plural(evidence.interviews_needed, "more interview")
        return f"{verdict}: {needed} would probably tell, if it is as it seems."
    if evidence.is_beyond_limit:
        return f"{verdict}: so small a difference, if there is one, takes more than 400 interviews to tell."
    return f"{verdict}: {evidence.would_tell}."


def _factor(evidence: Evidence) -> str:
    if evidence.verdict is Verdict.SUPPORTED:
        times = "more than 1,000" if evidence.factor > 1000 else count(evidence.factor)
        return f'"weaker than elsewhere" explains them {times} times better than "as elsewhere"'
    inverse = 1 / evidence.factor if evidence.factor > 0.001 else 1001.0
    times = "more than 1,000" if inverse > 1000 else decimal(inverse, places=0 if inverse >= 10 else 1)
    return f'"as elsewhere" explains them {times} times better than "weaker than elsewhere"'


def evidence_lines(evidence: Evidence) -> tuple[str, ...]:
    """What the answer rests on, with n everywhere."""
    lines = []
    if evidence.awareness is not None:
        lines.append(
            f"Awareness: {_tested(evidence.awareness, 'interviews')}, "
            f"of them {count(evidence.asked)} asked in the survey."
        )
    if evidence.win_rate is not None:
        lines.append(f"Win rate against its own mix: {_tested(evidence.win_rate, 'closed deals')} in a year.")
    if evidence.conversations:
        lines.append(
            f"From the field: seen in {count(evidence.seen)} of "
            f"{plural(evidence.conversations, 'conversation')}, "
            f"each set counted once; one weighs {decimal(REP_WEIGHT, places=1)} of an interview."
        )
    return tuple(lines)


def _tested(tested: Tested, noun: str) -> str:
    share = tested.successes / tested.trials if tested.trials else None
    here = f"{percent(share, places=0)} here" if share is not None else "unknown here"
    return (
        f"{here} against {percent(tested.expected, places=0)} elsewhere, below it with a probability of "
        f"{percent(tested.p_below, places=0)} (n = {count(tested.trials)} {noun})"
    )
