"""
Answers as tables: what stands under a chart, and what its download holds.

Columns are named for readers and carry their unit ("Step rate, %"). Unknown is
an empty cell, never 0. Percentages are 0 to 100; money is in units of the
company's currency.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from alignment.exports.cells import high_of as _high
from alignment.exports.cells import low_of as _low
from alignment.exports.cells import money_columns as _money
from alignment.exports.cells import percent as _percent
from alignment.exports.cells import rate_columns as _rate
from alignment.exports.cells import units as _units
from alignment.exports.cells import value_of as _value
from alignment.insights import batch_identity, changed_by
from alignment.metrics.campaigns import CampaignRow, CampaignsAnswer
from alignment.metrics.catalog import CATALOG, Unit
from alignment.metrics.common import Change, Outcome
from alignment.metrics.designs import DesignCard
from alignment.metrics.effect import Effect
from alignment.metrics.flags import FlagCard, FlaggedPlace, InboxAnswer
from alignment.metrics.funnel import FunnelAnswer, FunnelStep, RecordsPage
from alignment.metrics.goals import GoalProgress
from alignment.metrics.history import AuditPage, ImportHistory
from alignment.metrics.quality import DataAnswer, Of, ProblemPage
from alignment.metrics.restatement import RestatementAnswer
from alignment.metrics.territories import TerritoriesAnswer, TerritoryCard
from alignment.metrics.today import TodayAnswer
from alignment.money import exponent
from alignment.periods import from_epoch_day
from alignment.view import Split
from alignment.vocabulary import GoalMetric, label
from alignment.wording import UNKNOWN, audit_sentence, receipt_lines
from alignment.wording.changes import CAUSES
from alignment.wording.receipts import Receipt


def funnel_table(answer: FunnelAnswer) -> pd.DataFrame:
    """One row per stage."""
    return steps_table(answer.steps)


def steps_table(steps: Iterable[FunnelStep]) -> pd.DataFrame:
    """One row per stage of any funnel; "Before" only where there is something to compare with."""
    table = pd.DataFrame(
        {
            "Stage": label(step.stage),
            "Entered": step.entered,
            "Before": step.entered_before,
            "Still open": step.still_open,
            "Left": step.left,
            **_rate("Step rate", step.step_rate),
            **_rate("From the start", step.rate_from_start),
        }
        for step in steps
    )
    return table.drop(columns="Before") if table["Before"].isna().all() else table


def funnel_split(answer: FunnelAnswer, split: Split) -> pd.DataFrame:
    """One row per member of the dimension, "not assigned" included, and the total below."""
    body = [
        {
            label(split): row.name,
            **{label(stage): count for stage, count in zip(answer.stages, row.entered, strict=True)},
            "Still open": row.still_open,
            **_rate("From the start", row.rate_from_start),
            f"Won revenue, {answer.stamp.currency}": _units(row.won_revenue_minor, answer.stamp.currency),
        }
        for row in answer.splits[split]
    ]
    total = {
        label(split): "Total",
        **{label(step.stage): step.entered for step in answer.steps},
        "Still open": _sum(step.still_open for step in answer.steps),
        **_rate("From the start", answer.steps[-1].rate_from_start),
        f"Won revenue, {answer.stamp.currency}": _units(answer.won_revenue_minor, answer.stamp.currency),
    }
    return pd.DataFrame([*body, total])


def records_table(page: RecordsPage) -> pd.DataFrame:
    """One row per unit. No personal data."""
    return pd.DataFrame(
        {
            "Record": record.external_id,
            "Source": record.source,
            "Kind": record.kind,
            "Created": record.created_on,
            "Stage": label(record.stage),
            "State": record.state,
            "Entered": record.entered_on,
            "Territory": record.territory,
            "Segment": record.segment,
            "Channel": record.channel,
            "Product": record.product,
            "Campaign": record.campaign,
            "Amount": None
            if record.amount_minor is None
            else _units(record.amount_minor, record.currency or "EUR"),
            "Currency": record.currency,
        }
        for record in page.records
    )


def exits_table(answer: FunnelAnswer) -> pd.DataFrame:
    """One row per way of leaving."""
    return pd.DataFrame(
        [{"Left as": label(exit), "Units": count} for exit, count in answer.exits.items()],
        columns=["Left as", "Units"],
    )


def territories_table(answer: TerritoriesAnswer) -> pd.DataFrame:
    """One row per territory, weakest estimate first; without interviews last."""
    ordered = sorted(
        answer.rows, key=lambda row: (not row.has_interviews, _value(row.awareness) or 0, row.name)
    )
    return pd.DataFrame(
        {
            "Territory": row.name,
            "Interviews": row.asked,
            "Said yes": row.yes,
            "Raw share, %": _percent(row.raw_share),
            **_rate("Awareness", row.awareness if row.has_interviews else None),
            "Own data, %": _percent(row.own_weight if row.has_interviews else None),
            "Weakest with probability, %": _percent(row.p_weakest),
            **_rate("Win rate", row.win_rate),
            "Closed deals": row.closed,
            "Leads": row.leads,
            "Leads per 100,000": row.leads_per_100k,
            "Open flags": row.open_flags,
        }
        for row in ordered
    )


def waves_table(card: TerritoryCard) -> pd.DataFrame:
    """One row per wave of one territory."""
    return pd.DataFrame(
        {
            "Wave": point.wave.code,
            "Ended": point.wave.end_on.isoformat(),
            "Interviews": point.asked,
            "Said yes": point.yes,
            "Raw share, %": _percent(point.raw_share),
            **_rate("Awareness", point.awareness),
        }
        for point in card.trend
    )


def flags_table(card: TerritoryCard) -> pd.DataFrame:
    """One row per flag, newest first."""
    return pd.DataFrame(
        [
            {
                "Reported": flag.reported_on.isoformat(),
                "What": label(flag.kind),
                "Seen in": flag.seen,
                "Of conversations": flag.conversations,
                "State": flag.state,
            }
            for flag in card.flags
        ],
        columns=["Reported", "What", "Seen in", "Of conversations", "State"],
    )


def goals_table(goals: Iterable[GoalProgress], currency: str) -> pd.DataFrame:
    """One row per goal; money in currency units, shares in percent."""
    return pd.DataFrame(
        {
            "Goal": goal.name,
            "From": goal.start_on.isoformat(),
            "To": goal.end_on.isoformat(),
            "Unit": currency if goal.metric is GoalMetric.WON_REVENUE else "%",
            "Actual": _goal_value(goal, _value(goal.actual), currency),
            "Low": _goal_value(goal, low, currency),
            "High": _goal_value(goal, high, currency),
            "n": round(goal.actual.n),
            "Target": _goal_value(goal, goal.target.value if goal.target else None, currency),
            "Attainment, %": _percent(goal.attainment),
            "By today": _goal_value(goal, goal.pace, currency),
            "Still required per working day": _goal_value(goal, goal.required_per_day, currency),
            "Working days left": goal.working_days_left,
            "Status": label_of_status(goal),
            "Sales owner": goal.owner_sales,
            "Marketing owner": goal.owner_marketing,
        }
        for goal in goals
        for low, high in (_bounds(goal.actual),)
    )


def _bounds(outcome: Outcome) -> tuple[float | None, float | None]:
    """The interval of an estimate; a sum that is known exactly has none."""
    low, high = _low(outcome), _high(outcome)
    return (None, None) if low == high else (low, high)


def label_of_status(goal: GoalProgress) -> str:
    """The status in words: "on track"."""
    return goal.status.value.replace("_", " ")


def versions_table(goal: GoalProgress, currency: str) -> pd.DataFrame:
    """One row per version of the target, newest first."""
    unit = currency if goal.metric is GoalMetric.WON_REVENUE else "%"
    return pd.DataFrame(
        {
            "Version": version.version,
            f"Target, {unit}": _goal_value(goal, version.value, currency),
            "Applies from": version.valid_from.isoformat(),
            "Reason": version.reason,
            "Proposed by": version.proposed_by,
            "Sales": _signature(version.signed_sales_by, version.signed_sales_at, version.signed_locally),
            "Marketing": _signature(
                version.signed_marketing_by, version.signed_marketing_at, version.signed_locally
            ),
            "Holds": "yes" if version.holds else "not yet",
        }
        for version in reversed(goal.versions)
    )


def campaigns_table(answer: CampaignsAnswer) -> pd.DataFrame:
    """One row per campaign, those without one, and the total."""
    return campaign_rows((*answer.rows, answer.total), answer.stamp.currency)


def campaign_rows(rows: Iterable[CampaignRow], currency: str) -> pd.DataFrame:
    """One row per campaign."""
    return pd.DataFrame(_campaign(row, currency) for row in rows)


def _campaign(row: CampaignRow, currency: str) -> dict[str, Any]:
    return {
        "Campaign": row.name,
        "From": row.start_on.isoformat() if row.start_on else None,
        "To": row.end_on.isoformat() if row.end_on else None,
        "Running": "yes" if row.running else "",
        f"Spend, {currency}": _units(row.spend_minor, currency),
        f"Planned spend, {currency}": _units(row.planned_spend_minor, currency),
        "Impressions": row.impressions,
        "Reach, best day": row.best_day_reach,
        "Clicks": row.clicks,
        "Leads": row.leads,
        "Planned leads": row.planned_leads,
        "Qualified": row.marketing_qualified,
        "Planned qualified": row.planned_qualified,
        **_rate("Qualified", row.qualified_rate),
        "Won": row.won,
        "May still qualify": row.open_leads,
        f"Won revenue, {currency}": _units(row.won_revenue_minor, currency),
        **_money(f"Cost per lead, {currency}", row.cost_per_lead, currency),
        **_money(f"Cost per qualified, {currency}", row.cost_per_qualified_lead, currency),
        **_money(f"Cost per won deal, {currency}", row.cost_per_won_deal, currency),
    }


def signals_table(answer: TodayAnswer) -> pd.DataFrame:
    """
    One row per metric that moved more than chance.

    Changes of counts are in percent of the usual, changes of rates in points.
    """
    return pd.DataFrame(
        [
            {
                "Metric": signal.label,
                "Territory": signal.territory or "whole company",
                "Week": signal.week.label(),
                "Last week": signal.change.value * scale,
                "Usual": signal.change.reference * scale,
                "Unit": "%" if is_rate else "",
                "Change": change,
                "Change, low": low,
                "Change, high": high,
                "Change in": "points" if is_rate else "%",
                "n": signal.n,
                "n before": signal.n_reference,
                "Level": f"{signal.change.level:.0%}",
            }
            for signal in answer.signals
            for is_rate in (CATALOG[signal.slug].unit is Unit.RATE,)
            for scale in (100 if is_rate else 1,)
            for change, low, high in (_differences(signal.change, is_rate),)
        ],
        columns=[
            "Metric", "Territory", "Week", "Last week", "Usual", "Unit", "Change", "Change, low",
            "Change, high", "Change in", "n", "n before", "Level",
        ],
    )  # fmt: skip


def _differences(change: Change, is_rate: bool) -> tuple[float | None, ...]:
    """The change and its interval: points of a rate, percent of a count; None from none."""
    if is_rate:
        found = (change.value - change.reference, change.low, change.high)
        return tuple(None if each is None else each * 100 for each in found)
    ratio = change.value / change.reference if change.reference else None
    return tuple(None if each is None else (each - 1) * 100 for each in (ratio, change.low, change.high))


def _goal_value(goal: GoalProgress, value: float | None, currency: str) -> float | None:
    """Units of money or percent, two decimals: money and survey shares stand in one column."""
    number = _units(value, currency) if goal.metric is GoalMetric.WON_REVENUE else _percent(value)
    return None if number is None else round(number, 2)


def _signature(by: str | None, at: Any, is_local: bool) -> str:
    if at is None:
        return "not signed"
    where = " in local mode" if is_local else ""
    return f"{by or 'signed'} on {at:%Y-%m-%d}{where}"


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def audit_table(answer: AuditPage) -> pd.DataFrame:
    """One row per action, newest first."""
    return pd.DataFrame(
        [
            {
                "When": _local(event.at, answer.zone),
                "What happened": audit_sentence(event),
                "From": _fields(event.before),
                "To": _fields(event.after),
                "Event": event.event_id,
                "Kind": event.tag,
            }
            for event in answer.events
        ],
        columns=["When", "What happened", "From", "To", "Event", "Kind"],
    )


def imports_table(history: ImportHistory) -> pd.DataFrame:
    """One row per import, newest first."""
    return pd.DataFrame(
        [
            {
                "Import": batch.batch_id,
                "When": _local(batch.recorded_at, history.zone),
                "File": batch.file_name,
                "Kind": batch.kind.replace("_", " "),
                "Source": batch.source,
                "Rows": batch.rows_in_file,
                "New": batch.rows_inserted,
                "Changed": batch.rows_updated,
                "Unchanged": batch.rows_unchanged,
                "Rejected": batch.rows_rejected,
                "Superseded": batch.rows_superseded,
                "No data": batch.rows_other,
                "State": batch.state,
                "By": batch.applied_by,
            }
            for batch in history.batches
        ],
        columns=[
            "Import", "When", "File", "Kind", "Source", "Rows", "New", "Changed", "Unchanged", "Rejected",
            "Superseded", "No data", "State", "By",
        ],
    )  # fmt: skip


def receipt_table(receipt: Receipt) -> pd.DataFrame:
    """The account of an import as counts, then the sentences of its receipt."""
    counts = [
        ("Import", receipt.batch_id),
        ("File", receipt.file_name),
        ("Kind", receipt.kind.replace("_", " ")),
        ("Rows in the file", receipt.rows_in_file),
        ("Rows new", receipt.rows_inserted),
        ("Rows changed", receipt.rows_updated),
        ("Rows unchanged", receipt.rows_unchanged),
        ("Rows rejected", receipt.rows_rejected),
        ("Rows superseded by a newer row", receipt.rows_superseded),
        ("Rows that are no data", receipt.rows_other),
        ("Records new", receipt.records_inserted),
        ("Records changed", receipt.records_updated),
        ("Records unchanged", receipt.records_unchanged),
    ]
    said = [("", sentence) for sentence in receipt_lines(receipt)]
    return pd.DataFrame([*counts, *said], columns=["What", "Value"], dtype=object)


def sources_table(answer: DataAnswer) -> pd.DataFrame:
    """One row per source: how fresh it is, what it has stored, and the account of its last import."""
    return pd.DataFrame(
        [
            {
                "Source": line.source,
                "Is": line.freshness.value,
                "Last event": line.last_event_on.isoformat() if line.last_event_on else None,
                "Working days ago": line.age,
                "Rows stored": line.rows,
                "Files": line.files,
                "Open problems": line.problems,
                "Last import": _local(line.last_batch.recorded_at, answer.zone),
                "Last file": line.last_batch.file_name,
                "Its rows": batch_identity(line.last_batch),
                "Import": line.last_batch.batch_id,
            }
            for line in answer.sources
        ],
        columns=[
            "Source", "Is", "Last event", "Working days ago", "Rows stored", "Files", "Open problems",
            "Last import", "Last file", "Its rows", "Import",
        ],
    )  # fmt: skip


def problems_table(answer: DataAnswer) -> pd.DataFrame:
    """One row per problem and source, contradictions first."""
    return pd.DataFrame(
        [
            {
                "Problem": line.check.label[0].upper() + line.check.label[1:],
                "Source": line.source,
                "Records": line.count,
                "Of": None if line.check.of is Of.NAMES else line.n,
                "Share, %": None if line.check.of is Of.NAMES else round(100 * line.count / line.n, 2),
                "Kind": line.check.grade.value,
                "Looked after by": line.owner,
                "What to do": line.check.remedy,
            }
            for line in answer.problems
        ],
        columns=["Problem", "Source", "Records", "Of", "Share, %", "Kind", "Looked after by", "What to do"],
    )


def problem_records_table(page: ProblemPage) -> pd.DataFrame:
    """One row per record; columns that the check does not fill are left out."""
    check = page.check
    rows = [
        {
            "Record": record.record,
            "Territory": record.territory,
            check.first: record.first_on.isoformat() if record.first_on else None,
            check.second: record.second_on.isoformat() if record.second_on else None,
            check.detail: record.detail,
            "Import": record.batch_id,
            "File": record.file_name,
        }
        for record in page.records
    ]
    named = [name for name in (check.first, check.second, check.detail) if name]
    table = pd.DataFrame(rows, columns=["Record", "Territory", *named, "Import", "File"])
    return table.astype({"Import": "Int64"})


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _fields(values: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in values.items())


def _plain(value: object) -> str:
    """As it is on record, but readable: yes and no, grouped digits, a dash for nothing."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def inbox_table(answer: InboxAnswer) -> pd.DataFrame:
    """One row per territory and kind of flag that wait, the best supported first."""
    return pd.DataFrame(
        [
            {
                "Territory": place.territory,
                "What": label(place.kind),
                "Evidence": place.evidence.verdict.value.replace("_", " "),
                "Times as likely weaker": place.evidence.factor if place.evidence.awareness else None,
                "More interviews": place.evidence.interviews_needed,
                "Interviews": place.evidence.asked if place.evidence.awareness else None,
                "Flags": len(place.flags),
                "Seen in": place.evidence.seen,
                "Of conversations": place.evidence.conversations,
                "Oldest": _oldest(place),
                "Promised for": _promised(place),
            }
            for place in answer.places
        ],
        columns=[
            "Territory", "What", "Evidence", "Times as likely weaker", "More interviews", "Interviews",
            "Flags", "Seen in", "Of conversations", "Oldest", "Promised for",
        ],
    )  # fmt: skip


