"""
A list of targets as somebody pastes or uploads it: a name a line, and why sales should go there.

The file readers of every import lay the table out; here its two columns are found and
each line is either a target or a sentence that says what was expected in it.
"""

from dataclasses import dataclass

from alignment.errors import Invalid
from alignment.imports.kinds import folded
from alignment.imports.opening import Open
from alignment.imports.raw import RawTable
from alignment.imports.text_files import delimiter_of

MOST_TARGETS = 500
LONGEST = 300
_NAMES = frozenset(
    map(folded, ("name", "target", "account", "outlet", "customer", "company", "shop", "id", "kunde", "ziel"))
)
_REASONS = frozenset(map(folded, ("reason", "why", "because", "note", "grund", "warum")))
_PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One line. `reason` is empty where the list has no such column: its own reason holds for all."""

    line: int
    name: str
    reason: str


def pasted_targets(text: str, open_table: Open) -> tuple[Target, ...]:
    """
    The targets of a text of lines like "Kiosk Nord; near the fair". Column headings may be left out.

    Raises:
        Invalid: The sentence says which line, and what was expected there.
        UnreadableFile: The lines are no table.
    """
    if not text.strip():
        raise Invalid(
            "The list is empty. Paste a target a line: its name or id, a semicolon, and the reason."
        )
    delimiter = delimiter_of(text) or ";"
    lines = text.strip("\r\n").splitlines()
    first = [folded(cell) for cell in lines[0].split(delimiter)]
    is_headed = bool(_NAMES.intersection(first))
    if not is_headed:
        lines.insert(0, delimiter.join(("name", "reason") if delimiter in text else ("name",)))
    table = open_table("\n".join(lines).encode(), "pasted.csv")
    return _targets(table, shift=0 if is_headed else -1)


def uploaded_targets(data: bytes, file_name: str, open_table: Open) -> tuple[Target, ...]:
    """
    The targets of a file with column headings.

    Raises:
        Invalid: The sentence says which line, and what was expected there.
        UnreadableFile: It cannot be read as a table.
    """
    return _targets(open_table(data, file_name), shift=0)


def _targets(table: object, *, shift: int) -> tuple[Target, ...]:
    if not isinstance(table, RawTable):
        raise Invalid(
            "That file holds boundaries and not a list of targets. Give a table of names and reasons."
        )
    name, reason = _column(table, _NAMES), _column(table, _REASONS)
    if name is None:
        raise Invalid(
            f"Line {table.header_line}: no column is called name, account, outlet or id; there are "
            f"{', '.join(table.header[:6])}. Name the column that holds the targets."
        )
    names = table.column(name)
    reasons = [""] * len(names) if reason is None else table.column(reason)
    problems = [f"Line {each.line + shift}: {each.problem} {each.remedy}" for each in table.broken]
    problems += [
        f'Line {each.line + shift} was read as {each.what.value} and not as a target: "{each.cells[0]}". '
        "Put the name in quotes or leave the line out."
        for each in table.other
        if any(each.cells)
    ]
    found: list[Target] = []
    lines: dict[str, int] = {}
    for line, target, why in zip(table.lines, names, reasons, strict=True):
        at = line + shift
        problem = _problem(at, target, why, has_reasons=reason is not None, before=lines.get(folded(target)))
        if problem:
            problems.append(problem)
        lines.setdefault(folded(target), at)
        found.append(Target(line=at, name=target.strip(), reason=why.strip()))
    if len(found) > MOST_TARGETS:
        problems.append(f"The list has {len(found):,} targets; at most {MOST_TARGETS} fit. Split it.")
    if not found and not problems:
        problems.append(f"Line {table.header_line + 1}: a target was expected, and the list ends there.")
    require_none(problems)
    return tuple(found)


def _column(table: RawTable, words: frozenset[str]) -> str | None:
    return next((name for name in table.header if folded(name) in words), None)


def _problem(line: int, name: str, reason: str, *, has_reasons: bool, before: int | None) -> str | None:
    if not folded(name):
        return f"Line {line}: a name or id was expected and there is none."
    if has_reasons and not reason.strip():
        return f'Line {line}: a reason was expected after "{name}": why should sales go there?'
    if max(len(name), len(reason)) > LONGEST:
        return f"Line {line} is longer than {LONGEST} characters in one cell. Say it shorter."
    return None if before is None else f'Line {line}: "{name}" stands on line {before} already. Give it once.'


def require_none(problems: list[str]) -> None:
    """
    Raises:
        Invalid: There are some; the first are said, the others counted.
    """
    if problems:
        more = len(problems) - _PROBLEMS_SHOWN
        rest = [f"And {more} more."] if more > 0 else []
        raise Invalid(" ".join(["Nothing was stored.", *problems[:_PROBLEMS_SHOWN], *rest]))
