"""How far can the numbers be trusted: what is fresh, missing, or contradicts itself? For everybody."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import problems as problem_actions
from alignment.exports import frames
from alignment.metrics.quality import DataAnswer, ProblemLine
from alignment.ui import commands, filters, loaders, parts, session, shown

actor = session.require(Permission.NUMBERS_READ)

PAGE, PAGE_SIZE = "problem_page", 50
NOBODY = 0


def first_page() -> None:
    st.session_state[PAGE] = 1


def pick_problem(answer: DataAnswer) -> ProblemLine:
    lines = {f"{line.check.slug} {line.source}": line for line in answer.problems}
    asked = filters.local("id")
    picked = st.selectbox(
        "Problem",
        list(lines),
        index=list(lines).index(asked) if asked in lines else 0,
        key="problem",
        format_func=lambda key: insights.problem_label(lines[key]),
        on_change=first_page,
    )
    return lines[picked]


def show_records(line: ProblemLine) -> None:
    page = loaders.load_problem_page(
        problem=line.check.slug,
        source=line.source,
        page=st.session_state.get(PAGE, 1),
        page_size=PAGE_SIZE,
    )
    st.caption(insights.problem_records_line(page))
    if not page.total:
        return
    name = f"{line.check.slug}_{line.source}"
    parts.table(
        frames.problem_records_table(page),
        name=name,
        every=lambda: frames.problem_records_table(
            loaders.load_problem_page(problem=line.check.slug, source=line.source, page_size=None)
        ),
    )
    parts.pager(PAGE, total=page.total, size=PAGE_SIZE)


def offer_owner(line: ProblemLine) -> None:
    form = f"owner_{line.check.slug}_{line.source}"
    if commands.show_confirmation(form):
        return
    names = {NOBODY: "Nobody yet", **dict(loaders.load_possible_owners())}
    command_id = commands.command_id(form)
    with st.form(form, border=False):
        person = st.selectbox(
            "Who looks after it",
            list(names),
            index=list(names).index(line.owner_id) if line.owner_id in names else 0,
            key=f"{form}_person",
            format_func=names.__getitem__,
        )
        if st.form_submit_button("Save", key=f"{form}_save"):
            with session.writing() as db:
                found = problem_actions.assign_problem_owner(
                    db,
                    actor,
                    problem=line.check.slug,
                    source=line.source,
                    person_id=person or None,
                    command_id=command_id,
                )
            commands.confirm(form, insights.owner_assigned(found.problem, found.source, found.owner))


def show_problem(answer: DataAnswer) -> None:
    st.subheader("One problem and its records", anchor=False)
    line = pick_problem(answer)
    shown.show_findings(insights.problem_lines(line))
    if actor.may(Permission.PROBLEMS_ASSIGN):
        offer_owner(line)
    if actor.may(Permission.RECORDS_READ):
        show_records(line)
    else:
        st.caption("Your role sees how many records there are, and not the records.")


with shown.errors():
    answer = loaders.load_data()
    if not answer.sources:
        parts.nothing(insights.data_empty())
    finding = insights.data_finding(answer)
    shown.show_headline(finding.headline, finding.subtitle)
    parts.table(frames.sources_table(answer), name="sources")
    shown.show_findings(finding.findings)
    if answer.problems and not shown.is_projector():
        st.subheader("What is missing or contradicts itself", anchor=False)
        parts.table(frames.problems_table(answer), name="problems")
        show_problem(answer)
