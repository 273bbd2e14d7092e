"""Targets and insights in words: what waits, how often a target was a hit, and what was stored."""

from alignment.insights.finding import TODAY_ONLY, Empty, Finding
from alignment.metrics.handed import HandedList, Insight, TargetLine, TargetsAnswer
from alignment.stats import Estimate
from alignment.vocabulary import TargetMark, label
from alignment.wording import count, day, listed, plural, stamp_line
from alignment.wording.outcomes import rough, rough_interval

NOT_SHOWN = (
    "How often a target was a hit is shown where at least five reps work and have marked, and for nothing "
    "narrower."
)
BLANK = "Hits are left blank where fewer than five people marked, there or in what is left beside it."


def targets_finding(answer: TargetsAnswer, *, may_mark: bool) -> Finding:
    """For a rep what waits in their territories, for everybody else how often a target was a hit."""
    headline = _waiting(answer) if may_mark else _hits(answer)
    findings = []
    company = answer.company
    if company is None:
        findings.append(TODAY_ONLY if answer.stamp.is_looking_back else NOT_SHOWN)
    elif company.unmarked:
        waiting = plural(company.unmarked, "target")
        findings.append(f"{waiting} not marked yet: counted beside, and not as a miss.")
    if any(each.hits is None and each.marked for each in answer.rates):
        findings.append(BLANK)
    for mark in (TargetMark.HIT, TargetMark.MISS):
        told = [f"{label(why).lower()} ({count(n)})" for of, why, n in answer.reasons if of is mark]
        if told:
            findings.append(f"Reasons given for a {mark.value}: {listed(told, most=len(told))}.")
    return Finding(
        headline=headline,
        title="Hits of the targets marked, by territory",
        subtitle=stamp_line(answer.stamp),
        alt=headline,
        findings=tuple(findings),
    )


def _waiting(answer: TargetsAnswer) -> str:
    waiting = sum(each.waiting or 0 for each in answer.own)
    if waiting:
        lists = [each for each in answer.own if each.waiting]
        return f"{plural(waiting, 'target waits', 'targets wait')} for you on {plural(len(lists), 'list')}"
    if answer.own:
        return "Every target of your territories is marked"
    return "Marketing has handed over no targets in your territories"


def _hits(answer: TargetsAnswer) -> str:
    company = answer.company
    handed = plural(sum(each.targets for each in answer.lists), "target")
    if not answer.lists:
        return f"{plural(len(answer.insights), 'insight')} handed to sales, and no list of targets"
    if answer.stamp.is_looking_back:
        return f"{handed} handed to sales on {plural(len(answer.lists), 'list')}"
    if company is None or company.hits is None or not isinstance(company.rate, Estimate):
        return f"{handed} handed to sales; too few people marked any to tell how many are hits"
    rate = company.rate
    return (
        f"{count(company.hits)} of {count(company.marked)} targets marked were hits: "
        f"{rough(rate)} ({rough_interval(rate)})"
    )


def list_choice(each: HandedList) -> str:
    """'Trade fair, Sachsen, 3 of 12 to mark'."""
    where = each.territory or "all territories"
    if each.waiting is None:
        return f"{each.name}, {where}, {plural(each.targets, 'target')}"
    return f"{each.name}, {where}, {count(each.waiting)} of {count(each.own)} to mark"


def handed_line(each: HandedList | Insight) -> str:
    """'From marketing on 12 June 2026, for restaurants in Sachsen'."""
    segment = f" {each.segment}" if each.segment else ""
    return f"From marketing on {day(each.handed_on)}, for{segment} {_where(each)}"


def _where(each: HandedList | Insight) -> str:
    place = each.territory or "all territories"
    return f"in {place}" if each.segment else place


def target_line(target: TargetLine) -> str:
    """'Outlet K1 · Sachsen · asked for a tap'; a free name has only where and why."""
    thing = (
        f"{target.kind.capitalize()} {target.code}, {target.territory}" if target.kind else target.territory
    )
    return " · ".join(part for part in (thing, target.reason) if part)


def mark_line(target: TargetLine) -> str:
    """'Hit: meeting agreed'; of a colleague's mark only that there is one."""
    if target.mark is None:
        return "Marked by a colleague" if target.is_marked else "Not marked yet"
    return f"{label(target.mark)}{f': {label(target.why).lower()}' if target.why else ''}"


def handed_over(name: str, entries: int, matched: int) -> str:
    """What was stored, and how many names are known."""
    if not entries:
        return f'"{name}" is handed to sales.'
    free = entries - matched
    rest = f"; {plural(free, 'name stays', 'names stay')} as written" if free else ""
    known = f"{count(matched)} known as accounts or outlets"
    return f'"{name}" is handed to sales: {plural(entries, "target")}, {known}{rest}.'


def targets_empty() -> Empty:
    """Nothing was ever handed over."""
    return Empty(
        sentence="Marketing has handed nothing to sales yet.",
        next_step="Somebody of marketing pastes a list of accounts, outlets or names with a reason each, or "
        "writes an insight; reps of the territory mark each target as a hit or a miss.",
    )
