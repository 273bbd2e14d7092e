"""Flags in words: what was said, what the data say about it, where it stands, the receipt."""

from datetime import datetime
from zoneinfo import ZoneInfo

from alignment.insights.designs import changed_by
from alignment.insights.finding import TODAY_ONLY, Empty, Finding
from alignment.metrics.catalog import Unit
from alignment.metrics.evidence import Verdict
from alignment.metrics.flags import (
    SIMILAR_WEEKS,
    FlagCard,
    FlaggedPlace,
    FlagPlace,
    InboxAnswer,
    PlaceCampaign,
)
from alignment.vocabulary import Standing, label
from alignment.wording import count, day, listed, outcome_sentence, plural, stamp_line


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
        few = "How soon flags are answered is shown where at least five people answer them."
        findings.append(TODAY_ONLY if answer.stamp.is_looking_back else few)
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


def place_words(place: FlagPlace) -> tuple[str, str]:
    """Title and subtitle of the awareness beside a flag."""
    n = sum(point.asked for point in place.trend)
    waves = plural(len(place.trend), "wave")
    subtitle = f"Aided awareness with 95 % intervals, {waves}, {plural(n, 'interview')}"
    return f"{place.territory}: awareness over the waves", subtitle


def place_lines(place: FlagPlace, flag: FlagCard) -> tuple[str, ...]:
    """Shelf, campaigns of eight weeks, and how often the territory was flagged before."""
    lines = []
    if not place.is_asked:
        lines.append(f"Nobody was asked in {place.territory} in any wave: its awareness is unknown.")
    if place.has_outlets:
        lines += _shelf_lines(place)
    campaigns = [_campaign_words(each) for each in place.campaigns]
    ran = listed(campaigns, most=4) if campaigns else "none"
    lines.append(f"Campaigns here in the last {SIMILAR_WEEKS} weeks: {ran}.")
    others = [each for each in place.flags if each.flag_id != flag.flag_id]
    kinds = [label(kind).lower() for kind in dict.fromkeys(each.kind for each in others)]
    lines.append(
        f"Other flags here: {count(len(others))}" + (f" ({listed(kinds, most=4)})." if kinds else ".")
    )
    return tuple(lines)


def _shelf_lines(place: FlagPlace) -> list[str]:
    if place.shelf is None:
        return ["Shelf: no outlet here sold the category, so it is unknown."]
    lines = [f"Shelf: outlets that sold it, {outcome_sentence(place.shelf.numeric, Unit.RATE)}."]
    if place.stock.audited:
        lines.append(f"In stock at the last visit: {outcome_sentence(place.stock.numeric, Unit.RATE)}.")
    return lines


def _campaign_words(campaign: PlaceCampaign) -> str:
    until = f"to {day(campaign.end_on)}" if campaign.end_on else "without an end"
    where = ", everywhere" if campaign.is_everywhere else ""
    return f"{campaign.name} ({day(campaign.start_on)} {until}{where})"


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
