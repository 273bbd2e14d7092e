"""The start page in words: two goals, what moved beyond chance, what waits for the reader."""

from alignment.insights.finding import Empty, Finding
from alignment.insights.goals import goals_headline, goals_line, no_target_line
from alignment.insights.hidden import why_hidden
from alignment.insights.left_out import left_out_lines
from alignment.metrics.catalog import CATALOG
from alignment.metrics.today import Signal, TodayAnswer, Waiting, WaitingKind
from alignment.wording import change_words, plural, sample, value

NO_GOAL = "Heads create goals on the Goals page, or a table of goals is imported: one for each team."


def today_finding(answer: TodayAnswer, *, is_filtered: bool = False) -> Finding:
    """What the start page says; `is_filtered` by something that goals and answer times do not follow."""
    line = goals_line(answer.stamp, answer.revenue, answer.awareness, is_filtered=is_filtered)
    answering = f"; answer time of {answer.stamp.period_label}" if answer.answer_time else ""
    return Finding(
        headline=goals_headline(answer.revenue, answer.awareness, answer.stamp.currency),
        title=_title(answer),
        subtitle=f"{line}{answering}",
        alt="; ".join(signal_line(signal, answer.stamp.currency) for signal in answer.signals)
        or "Nothing moved more than chance would explain.",
        findings=tuple(_next_steps(answer)),
    )


def _next_steps(answer: TodayAnswer) -> list[str]:
    goals = [goal for goal in (answer.revenue, answer.awareness) if goal is not None]
    steps = [no_target_line(goal) for goal in goals if goal.target is None] if goals else [NO_GOAL]
    steps += left_out_lines(answer.left_out)
    if answer.answer_hidden is None:
        return steps
    return [*steps, why_hidden("How soon leads are answered", answer.answer_hidden)]


def _title(answer: TodayAnswer) -> str:
    if not answer.signals and not answer.quiet and answer.left_out:
        return "What moved last week was not looked at"
    if not answer.signals and not answer.quiet:
        return "Too short a history to tell what is usual: four full weeks are needed"
    if not answer.signals:
        return (
            "Nothing moved more than chance would explain last week; "
            f"{plural(answer.quiet, 'number')} looked at"
        )
    return (
        f"{plural(len(answer.signals), 'number')} moved more than chance would explain last week; "
        f"{plural(answer.quiet, 'other')} did not"
    )


def signal_line(signal: Signal, currency: str) -> str:
    """'Marketing-qualified, North: 29 in week 25 of 2026, down 31 % on the usual 42 (n = 29)'."""
    metric = CATALOG[signal.slug]
    where = f", {signal.territory}" if signal.territory else ""
    change = signal.change
    usual = value(change.reference, metric.unit, currency, compact=True)
    now = value(change.value, metric.unit, currency, compact=True)
    return (
        f"{signal.label}{where}: {now} in {signal.week.label()}, "
        f"{change_words(change.value, change.reference, metric.unit)} on the usual {usual} "
        f"({sample(signal.n)})"
    )


_WAITING = {
    WaitingKind.SIGN_TARGET: ("proposal waits", "proposals wait", "for your signature"),
    WaitingKind.IMPORT_STALE: ("source has", "sources have", "brought nothing for more than a week"),
    WaitingKind.FLAG_UNANSWERED: ("flag waits", "flags wait", "for an answer"),
    WaitingKind.FLAG_RECEIPT: ("of your flags is", "of your flags are", "answered: read the receipt"),
    WaitingKind.LEADS_UNANSWERED: ("qualified lead waits", "qualified leads wait", "for a first answer"),
}


def waiting_line(waiting: Waiting) -> str:
    """'2 proposals wait for your signature: Revenue 2026 Q3'."""
    one, many, rest = _WAITING[waiting.kind]
    subject = f": {waiting.subject}" if waiting.subject else ""
    return f"{plural(waiting.count, one, many)} {rest}{subject}"


def today_empty() -> Empty:
    """No goal, no lead, no deal: the first steps."""
    return Empty(
        sentence="There are no leads, deals or goals yet.",
        next_step="Bring in the first export: leads or deals, territories, a survey. Any order will do.",
        path="/import",
        link="Open the Import page",
    )
