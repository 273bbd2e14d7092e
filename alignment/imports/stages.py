"""
What a source's words for a stage stand for: decided by a person, known here, or asked.

A stage that nobody can read is never guessed: a deal "Signed" that counts as open,
or a hashed id, would make a wrong number in silence. The file is held and each such
text is asked once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from alignment.errors import HeldImport, Invalid, did_you_mean
from alignment.imports.draft import Draft
from alignment.imports.kinds import KINDS, Parse, folded
from alignment.imports.known import Known, StageMeaning
from alignment.imports.layout import trimmed
from alignment.imports.outcome import Unread
from alignment.imports.phrases import counted
from alignment.imports.words import DEAL_EVENTS, LOST_STAGES, OPEN_STAGES, STAGES, WON_STAGES
from alignment.vocabulary import DealEventKind, Exit, Stage, StageSubject, label

Meaning = Stage | Exit | DealEventKind

BLANK = "(empty)"
"""How rows without any stage are called."""
DEAL_MEANINGS = (DealEventKind.OPENED, DealEventKind.WON, DealEventKind.LOST)
_SHOWN = 12
_CLOSE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadStage:
    """A text that stands for a stage, "" for rows that name none. `guess` is the closest word we know."""

    text: str
    rows: int
    guess: Meaning | None


class NeedsStages(HeldImport):
    """
    The file names stages whose meaning nobody has said; `stages` are to be mapped by a person.

    An answer is a `StageMeaning` of (`source`, `subject`), for a text "" as well.
    """

    def __init__(self, source: str, subject: StageSubject, stages: tuple[UnreadStage, ...]) -> None:
        self.source, self.subject, self.stages = source, subject, stages
        super().__init__(_question(subject, stages))


def subject_of(kind: str) -> StageSubject | None:
    """Whose stages a kind of file names; None if it names none."""
    parses = {spec.parse for spec in KINDS[kind].fields}
    if Parse.DEAL_STAGE in parses:
        return StageSubject.DEAL
    return StageSubject.LEAD if Parse.STAGE in parses else None


def meanings_of(subject: StageSubject) -> tuple[Meaning, ...]:
    """What a stage of this subject can stand for."""
    return DEAL_MEANINGS if subject is StageSubject.DEAL else (*Stage, *Exit)


def answered(known: Known, source: str, kind: str, answers: Mapping[str, str]) -> Known:
    """
    What is known, with a person's answers before it: the source's text -> our word.

    Raises:
        Invalid: A word is no stage, or the kind has no stages.
    """
    if not answers:
        return known
    subject = subject_of(kind)
    if subject is None:
        raise Invalid(f"{KINDS[kind].label} have no stages. Leave --stage out.")
    given = tuple(
        StageMeaning(
            source=source,
            subject=subject,
            folded="" if text == BLANK else folded(text),
            meaning=_meaning(subject, word),
        )
        for text, word in answers.items()
    )
    return replace(known, stages=(*given, *known.stages))


def _meaning(subject: StageSubject, word: str) -> Meaning:
    allowed = meanings_of(subject)
    table = DEAL_EVENTS if subject is StageSubject.DEAL else STAGES
    found = table.get(folded(word))
    if found in allowed:
        return found  # type: ignore[return-value]
    names = [label(each) for each in allowed]
    raise Invalid(f'"{word}" is no stage here.{did_you_mean(word, names)} Use one of: {", ".join(names)}.')


def settle_stages(draft: Draft, known: Known, source: str, *, asks_blank: bool) -> list[tuple[str, str]]:
    """
    Give every row's stage its meaning: a person's, else our word's, else the CRM's own flags'.

    Returns:
        The decisions of persons that were used: (folded text, meaning).

    Raises:
        NeedsStages: Texts are left that nothing explains.
    """
    subject = subject_of(draft.kind.slug)
    if subject is None or "stage" not in draft.columns or "stage" not in draft.mapping:
        return []
    stages = draft.columns["stage"]
    texts = [trimmed(cell) for cell in draft.raw.column(draft.mapping["stage"])]
    used: dict[str, str] = {}
    open_questions: Counter[str] = Counter()
    meanings = {text: known.meaning(source, subject, text) for text in set(texts)}
    for row, text in enumerate(texts):
        meaning = meanings[text]
        if meaning is not None:
            used[folded(text)] = str(meaning)
            stages[row] = _value(subject, text, meaning)
            _forgive(draft, row)
        elif isinstance(stages[row], Unread) or (
            stages[row] is None and asks_blank and not _is_bad(draft, row)
        ):
            told = _told_by_flags(draft, row)
            if told is not None:
                stages[row] = _value(subject, text, told)
            elif row not in draft.bad:
                shown = stages[row].text if isinstance(stages[row], Unread) else ""
                open_questions[shown] += 1
                stages[row] = None
            else:
                stages[row] = None
    if open_questions:
        raise NeedsStages(source, subject, _unread(subject, open_questions))
    return sorted(used.items())


def _value(subject: StageSubject, text: str, meaning: Meaning) -> object:
    return (text or None, meaning) if subject is StageSubject.DEAL else meaning


def _is_bad(draft: Draft, row: int) -> bool:
    return any(name == "stage" for name, _ in draft.bad.get(row, ()))


def _forgive(draft: Draft, row: int) -> None:
    """What could not be read without the person's word can be read with it."""
    if _is_bad(draft, row):
        rest = [(name, bad) for name, bad in draft.bad[row] if name != "stage"]
        if rest:
            draft.bad[row] = rest
        else:
            del draft.bad[row]


