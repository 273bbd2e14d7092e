"""What comes in, what does not, and why? A file is looked at first; nothing is stored before Apply."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import names as name_actions
from alignment.errors import UnreadableFile
from alignment.exports import frames, name_tables
from alignment.imports.corrections import corrections_frame
from alignment.imports.dictionary import TEMPLATE_KINDS
from alignment.imports.kinds import KINDS
from alignment.imports.mappings import Proposal
from alignment.imports.parsed import ParsedImport
from alignment.imports.preview import field_labels, mapping_frame, mapping_from, preview_frame, problems_frame
from alignment.imports.raw import RawTable
from alignment.imports.readers import shown_name
from alignment.imports.stages import meanings_of
from alignment.ui import commands, door, loaders, parts, session, shown
from alignment.ui.text import md_escape

actor = session.require(Permission.IMPORTS_PREVIEW)

TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "parquet", "geojson", "json"]
RECOGNISED = "as recognised"
STAGES_AT_ONCE = 40


def read(data: bytes, name: str, form: str) -> RawTable:
    """The file's table; of a workbook with several sheets, the one that the person chose."""
    try:
        raw = door.table(data, name, st.session_state.get(f"{form}_sheet"))
    except UnreadableFile as refusal:
        choose_sheet(refusal.sheets, None, form)
        raise
    choose_sheet(raw.sheets, raw.sheet, form)
    return raw


def choose_sheet(sheets: tuple[str, ...], was_read: str | None, form: str) -> None:
    if len(sheets) > 1:
        st.selectbox(
            f"Sheet of the workbook ({len(sheets)})",
            sheets,
            index=sheets.index(was_read) if was_read in sheets else None,
            key=f"{form}_sheet",
        )


def ask(raw: RawTable, form: str) -> door.Answers:
    """Kind, source, columns, and what the file itself leaves open."""
    first, second = st.columns(2)
    kind = first.selectbox(
        "Kind of file",
        [RECOGNISED, *KINDS],
        key=f"{form}_kind",
        format_func=lambda slug: slug if slug == RECOGNISED else KINDS[slug].label,
    )
    source = second.text_input(
        "System it comes from",
        key=f"{form}_source",
        placeholder="as usual for the kind: crm, ads, survey ...",
    )
    answers = door.Answers(
        kind=None if kind == RECOGNISED else kind, source=source.strip() or None, sheet=raw.sheet
    )
    known = loaders.load_known()
    proposal = door.proposal(raw, answers, known)
    st.markdown(f"Read as **{proposal.label}**.")
    if "last time" in proposal.why.values():
        st.caption("Read like the last file with these columns; change it under Columns.")
    with st.expander("Columns", expanded=bool(proposal.missing)):
        answers = door.with_columns(answers, edit_mapping(raw, proposal, form))
    return decide(door.proposal(raw, answers, known), answers, form)


def edit_mapping(raw: RawTable, proposal: Proposal, form: str) -> dict[str, str]:
    labels = field_labels(proposal.kind, proposal.mapping)
    edited = st.data_editor(
        mapping_frame(raw, proposal),
        key=f"{form}_mapping_{proposal.kind}",
        hide_index=True,
        disabled=["field", "required", "example", "why"],
        column_config={
            "field": st.column_config.SelectboxColumn(
                "Our field", options=list(labels), format_func=lambda name: labels[str(name)]
            ),
            "required": st.column_config.CheckboxColumn("Needed"),
            "column": st.column_config.SelectboxColumn("Column of the file", options=["", *raw.header]),
            "example": st.column_config.TextColumn("First value"),
            "why": st.column_config.TextColumn("Recognised by"),
        },
    )
    if proposal.unmapped:
        st.caption(insights.unmapped_line(proposal.unmapped))
    return mapping_from(edited)


def decide(proposal: Proposal, answers: door.Answers, form: str) -> door.Answers:
    """Questions that the file leaves open are asked once each."""
    for decision in proposal.needs_decision:
        words = dict(decision.options)
        answer = st.radio(
            decision.question, list(words), index=None, key=f"{form}_{decision.what}", format_func=words.get
        )
        if answer:
            answers = door.with_answer(answers, decision.what, answer)
    return answers