def _oldest(place: FlaggedPlace) -> str | None:
    return min((flag.reported_on.isoformat() for flag in place.flags if flag.reported_on), default=None)


def _promised(place: FlaggedPlace) -> str | None:
    """The next promised day; empty while nobody has promised."""
    return min((flag.promised_on.isoformat() for flag in place.flags if flag.promised_on), default=None)


def flag_cards_table(flags: Iterable[FlagCard]) -> pd.DataFrame:
    """One row per flag."""
    return pd.DataFrame(
        [
            {
                "Flag": flag.flag_id,
                "Territory": flag.territory,
                "What": label(flag.kind),
                "Reported": flag.reported_on.isoformat() if flag.reported_on else None,
                "Seen in": flag.seen,
                "Of conversations": flag.conversations,
                "Seen by others": flag.also,
                "Product": flag.product,
                "Note": flag.note,
                "Stands": label(flag.standing).lower(),
                "Owner": flag.owner,
                "Promised for": flag.promised_on.isoformat() if flag.promised_on else None,
                "We saw": flag.receipt.saw if flag.receipt else None,
                "We did": flag.receipt.did if flag.receipt else None,
                "Because": flag.receipt.why if flag.receipt else None,
                "It changed by": changed_by(flag.measured) if flag.measured else None,
            }
            for flag in flags
        ],
        columns=[
            "Flag", "Territory", "What", "Reported", "Seen in", "Of conversations", "Seen by others",
            "Product", "Note", "Stands", "Owner", "Promised for", "We saw", "We did", "Because",
            "It changed by",
        ],
    )  # fmt: skip