def _told_by_flags(draft: Draft, row: int) -> DealEventKind | None:
    """Won, lost or open by the CRM's own columns; None where it has none that tell."""
    won, closed = draft.column("is_won")[row], draft.column("is_closed")[row]
    if won:
        return DealEventKind.WON
    if closed is False:
        return DealEventKind.OPENED
    return DealEventKind.LOST if closed and won is False else None


def _unread(subject: StageSubject, texts: Mapping[str, int]) -> tuple[UnreadStage, ...]:
    most_first = sorted(texts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(UnreadStage(text=text, rows=n, guess=guess(subject, text)) for text, n in most_first)


def guess(subject: StageSubject, text: str) -> Meaning | None:
    """The meaning of the closest word that is known here; a help for the person, never taken by itself."""
    words = _words(subject)
    key = folded(text)
    if subject is StageSubject.DEAL:
        for part, meaning in (("won", DealEventKind.WON), ("gewonnen", DealEventKind.WON)):
            if part in key and "not" not in key and "nicht" not in key:
                return meaning
        if "lost" in key or "verlor" in key:
            return DealEventKind.LOST
    close = get_close_matches(key, list(words), n=1, cutoff=_CLOSE)
    return words[close[0]] if close else None


def _words(subject: StageSubject) -> dict[str, Meaning]:
    if subject is StageSubject.LEAD:
        return dict(STAGES)  # type: ignore[arg-type]
    meant: Iterable[tuple[frozenset[str], DealEventKind]] = (
        (OPEN_STAGES, DealEventKind.OPENED),
        (LOST_STAGES, DealEventKind.LOST),
        (WON_STAGES, DealEventKind.WON),
    )
    return {word: meaning for known, meaning in meant for word in known}


def _question(subject: StageSubject, stages: tuple[UnreadStage, ...]) -> str:
    shown = ", ".join(_one(stage) for stage in stages[:_SHOWN])
    more = f" and {len(stages) - _SHOWN} more" if len(stages) > _SHOWN else ""
    choice = "open, won or lost" if subject is StageSubject.DEAL else "which of our stages or exits"
    return (
        f"{counted(len(stages), 'stage')} of the file {'is' if len(stages) == 1 else 'are'} not known here: "
        f'{shown}{more}. Say once for each what it stands for: {choice} (--stage "TEXT=WORD").'
    )


def _one(stage: UnreadStage) -> str:
    named = f'"{stage.text[:60]}"' if stage.text else BLANK
    hint = f"; did you mean {label(stage.guess)}?" if stage.guess else ""
    return f"{named} ({counted(stage.rows, 'row')}{hint})"
