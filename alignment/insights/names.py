"""The Names page in words: what waits, what falls outside, what a decision did and does not do."""

from alignment.insights.finding import Finding
from alignment.metrics.names import NamesAnswer, Pair, RulePreview, WaitingName
from alignment.wording import count, listed, plural

_ONE = {
    "territories": "territory",
    "segments": "segment",
    "channels": "channel",
    "products": "product",
    "campaigns": "campaign",
    "people": "person",
    "accounts": "account",
    "leads": "lead",
    "deals": "deal",
}
NOT_KEPT = (
    "What a file called the stages of leads is not stored, and of a lead or deal that has a territory "
    "neither is the text that placed it: only what waits can be counted by its text."
)
WITHDRAWN = "Rows that files brought while it was in force stay as they were read."
STAGES_NOTE = (
    "A meaning holds for files that come. Stored rows keep the stage they were read as; import their file "
    "again to read it anew."
)


def one_of(kind: str) -> str:
    """The kind in the singular: "territory"."""
    return _ONE.get(kind, kind)


def names_finding(answer: NamesAnswer) -> Finding:
    """How much waits for a person, and what to do first."""
    lines = []
    if answer.waiting:
        most = answer.waiting[0]
        lines.append(
            f'"{most.text}" ({one_of(most.kind)}, from {most.source}) is on {plural(most.rows, "row")}: '
            "deciding on it fills them all."
        )
    if answer.pairs:
        lines.append(f"{plural(len(answer.pairs), 'pair')} of spellings may be one and the same.")
    if answer.not_compared:
        lines.append(f"{listed(answer.not_compared)} are too many to be compared with each other.")
    return Finding(
        headline=_headline(answer),
        title="",
        subtitle=f"{outside_line(answer, 'lead')}; {outside_line(answer, 'deal')}",
        alt="",
        findings=tuple(lines),
    )


def _headline(answer: NamesAnswer) -> str:
    if not answer.waiting:
        return "Every name that files brought is known"
    verb = "waits" if len(answer.waiting) == 1 else "wait"
    return (
        f"{plural(len(answer.waiting), 'name')} on {plural(answer.rows_waiting, 'row')} {verb} for somebody "
        "to say what they stand for"
    )


def outside_line(answer: NamesAnswer, subject: str) -> str:
    """ "214 of 9,000 leads have no territory"."""
    outside = answer.n_outside(subject)
    whole = outside + answer.inside.get(subject, 0)
    verb = "has" if whole == 1 else "have"
    return f"{count(outside)} of {plural(whole, subject)} {verb} no territory"


def waiting_label(name: WaitingName) -> str:
    near = f"; did you mean {name.guess_name}?" if name.guess_name else ""
    return f"{name.text} ({one_of(name.kind)}, {plural(name.rows, 'row')}{near})"


def pair_label(pair: Pair) -> str:
    return (
        f"{pair.name} ({plural(pair.rows, 'row')}) becomes {pair.into_name} ({plural(pair.into_rows, 'row')})"
    )


def preview_line(preview: RulePreview) -> str:
    """ "Would place 214 leads and 12 deals; 3 leads and 0 deals stay outside"."""
    return f"Would place {_both(preview.places)}; {_both(preview.stays_outside)} stay outside."


def _both(counts: dict[str, int]) -> str:
    return " and ".join(plural(counts[subject], subject) for subject in ("lead", "deal"))


def name_decided(text: str, target: str, rows: int) -> str:
    return f'"{text}" stands for {target} from now on; {plural(rows, "stored row")} changed.'


def name_added(text: str, rows: int) -> str:
    return f'"{text}" has its place; {plural(rows, "stored row")} changed. Its own file will describe it.'


def rule_added(pattern: str, territory: str, rows: int) -> str:
    return f'"{pattern}" lies in {territory} from now on; {plural(rows, "stored row")} changed.'


def rule_ended(pattern: str) -> str:
    return f'The rule for "{pattern}" places nothing any more. What it has placed stays where it is.'


def decision_withdrawn(sentence: str, rows: int) -> str:
    return f"Taken back: {sentence}. {plural(rows, 'row')} as before. {WITHDRAWN}"


def stages_decided(source: str, decided: int, changed: int) -> str:
    parts = [f"{plural(decided, 'stage')} of {source} said"] if decided or not changed else []
    parts += [f"{plural(changed, 'meaning')} of {source} changed"] if changed else []
    return f"{' and '.join(parts)}. {STAGES_NOTE}"
