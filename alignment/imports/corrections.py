"""
Rejected rows as a file to send back: what is wrong and what to do, then each row as it was.

Whoever corrects the cells imports the same file again. Its first five columns are
ours, are known by their headings, and are left out when it is read.
"""

from collections import defaultdict

import pandas as pd

from alignment.imports.escapes import unescaped
from alignment.imports.layout import trimmed
from alignment.imports.parsed import ParsedImport, RowProblem
from alignment.imports.raw import PROBLEM_HEADINGS, RawTable


def corrections_frame(parsed: ParsedImport, raw: RawTable) -> pd.DataFrame:
    """
    One row per rejected row, in the order of the file; several problems of a row stand in one cell.

    A row that could not be cut into cells stands whole beside its problem, and its cells are
    empty: sent back as it is, it is rejected again.
    """
    found: dict[int, list[RowProblem]] = defaultdict(list)
    for problem in parsed.problems:
        found[problem.line].append(problem)
    rows = {line: cells for line, cells in zip(raw.lines, raw.rows, strict=True) if line in found}
    unknown = [""] * len(raw.header)
    body = [
        [*_told(line, problems, line in rows), *map(unescaped, rows.get(line, unknown))]
        for line, problems in found.items()
    ]
    return pd.DataFrame(body, columns=[*PROBLEM_HEADINGS, *raw.header], dtype=object)


def _told(line: int, problems: list[RowProblem], has_cells: bool) -> list[str]:
    parts = (
        [problem.column for problem in problems],
        [trimmed(problem.value) if problem.column or not has_cells else "" for problem in problems],
        [problem.problem for problem in problems],
        [problem.remedy for problem in problems],
    )
    return [str(line), *("; ".join(dict.fromkeys(filter(None, texts))) for texts in parts)]
