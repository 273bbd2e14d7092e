"""
How far the data can be trusted: how fresh each source is, what is missing, what contradicts itself.

`CHECKS` is the one list of problems that are looked for: the Data page, `check` on
the command line and the owners of problems all read it. What a file says against
itself within one row (more yes than asked, an end before its start) never gets this
far: such rows are refused at the door.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

FEWEST_ARRIVALS = 3
"""Of a source that came less often nobody can say when it is late."""

SILENT_DAYS = 7


class Of(StrEnum):
    """What a check looks through: its denominator."""

    LEADS = "leads"
    DEALS = "deals"
    STAGES = "stage entries"
    CAMPAIGN_DAYS = "campaign days"
    NAMES = "names"


class Grade(StrEnum):
    """A gap is something missing, a contradiction two facts that cannot both hold."""

    GAP = "gap"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    One problem that is looked for. `first`, `second` and `detail` head what a record shows of it.

    `label` reads after a count: "214 leads without a territory".
    """

    slug: str
    label: str
    of: Of
    grade: Grade
    definition: str
    remedy: str
    first: str = ""
    second: str = ""
    detail: str = ""


_IN_THE_SOURCE = "Correct it in the source and export it again."

CHECKS: dict[str, Check] = {
    check.slug: check
    for check in (
        Check(
            slug="lead_without_territory",
            label="leads without a territory",
            of=Of.LEADS,
            grade=Grade.GAP,
            definition="The lead names no territory, and no territory rule places it.",
            remedy="Import territory rules (by state, postal code, city or owner), or correct the source.",
            first="Created",
        ),
        Check(
            slug="lead_without_channel",
            label="leads without a channel",
            of=Of.LEADS,
            grade=Grade.GAP,
            definition="The lead names no channel: it counts as not assigned wherever channels are compared.",
            remedy="Fill in the channel or original source of the lead in the source.",
            first="Created",
        ),
        Check(
            slug="lead_without_date",
            label="leads without a day of creation",
            of=Of.LEADS,
            grade=Grade.GAP,
            definition="Nobody knows when the lead came: it counts in totals, in no week.",
            remedy="Export the column that says when a lead was created.",
        ),
        Check(
            slug="lead_without_owner",
            label="leads that nobody owns",
            of=Of.LEADS,
            grade=Grade.GAP,
            definition="The lead names no owner, so nobody is asked to answer it.",
            remedy="Assign an owner in the source, or correct the rule that hands leads out.",
            first="Created",
        ),
        Check(
            slug="deal_without_amount",
            label="deals without an amount",
            of=Of.DEALS,
            grade=Grade.GAP,
            definition="The deal's amount is not known: it is counted, not summed.",
            remedy="Fill in the amount in the source.",
            first="Opened",
        ),
        Check(
            slug="deal_without_owner",
            label="deals that nobody owns",
            of=Of.DEALS,
            grade=Grade.GAP,
            definition="The deal names no owner.",
            remedy="Assign an owner in the source.",
            first="Opened",
        ),
        Check(
            slug="name_not_known",
            label="names that no file has brought",
            of=Of.NAMES,
            grade=Grade.GAP,
            definition="Rows name a territory, campaign, person or record that is not stored yet.",
            remedy="Import the file that brings it, or say on the Names page what the name stands for.",
            detail="Name",
        ),
        Check(
            slug="lead_owner_left",
            label="open leads whose owner is no longer here",
            of=Of.LEADS,
            grade=Grade.CONTRADICTION,
            definition="The lead is neither won nor out of the funnel, and its owner has left the company.",
            remedy="Hand the leads over in the source.",
            first="Created",
            second="Owner left",
        ),
        Check(
            slug="stage_before_created",
            label="stages and exits dated before the lead was created",
            of=Of.STAGES,
            grade=Grade.CONTRADICTION,
            definition="The lead entered a stage, or left, on a day before the day on which it was created.",
            remedy=_IN_THE_SOURCE,
            first="Created",
            second="Entered",
            detail="Stage",
        ),
        Check(
            slug="stage_backwards",
            label="stages entered before an earlier stage",
            of=Of.STAGES,
            grade=Grade.CONTRADICTION,
            definition="In the same cycle, the lead entered an earlier stage on a later day than this one.",
            remedy="Correct the dates of the stages in the source; often one was set afterwards by hand.",
            first="Entered",
            second="The earlier stage",
            detail="Stage",
        ),
        Check(
            slug="lead_before_campaign",
            label="leads created before the campaign that is said to have brought them",
            of=Of.LEADS,
            grade=Grade.CONTRADICTION,
            definition="The lead was created before its campaign's first day.",
            remedy="Correct the lead's campaign, or the campaign's first day.",
            first="Created",
            second="Campaign began",
            detail="Campaign",
        ),
        Check(
            slug="deal_closed_before_created",
            label="deals closed before they were created",
            of=Of.DEALS,
            grade=Grade.CONTRADICTION,
            definition="The deal was won or lost before the day on which it was opened: a negative duration.",
            remedy=_IN_THE_SOURCE,
            first="Opened",
            second="Closed",
        ),
        Check(
            slug="deal_won_without_amount",
            label="won deals without an amount",
            of=Of.DEALS,
            grade=Grade.CONTRADICTION,
            definition="The deal was won, and what it brought is not known: won revenue does not hold it.",
            remedy="Fill in the amount in the source.",
            second="Won",
        ),
        Check(
            slug="deal_without_rate",
            label="deals in a currency without a rate",
            of=Of.DEALS,
            grade=Grade.CONTRADICTION,
            definition="The deal has an amount, and no exchange rate for its day: it is counted, not summed.",
            remedy="Import a file of rates that reaches back to the day.",
            first="Opened",
            detail="Currency",
        ),
        Check(
            slug="clicks_over_impressions",
            label="campaign days with more clicks than impressions",
            of=Of.CAMPAIGN_DAYS,
            grade=Grade.CONTRADICTION,
            definition="More people clicked than the advertisement was shown to.",
            remedy="Compare the export with the advertising tool; the two columns may be swapped.",
            first="Day",
        ),
    )
}
"""Every problem that is looked for, by slug, gaps first."""