def changes_table(answer: RestatementAnswer) -> pd.DataFrame:
    """One row a part, between what was known first and what is known now; a rate's two bridges apart."""
    of = [("", answer.bridge)] + ([("Divided by: ", answer.denominator)] if answer.denominator else [])
    unit = _currency_of(answer)
    body = []
    for name, found in of:
        lines = [
            (f"{name}known then", found.before, None),
            *(
                (f"{name}{CAUSES[part.cause].lower()}", part.change, len(part.records))
                for part in found.parts
            ),
            (f"{name}known now", found.after, None),
        ]
        body += [
            {"Part": label[:1].upper() + label[1:], unit: _restated(answer, number), "Records shown": n}
            for label, number, n in lines
        ]
    return pd.DataFrame(body).astype({"Records shown": "Int64"})


def changed_records_table(answer: RestatementAnswer) -> pd.DataFrame:
    """One row a record and part, the largest change first within each part."""
    columns = ["Part", "Record", _currency_of(answer)]
    found = [answer.bridge] + ([answer.denominator] if answer.denominator else [])
    rows = [
        [CAUSES[part.cause], record.name, _restated(answer, record.change)]
        for bridge in found
        for part in bridge.parts
        for record in part.records
    ]
    return pd.DataFrame(rows, columns=columns)


