"""Flags in words: what was said, what the data say about it, where it stands, the receipt."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alignment.insights.designs import changed_by
from alignment.insights.finding import Empty, Finding
from alignment.metrics.evidence import Verdict
from alignment.metrics.flags import FlagCard, FlaggedPlace, InboxAnswer
from alignment.vocabulary import Standing, label
from alignment.wording import count, day, plural, stamp_line


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
    """You said, we saw, we did, because; and what it changed by, once a campaign test was agreed."""
    if flag.receipt is None:
        return ()
    erased = "(erased)"
    is_agreed = flag.test is not None and flag.test.effect is not None
    changed = (("It changed by", f"{changed_by(flag.test)}."),) if flag.test and is_agreed else ()
    return (
        ("You said", flag_line(flag)),
        ("We saw", flag.receipt.saw or erased),
        ("We did", flag.receipt.did or erased),
        ("Because", flag.receipt.why or erased),
        *changed,
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