def ask_stages(asked: door.StageQuestions, form: str) -> None:
    """Each stage that nobody has explained is asked once, for all files of its source from now on."""
    st.warning(insights.stages_question(asked.source, len(asked.stages)))
    if not actor.may(Permission.NAMES_DECIDE):
        st.info("Your role can look at a file; a head or an administrator says what a stage stands for.")
        return
    key = f"{form}_stages_{len(asked.stages)}"
    command_id, meanings = commands.command_id(key), meanings_of(asked.subject)
    with st.form(key, border=False):
        said = {
            stage.text: st.selectbox(
                insights.stage_label(stage.text, stage.rows),
                meanings,
                index=meanings.index(stage.guess) if stage.guess in meanings else None,
                key=f"{key}_{number}",
                format_func=name_tables.meaning_label,
            )
            for number, stage in enumerate(asked.stages[:STAGES_AT_ONCE])
        }
        if st.form_submit_button("Save", key=f"{key}_save", type="primary"):
            answers = tuple(
                name_actions.StageAnswer(text=text, meaning=meaning)
                for text, meaning in said.items()
                if meaning
            )
            with session.writing() as db:
                name_actions.decide_stages(
                    db,
                    actor,
                    source=asked.source,
                    subject=asked.subject,
                    answers=answers,
                    command_id=command_id,
                )
            st.rerun()  # the file is read now: that is the confirmation


def show_rows(parsed: ParsedImport, form: str, raw: RawTable | None) -> None:
    st.markdown(insights.parsed_line(parsed.accounting))
    parts.folded_table(
        "The first rows as they were read",
        preview_frame(parsed, zone=session.company().calendar.zone),
        name=f"preview_{parsed.kind}_{form[-8:]}",
    )
    if parsed.problems:
        st.warning(insights.problems_line(parsed))
        parts.table(
            problems_frame(parsed),
            name=f"problems_{parsed.kind}_{form[-8:]}",
            every=None if raw is None else lambda: corrections_frame(parsed, raw),
        )
    if parsed.notes:
        with st.expander(f"What was noticed ({len(parsed.notes)})"):
            shown.show_findings(parsed.notes)


def offer_apply(parsed: ParsedImport, form: str) -> None:
    if not actor.may(Permission.IMPORTS_APPLY):
        st.info("Your role can look at a file; an administrator applies it.")
        return
    only_good = bool(parsed.problems) and st.checkbox("Apply only the good rows", key=f"{form}_good")
    held = door.held_reason(form)
    if held:
        st.warning(held)
    accept = bool(held) and st.checkbox("I have looked at it: apply it all the same", key=f"{form}_accept")
    blocked = bool(parsed.problems) and not only_good
    command_id = commands.command_id(form)
    if st.button("Apply", key=f"{form}_apply", type="primary", disabled=blocked):
        door.begin_to_apply(actor, parsed, only_good_rows=only_good, accept=accept, command_id=command_id)
    if door.is_being_applied(command_id):
        door.finish_applying(form, command_id, insights.storing_line)


def show_receipt(form: str) -> bool:
    """What became of the file, if it was applied in this session."""
    receipt = door.kept_receipt(form)
    if receipt is not None:
        parts.receipt(receipt, zone=session.company().calendar.zone)
    return receipt is not None


def show_file(name: str, data: bytes) -> None:
    form = door.form_of(name, data)
    with st.container(border=True), parts.told():
        st.subheader(md_escape(name), anchor=False)
        if show_receipt(form):
            return
        parsed: ParsedImport | door.StageQuestions
        company, raw = session.company(), None
        if door.is_boundaries(name):
            parsed = door.shapes(data, name, None)
        else:
            raw = read(data, name, form)
            form = door.form_of_sheet(form, raw)
            if show_receipt(form):
                return
            parsed = door.checked(
                data,
                name,
                ask(raw, form),
                loaders.load_known(),
                company.calendar.zone,
                company.currency,
                company.latest_possible,
            )
        if isinstance(parsed, door.StageQuestions):
            ask_stages(parsed, form)
            return
        show_rows(parsed, form, raw)
        offer_apply(parsed, form)


def offer_template() -> None:
    with st.expander("No export at hand? Start from an empty table"):
        kind = st.selectbox(
            "What it will hold",
            TEMPLATE_KINDS,
            format_func=lambda slug: KINDS[slug].label,
            key="template_kind",
        )
        st.caption("An Excel file with the columns, two example rows and a sheet that explains each column.")
        shown.download_template(kind)


door.be_ready()
with shown.errors():
    history = loaders.load_import_history()
    shown.show_headline(insights.imports_headline(history), insights.imports_stamp(history))
    files = st.file_uploader(
        "Bring in exports as they are: CSV, Excel, Parquet or GeoJSON, in any order",
        type=TYPES,
        accept_multiple_files=True,
        key="uploads",
    )
    if not files:
        offer_template()
for file in files:
    show_file(shown_name(file.name), file.getvalue())
with shown.errors():
    if history.batches:
        st.subheader("What came in", anchor=False)
        parts.table(frames.imports_table(history), name="imports")