class Freshness(StrEnum):
    """Whether a source keeps its own rhythm."""

    FRESH = "fresh"
    LATE = "late"
    UNKNOWN = "too few files to tell"


def freshness(arrivals: Sequence[datetime], now: datetime) -> Freshness:
    """
    Late is a source that stays away twice as long as usual, and a week at least.

    `arrivals` are the moments at which its files came, oldest first. The usual is
    the median of the pauses between them.

    Example:
        Files on Mondays: late from the second Monday without one on.
    """
    if len(arrivals) < FEWEST_ARRIVALS:
        return Freshness.UNKNOWN
    usual = median((later - earlier).total_seconds() for earlier, later in pairwise(arrivals))
    patience = max(timedelta(seconds=2 * usual), timedelta(days=SILENT_DAYS))
    return Freshness.LATE if now - arrivals[-1] > patience else Freshness.FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBatch:
    """The account of a source's last import: rows_in_file is the sum of the other six counts of rows."""

    batch_id: int
    kind: str
    file_name: str
    recorded_at: datetime
    rows_in_file: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_rejected: int
    rows_superseded: int
    rows_other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """
    One system that files come from.

    `rows` are facts and records in force. `age` counts working days since the last
    event, or since the last file where it brings no events; `problems` are the
    records that fail a check, a record once for each check.
    """

    source: str
    freshness: Freshness
    files: int
    rows: int
    last_event_on: date | None
    last_batch: LastBatch
    age: int
    problems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One check on one source: `count` of `n` records fail it. `owner` looks after it; None is nobody yet."""

    check: Check
    source: str
    count: int
    n: int
    owner: str | None
    owner_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A check over all sources: `count` of `n`."""

    check: Check
    count: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAnswer:
    """
    Sources by name; problems that have records, contradictions first and the largest first.

    `gaps` has every gap, those without a record too. `looked_at` counts the checks.
    """

    zone: str
    now: datetime
    sources: tuple[SourceLine, ...]
    gaps: tuple[Gap, ...]
    problems: tuple[ProblemLine, ...]
    looked_at: int

    def sources_that_are(self, state: Freshness) -> tuple[str, ...]:
        return tuple(line.source for line in self.sources if line.freshness is state)

    @property
    def contradictions(self) -> int:
        """Records that contradict themselves, a record once for each check."""
        return sum(line.count for line in self.problems if line.check.grade is Grade.CONTRADICTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRecord:
    """One record that fails a check, with the import that brought it last. No personal data."""

    record: str
    territory: str | None
    first_on: date | None
    second_on: date | None
    detail: str | None
    batch_id: int | None
    file_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage:
    """Records of one problem, a page; `elsewhere` are those that the reader's role does not see."""

    check: Check
    source: str
    total: int
    first: int
    records: tuple[ProblemRecord, ...]
    elsewhere: int


def ordered(lines: Sequence[ProblemLine]) -> tuple[ProblemLine, ...]:
    """Contradictions before gaps, the largest first."""
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.check.grade is Grade.GAP,
                -line.count,
                line.check.slug,
                line.source,
            ),
        )
    )
