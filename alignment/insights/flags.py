"""Flags in words: what was said, what the data say about it, where it stands, the receipt."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alignment.insights.finding import Empty, Finding
from alignment.metrics.evidence import REP_WEIGHT, Evidence, Tested, Verdict
from alignment.metrics.flags import FlagCard, FlaggedPlace, InboxAnswer
from alignment.vocabulary import Standing, label
from alignment.wording import count, day, decimal, percent, plural, stamp_line

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


def flag_line(flag: FlagCard) -> str:
    """'Brand weak in Sachsen, seen in 5 of 8 conversations on 26 June 2026'."""
    seen = ""
    if flag.seen is not None and flag.conversations:
        seen = f", seen in {count(flag.seen)} of {plural(flag.conversations, 'conversation')}"
    also = f", {plural(flag.also, 'other')} saw it too" if flag.also else ""
    when = f" on {day(flag.reported_on)}" if flag.reported_on else ""
    return f"{label(flag.kind)} in {flag.territory}{seen}{when}{also}"


def standing_line(flag: FlagCard) -> str:
    """Where the flag stands: owner and promised day once somebody took it on."""
    if flag.standing is Standing.IN_HAND and flag.promised_on:
        return f"{flag.owner or 'Marketing'} answers by {day(flag.promised_on)}"
    return {
        Standing.OPEN: "Waits for marketing",
        Standing.IN_HAND: "Taken on by marketing",
        Standing.ANSWERED: "Answered",
        Standing.CLOSED: "Closed",
    }[flag.standing]


def receipt_parts(flag: FlagCard) -> tuple[tuple[str, str], ...]:
    """You said, we saw, we did, because."""
    if flag.receipt is None:
        return ()
    erased = "(erased)"
    return (
        ("You said", flag_line(flag)),
        ("We saw", flag.receipt.saw or erased),
        ("We did", flag.receipt.did or erased),
        ("Because", flag.receipt.why or erased),
    )


def stored_line(flag_id: int, at: str, zone: str) -> str:
    """'Stored on 26 June 2026 at 16:02 as flag 63'."""
    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return f"Stored on {day(moment.date())} at {moment:%H:%M} as flag {flag_id}"


def inbox_finding(answer: InboxAnswer) -> Finding:
    """What waits, and where the data are behind it."""
    supported = [each for each in answer.places if each.evidence.verdict is Verdict.SUPPORTED]
    waiting = f"{plural(answer.waiting, 'flag waits', 'flags wait')} for an answer"
    if supported:
        first = supported[0]
        headline = f"{waiting}; the data support {place_title(first)}" + (
            f" and {plural(len(supported) - 1, 'other')}" if len(supported) > 1 else ""
        )
    elif answer.waiting:
        headline = f"{waiting}; the data support none so far"
    else:
        headline = f"Every flag is answered: {plural(answer.total, 'flag')} so far"
    findings = []
    if answer.overdue:
        findings.append(f"{plural(answer.overdue, 'promise is', 'promises are')} past the promised day.")
    if answer.answer_time is None:
        findings.append("How soon flags are answered is shown where at least five people answer them.")
    return Finding(
        headline=headline,
        title="Ranked by evidence, not by the number of flags",
        subtitle=stamp_line(answer.stamp),
        alt=headline,
        findings=tuple(findings),
    )


def place_title(place: FlaggedPlace) -> str:
    """'"Brand weak" in Sachsen'."""
    return f'"{label(place.kind)}" in {place.territory}'


def inbox_empty() -> Empty:
    """No flag was ever raised."""
    return Empty(
        sentence="There are no flags yet.",
        next_step="Reps raise them on the Feedback page in twenty seconds, or a table of flags is imported.",
        path="/feedback",
        link="Open the Feedback page",
    )


def field_empty() -> Empty:
    """A flag needs a territory."""
    return Empty(
        sentence="There are no territories to flag in yet.",
        next_step="Import a table of territories, or boundaries as GeoJSON: each shape becomes a territory.",
        path="/import",
        link="Open the Import page",
    )
