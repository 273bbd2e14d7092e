"""Uploads between two runs: read once, however often the page is drawn again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from alignment.access import Actor
from alignment.actions import imports as import_actions
from alignment.actions.imports import AlreadyImported, ImportReceipt, Progress
from alignment.actions.imports.receipts import receipt_from
from alignment.errors import HeldImport, StoppedImport
from alignment.imports import gate
from alignment.imports.boundaries import ParsedBoundaries
from alignment.imports.checks import parse
from alignment.imports.files import boundaries_import
from alignment.imports.known import Known
from alignment.imports.mappings import Proposal, propose, with_answers, with_mapping
from alignment.imports.parsed import ParsedImport
from alignment.imports.raw import RawTable
from alignment.imports.readers import BOUNDARY_ENDINGS, ending
from alignment.imports.stages import NeedsStages, UnreadStage
from alignment.ui import facts, opening, storing
from alignment.ui.store import open_database
from alignment.vocabulary import StageSubject

KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person said about a file. Empty: what was recognised holds."""

    kind: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    date_order: str | None = None
    decimal: str | None = None
    source: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageQuestions:
    """What a file's stages stand for must be said before its rows can be read; see `NeedsStages`."""

    source: str
    subject: StageSubject
    stages: tuple[UnreadStage, ...]


def is_boundaries(file_name: str) -> bool:
    return ending(file_name) in BOUNDARY_ENDINGS


def be_ready() -> None:
    """Start what reads the files while a person still chooses them."""
    gate.warm()


def table(data: bytes, file_name: str, sheet: str | None = None) -> RawTable:
    """The file as text, of a workbook one sheet. Errors are for people: `UnreadableFile`."""
    raw = opening.opened(data, file_name, sheet)
    assert isinstance(raw, RawTable), "the ending of a table gave shapes"
    return raw


def proposal(raw: RawTable, answers: Answers, known: Known) -> Proposal:
    """Kind and mapping, with what the person said in the place of what was recognised or said last time."""
    found = propose(raw, kind=answers.kind, known=known)
    if answers.mapping:
        found = with_mapping(found, raw, dict(answers.mapping))
    return with_answers(found, date_order=answers.date_order, decimal=answers.decimal)


@st.cache_data(max_entries=KEPT, ttl=3600, show_spinner="Checking every row…")
def checked(
    data: bytes, file_name: str, answers: Answers, known: Known, zone: str, currency: str, _now: datetime
) -> ParsedImport | StageQuestions:
    """
    The file's rows, checked; nothing is stored. What lies after `_now` cannot have happened.

    A file whose stages nobody has explained gives its questions instead.
    """
    raw = table(data, file_name, answers.sheet)  # kept already: the page has shown it
    try:
        return parse(
            raw,
            proposal(raw, answers, known),
            source=answers.source or None,
            zone=zone,
            currency=currency,
            now=_now,
            known=known,
        )
    except NeedsStages as needs:
        return StageQuestions(source=needs.source, subject=needs.subject, stages=needs.stages)


def shapes(data: bytes, file_name: str, source: str | None) -> ParsedImport:
    """A boundary file, checked."""
    found = opening.opened(data, file_name)
    assert isinstance(found, ParsedBoundaries), "the ending of a boundary file gave a table"
    return boundaries_import(found, data, file_name, source)


def begin_to_apply(
    actor: Actor, parsed: ParsedImport, *, only_good_rows: bool, accept: bool, command_id: str
) -> None:
    """Start to store a checked file: the slow part first, then one transaction."""
    database = open_database(facts.url())

    def store(progress: Progress) -> ImportReceipt | AlreadyImported:
        with database.reading() as reading:
            prepared = import_actions.prepare(reading, actor, parsed)
        with database.writing() as db:
            return import_actions.apply(
                db,
                actor,
                parsed,
                only_good_rows=only_good_rows,
                accept=accept,
                prepared=prepared,
                command_id=command_id,
                progress=progress,
            )

    storing.begin(command_id, store)


is_being_applied = storing.is_under_way


def finish_applying(form: str, command_id: str, line: Callable[[float, int], str]) -> None:
    """Wait until a file that is being stored is in, and keep its receipt; held or stopped, say so."""
    try:
        keep_receipt(form, storing.watched(command_id, line))
    except HeldImport as reason:
        st.session_state[f"{form}_held"] = str(reason)
    except StoppedImport as stopped:
        st.info(str(stopped))
        return
    st.rerun()


def with_columns(answers: Answers, mapping: dict[str, str]) -> Answers:
    """The answers with the mapping that the person sees; equal to the proposal's, it changes nothing."""
    return replace(answers, mapping=tuple(sorted(mapping.items())))


def with_answer(answers: Answers, what: str, answer: str) -> Answers:
    """The answers with one more question answered: `what` is "date_order" or "decimal"."""
    return replace(answers, date_order=answer) if what == "date_order" else replace(answers, decimal=answer)


def form_of(file_name: str, data: bytes) -> str:
    """The key of a file's form: the same file has the same form."""
    return (
        f"import_{hashlib.sha256(data).hexdigest()[:16]}_{hashlib.sha256(file_name.encode()).hexdigest()[:8]}"
    )


def form_of_sheet(form: str, raw: RawTable) -> str:
    """The form of the sheet that was read: where a workbook has several, each comes in for itself."""
    if len(raw.sheets) < 2:
        return form
    return f"{form}_{hashlib.sha256(str(raw.sheet).encode()).hexdigest()[:8]}"


def keep_receipt(form: str, receipt: ImportReceipt | AlreadyImported) -> None:
    """As plain values: what a session holds must outlive the classes."""
    st.session_state[f"{form}_receipt"] = receipt.plain()


def kept_receipt(form: str) -> ImportReceipt | AlreadyImported | None:
    """The receipt of a file that was applied in this session."""
    plain = st.session_state.get(f"{form}_receipt")
    return None if plain is None else receipt_from(plain)


def held_reason(form: str) -> str:
    """Why the file was held; empty if it was not."""
    return str(st.session_state.get(f"{form}_held", ""))
