"""The tables of the Names page: what waits, stages, rules, what falls outside, decisions."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from alignment.insights.names import one_of
from alignment.metrics.names import NamesAnswer
from alignment.vocabulary import DealEventKind, Exit, Stage, label

_SEEN_BY = {"text": "a name in the file", "owner": "its owner", "nothing": "nothing: no name and no owner"}


def waiting_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per name and source, most rows first."""
    return pd.DataFrame(
        [
            {
                "Name": name.text,
                "Is a": one_of(name.kind),
                "Rows": name.rows,
                "Did you mean": name.guess_name,
                "Source": name.source,
                "First seen": _local(name.first_at, answer.zone),
                "Last seen": _local(name.last_at, answer.zone),
            }
            for name in answer.waiting
        ],
        columns=["Name", "Is a", "Rows", "Did you mean", "Source", "First seen", "Last seen"],
    )


def stages_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per stage of a source; without a meaning of its own it is read by the words known here."""
    return pd.DataFrame(
        [
            {
                "Stage": line.text,
                "Source": line.source,
                "Of a": line.subject,
                "Stands for": meaning_label(line.meaning) if line.meaning else "as the words here say",
                "Rows": line.rows,
                "Decided by": line.decided_by,
                "When": _local(line.decided_at, answer.zone),
            }
            for line in answer.stages
        ],
        columns=["Stage", "Source", "Of a", "Stands for", "Rows", "Decided by", "When"],
    ).astype({"Rows": "Int64"})


def meaning_label(meaning: str) -> str:
    """A stage, exit or deal event as a person reads it; a deal that is under way is open."""
    if meaning == DealEventKind.OPENED:
        return "Open"
    words = {each.value: each for each in (*Stage, *Exit, *DealEventKind)}
    return label(words[meaning])


def rules_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per territory rule in force."""
    return pd.DataFrame(
        [
            {
                "Rows with": f"{rule.field.replace('_', ' ')} {rule.pattern}",
                "Lie in": rule.territory,
                "From": rule.valid_from.isoformat() if rule.valid_from.year > 1970 else "always",
                "Brought by": rule.brought_by,
            }
            for rule in answer.rules
        ],
        columns=["Rows with", "Lie in", "From", "Brought by"],
    )


def outside_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per what a rule could see of leads and deals without a territory."""
    return pd.DataFrame(
        [
            {
                "Value": each.value,
                "A rule sees": _SEEN_BY[each.seen_by],
                "Of": f"{each.subject}s",
                "Rows": each.rows,
            }
            for each in answer.outside
        ],
        columns=["Value", "A rule sees", "Of", "Rows"],
    )


def pairs_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per pair of spellings that may be one."""
    return pd.DataFrame(
        [
            {
                "Spelling": pair.name,
                "Rows": pair.rows,
                "May be": pair.into_name,
                "Its rows": pair.into_rows,
                "Is a": one_of(pair.kind),
            }
            for pair in answer.pairs
        ],
        columns=["Spelling", "Rows", "May be", "Its rows", "Is a"],
    )


def decisions_table(answer: NamesAnswer) -> pd.DataFrame:
    """One row per decision in force, the newest first."""
    return pd.DataFrame(
        [
            {
                "Decision": line.sentence,
                "Rows changed": line.rows,
                "When": _local(line.at, answer.zone),
                "By": line.by,
                "Import": line.batch_id,
            }
            for line in answer.decisions
        ],
        columns=["Decision", "Rows changed", "When", "By", "Import"],
    )


def _local(at: datetime | None, zone: str) -> str | None:
    return None if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
