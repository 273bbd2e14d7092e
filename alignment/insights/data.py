"""The Data page in words: what is fresh, what is missing, what contradicts itself. Processes, not persons."""

from alignment.insights.finding import Empty, Finding
from alignment.metrics.quality import (
    CHECKS,
    DataAnswer,
    Freshness,
    Gap,
    LastBatch,
    ProblemLine,
    ProblemPage,
)
from alignment.wording import count, listed, moment, percent, plural

_HEADLINE = "lead_without_territory"
"""Named in the headline before other gaps: without a place a lead is in no territory's numbers."""


def data_empty() -> Empty:
    return Empty(
        sentence="No file has come in yet",
        next_step="What each source brought, how fresh it is and what contradicts itself stands here "
        "from the first import on.",
        path="/import",
        link="Open the Import page",
    )


def data_finding(answer: DataAnswer) -> Finding:
    """The headline says what is fresh and the largest gap; the findings what to do."""
    fresh, late = (answer.sources_that_are(state) for state in (Freshness.FRESH, Freshness.LATE))
    silent = f"{listed(late)} {'has' if len(late) == 1 else 'have'} been silent" if late else ""
    sentences = [f"{silent} for twice as long as usual: ask whether the export still runs."] if late else []
    sentences += [
        f"{_counted(line)}. {line.check.remedy}" for line in answer.problems[:4] if line.owner is None
    ]
    return Finding(
        headline=f"{_freshness(answer, len(fresh), len(late))}; {_gap(answer)}",
        title="",
        subtitle=_stamp(answer),
        alt="",
        findings=tuple(sentences),
    )


def _freshness(answer: DataAnswer, fresh: int, late: int) -> str:
    sources = len(answer.sources)
    seldom = len(answer.sources_that_are(Freshness.UNKNOWN))
    if seldom == sources:
        return f"{plural(sources, 'source')} came too seldom to tell when one is late"
    told = f"{count(fresh)} of {plural(sources, 'source')} {'is' if fresh == 1 else 'are'} fresh"
    return f"{told}, {count(late)} {'is' if late == 1 else 'are'} late" if late else told


def _gap(answer: DataAnswer) -> str:
    gaps = sorted(
        (gap for gap in answer.gaps if gap.count),
        key=lambda gap: (gap.check.slug != _HEADLINE, -gap.count / max(gap.n, 1)),
    )
    if not gaps:
        return "no gap was found" if not answer.contradictions else _contradictions(answer)
    return gap_line(gaps[0])


def gap_line(gap: Gap) -> str:
    """ "214 of 9,000 leads without a territory"."""
    noun = gap.check.of.value
    rest = gap.check.label.removeprefix(f"{noun} ")
    return f"{count(gap.count)} of {plural(gap.n, noun.removesuffix('s'))} {_verb(rest, gap.n)}"


def _verb(rest: str, n: int) -> str:
    """'without a territory' as 'have no territory'; what is told by a clause stays one."""
    if rest.startswith("without a "):
        return f"{'has' if n == 1 else 'have'} no {rest.removeprefix('without a ')}"
    if rest.startswith("without an "):
        return f"{'has' if n == 1 else 'have'} no {rest.removeprefix('without an ')}"
    return f"{'has' if n == 1 else 'have'} no owner" if rest == "that nobody owns" else rest


def _contradictions(answer: DataAnswer) -> str:
    return f"no gap was found, and {plural(answer.contradictions, 'contradiction')}"


def _stamp(answer: DataAnswer) -> str:
    return (
        f"As known {moment(answer.now, answer.zone)}. {answer.looked_at} checks; a record counts once for "
        "each check that it fails"
    )


def _counted(line: ProblemLine) -> str:
    share = f" ({percent(line.count / line.n)} of {count(line.n)})" if line.n > line.count else ""
    label = line.check.label
    return f"{label[0].upper()}{label[1:]}: {count(line.count)} from {line.source}{share}"


def batch_identity(batch: LastBatch) -> str:
    """The account of an import: "9,000 = 8,954 new + 40 changed + 6 unchanged"."""
    parts = (
        (batch.rows_inserted, "new"),
        (batch.rows_updated, "changed"),
        (batch.rows_unchanged, "unchanged"),
        (batch.rows_rejected, "rejected"),
        (batch.rows_superseded, "superseded"),
        (batch.rows_other, "no data"),
    )
    shown = [part for part in parts if part[0]] or [parts[0]]
    return f"{count(batch.rows_in_file)} = " + " + ".join(f"{count(number)} {word}" for number, word in shown)


def problem_label(line: ProblemLine) -> str:
    """What is chosen from: "Leads without a territory, crm (214)"."""
    label = line.check.label
    return f"{label[0].upper()}{label[1:]}, {line.source} ({count(line.count)})"


def problem_lines(line: ProblemLine) -> tuple[str, str]:
    """What the check means, and what to do."""
    owner = f"{line.owner} looks after it." if line.owner else "Nobody looks after it yet."
    return line.check.definition, f"{line.check.remedy} {owner}"


def problem_records_line(page: ProblemPage) -> str:
    """Above the records: which of how many, and how many lie elsewhere."""
    if not page.total:
        shown = "None of them lies in your territories."
    else:
        last = page.first + len(page.records) - 1
        shown = f"{count(page.first)} to {count(last)} of {plural(page.total, 'record')}."
    if not page.elsewhere or not page.total:
        return shown
    return f"{shown} {count(page.elsewhere)} more lie outside your territories."


def owner_assigned(problem: str, source: str, owner: str | None) -> str:
    """The confirmation."""
    who = owner if owner else "Nobody"
    return f"{who} looks after {CHECKS[problem].label} from {source} from now on."