def _currency_of(answer: RestatementAnswer) -> str:
    return f"Change, {answer.stamp.currency}" if answer.metric.unit is Unit.MONEY else "Change"


def _restated(answer: RestatementAnswer, number: int) -> float | int:
    if answer.metric.unit is not Unit.MONEY:
        return number
    units: float = answer.shown(number) / 10 ** exponent(answer.stamp.currency)
    return units


def designs_table(cards: Iterable[DesignCard]) -> pd.DataFrame:
    """One row per version of a campaign test; differences in points, shares in percent."""
    return pd.DataFrame(
        [
            {
                "Test": card.number,
                "Version": card.version,
                "Campaign": card.doing.name,
                "Territories": ", ".join(place.name for place in card.doing.treated),
                "Compared with": len(card.doing.comparison),
                "From": card.doing.starts_on.isoformat(),
                "To": card.doing.ends_on.isoformat(),
                "Stands": label(card.standing).lower(),
                "Detects from, points": _percent(card.plan.smallest_detectable),
                "Best p": round(card.plan.best_p, 4),
                "Verdict": label(card.effect.verdict).lower() if card.effect else None,
                **_effect(card.effect),
            }
            for card in cards
        ]
    )


def _effect(found: Effect | None) -> dict[str, Any]:
    leading = found.leading if found else None
    return {
        "Effect, points": _percent(leading.estimate) if leading else None,
        "Effect, low": _percent(leading.low) if leading else None,
        "Effect, high": _percent(leading.high) if leading else None,
        "p": round(leading.p, 4) if leading else None,
    }


def effect_waves_table(card: DesignCard) -> pd.DataFrame:
    """One row per wave of the chart."""
    effect = card.effect
    return pd.DataFrame(
        [
            {
                "Wave": point.label,
                "Middle": from_epoch_day(point.midpoint).isoformat(),
                "With the campaign, %": _percent(point.treated),
                "Compared with, %": _percent(point.comparison),
                "Mix of others, %": _percent(point.synthetic),
                "Used as": _used_as(card, point.label),
            }
            for point in (effect.points if effect else ())
        ]
    )


def _used_as(card: DesignCard, wave: str) -> str:
    if wave in card.plan.flagged:
        return "raised the flag: not used"
    return "before" if wave in card.plan.before else ""
