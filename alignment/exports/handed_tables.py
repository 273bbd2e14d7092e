"""The tables of the Targets page."""

from collections.abc import Iterable

import pandas as pd

from alignment.exports.cells import rate_columns
from alignment.metrics.handed import HandedList, HitRate, TargetLine
from alignment.vocabulary import label


def hit_rates_table(rates: Iterable[HitRate]) -> pd.DataFrame:
    """One row per territory that may be shown, each with all below it; the first is all together."""
    return pd.DataFrame(
        {
            "Territory": rate.name,
            "Targets": rate.targets,
            "Marked": rate.marked,
            "Hits": rate.hits,
            "Misses": rate.misses,
            "Not marked": rate.unmarked,
            **rate_columns("Hit rate", rate.rate),
        }
        for rate in rates
    )


def hand_overs_table(lists: Iterable[HandedList]) -> pd.DataFrame:
    """One row per list. How far it is worked off stands only in the columns of whoever marks."""
    table = pd.DataFrame(
        [
            {
                "List": each.name,
                "Handed over": each.handed_on.isoformat(),
                "Territory": each.territory or "all",
                "Segment": each.segment,
                "Targets": each.targets,
                "Yours": each.own,
                "To mark": each.waiting,
                "Reason": each.reason,
            }
            for each in lists
        ],
        columns=["List", "Handed over", "Territory", "Segment", "Targets", "Yours", "To mark", "Reason"],
    )
    return table.drop(columns=["Yours", "To mark"]) if table["Yours"].isna().all() else table


def targets_table(targets: Iterable[TargetLine], *, with_marks: bool) -> pd.DataFrame:
    """One row per target."""
    return pd.DataFrame(
        {
            "Target": target.name or "(erased)",
            "Known as": f"{target.kind} {target.code}" if target.kind else None,
            "Territory": target.territory,
            "Reason": target.reason,
            **(
                {
                    "Mark": label(target.mark) if target.mark else "Marked" if target.is_marked else None,
                    "Because": label(target.why) if target.why else None,
                }
                if with_marks
                else {}
            ),
        }
        for target in targets
    )
