"""What do names, stages and places in the files stand for? Decided once, by a head or the administrator."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import names as name_actions
from alignment.exports import name_tables
from alignment.metrics.names import NamesAnswer
from alignment.ui import commands, loaders, parts, session, shown
from alignment.vocabulary import DealEventKind, Exit, RuleField, Stage, StageSubject

actor = session.require(Permission.NAMES_DECIDE)

MEANINGS = {
    StageSubject.LEAD: [*Stage, *Exit],
    StageSubject.DEAL: [DealEventKind.OPENED, DealEventKind.WON, DealEventKind.LOST],
}


def decide_waiting(answer: NamesAnswer) -> None:
    if commands.show_confirmation("name"):
        return
    names = {f"{name.kind} {name.source} {name.text}": name for name in answer.waiting}
    key = st.selectbox(
        "Name that waits",
        list(names),
        key="name_waiting",
        format_func=lambda k: insights.waiting_label(names[k]),
    )
    name = names[key]
    choices = dict(answer.choices.get(name.kind, ()))
    command_id = commands.command_id("name")
    target = st.selectbox(
        "It stands for",
        list(choices),
        index=list(choices).index(name.guess) if name.guess in choices else None,
        key=f"name_target_{key}",
        format_func=choices.__getitem__,
        placeholder="Choose one that is known",
    )
    with st.container(horizontal=True):
        is_decided = st.button("Save", key="name_save", type="primary", disabled=target is None)
        is_new = name.kind in name_actions.NEW_KINDS and st.button("It is new", key="name_new")
    if is_decided and target:
        with session.writing() as db:
            done = name_actions.decide_name(
                db, actor, kind=name.kind, text=name.text, target=target, command_id=command_id
            )
        commands.confirm("name", insights.name_decided(done.text, done.target, done.rows))
    if is_new:
        with session.writing() as db:
            done = name_actions.add_name(db, actor, kind=name.kind, text=name.text, command_id=command_id)
        commands.confirm("name", insights.name_added(done.text, done.rows))


def show_waiting(answer: NamesAnswer) -> None:
    st.subheader("Names that wait", anchor=False)
    if not answer.waiting:
        st.caption("No row waits for a name. What the next import does not know is listed here.")
        commands.show_confirmation("name")
        return
    parts.table(name_tables.waiting_table(answer), name="waiting_names")
    decide_waiting(answer)


def decide_stage(answer: NamesAnswer) -> None:
    if commands.show_confirmation("stage"):
        return
    lines = {f"{line.subject} {line.source} {line.text}": line for line in answer.stages}
    line = lines[
        st.selectbox(
            "Stage",
            list(lines),
            key="stage_text",
            format_func=lambda k: f"{lines[k].text} ({lines[k].source})",
        )
    ]
    subject = StageSubject(line.subject)
    meanings = {each.value: each for each in MEANINGS[subject]}
    meaning = st.selectbox(
        "It stands for",
        list(meanings),
        index=list(meanings).index(line.meaning) if line.meaning else None,
        key=f"stage_meaning_{line.subject}_{line.source}_{line.text}",
        format_func=name_tables.meaning_label,
    )
    command_id = commands.command_id("stage")
    if st.button("Save", key="stage_save", type="primary", disabled=meaning is None) and meaning:
        with session.writing() as db:
            done = name_actions.decide_stages(
                db,
                actor,
                source=line.source,
                subject=subject,
                answers=(name_actions.StageAnswer(text=line.text, meaning=meanings[meaning]),),
                seen={line.text: line.meaning} if line.meaning else None,
                command_id=command_id,
            )
        commands.confirm("stage", insights.stages_decided(done.source, done.decided, done.changed))


def show_stages(answer: NamesAnswer) -> None:
    st.subheader("Stages", anchor=False)
    st.caption(f"{insights.STAGES_NOTE} {insights.NOT_KEPT}")
    if not answer.stages:
        st.caption(
            "No stage of a source is stored yet. A file with stages nobody knows asks on the Import page."
        )
        return
    parts.table(name_tables.stages_table(answer), name="stages")
    decide_stage(answer)


def add_rule(answer: NamesAnswer) -> None:
    if commands.show_confirmation("rule"):
        return
    territories = dict(answer.choices["territories"])
    if not territories:
        st.caption("Rules need territories: import the file of territories first.")
        return
    first, second, third = st.columns(3)
    field = first.selectbox(
        "Rows with", [*RuleField], key="rule_field", format_func=lambda each: each.replace("_", " ")
    )
    pattern = second.text_input("equal to (a postal prefix: beginning with)", key="rule_pattern")
    territory = third.selectbox(
        "lie in", list(territories), key="rule_territory", format_func=territories.__getitem__
    )
    if not pattern.strip():
        return
    st.info(insights.preview_line(loaders.load_rule_preview(field=field, pattern=pattern)))
    command_id = commands.command_id("rule")
    if st.button("Add the rule", key="rule_add", type="primary"):
        with session.writing() as db:
            done = name_actions.add_territory_rule(
                db, actor, rule=field, pattern=pattern, territory=territory, command_id=command_id
            )
        commands.confirm("rule", insights.rule_added(done.text, done.target, done.rows))


def end_rule(answer: NamesAnswer) -> None:
    if commands.show_confirmation("rule_end"):
        return
    rules = {rule.rule_id: f"{rule.field.replace('_', ' ')} {rule.pattern}" for rule in answer.rules}
    rule_id = st.selectbox(
        "Rule to end", list(rules), index=None, key="rule_ended", format_func=rules.__getitem__
    )
    command_id = commands.command_id("rule_end")
    if st.button("End it", key="rule_end", disabled=rule_id is None) and rule_id:
        with session.writing() as db:
            done = name_actions.end_territory_rule(db, actor, rule_id=rule_id, command_id=command_id)
        commands.confirm("rule_end", insights.rule_ended(done.text))


def show_rules(answer: NamesAnswer) -> None:
    st.subheader("Territory rules", anchor=False)
    if answer.rules:
        parts.table(name_tables.rules_table(answer), name="territory_rules")
    else:
        st.caption("No rule yet: leads and deals lie where their file or their owner's file says.")
    if answer.outside:
        parts.folded_table("Without a territory", name_tables.outside_table(answer), name="outside")
    add_rule(answer)
    if answer.rules:
        end_rule(answer)


def merge_pair(answer: NamesAnswer) -> None:
    if commands.show_confirmation("merge"):
        return
    pairs = {f"{pair.kind} {pair.code} {pair.into_code}": pair for pair in answer.pairs}
    pair = pairs[
        st.selectbox("Pair", list(pairs), key="pair", format_func=lambda k: insights.pair_label(pairs[k]))
    ]
    command_id = commands.command_id("merge")
    if st.button("Make them one", key="merge_save"):
        with session.writing() as db:
            done = name_actions.decide_name(
                db, actor, kind=pair.kind, text=pair.name, target=pair.into_code, command_id=command_id
            )
        commands.confirm("merge", insights.name_decided(done.text, done.target, done.rows))


def show_pairs(answer: NamesAnswer) -> None:
    st.subheader("Spellings to merge", anchor=False)
    if not answer.pairs:
        st.caption("No two segments, channels or products are spelled nearly the same.")
        commands.show_confirmation("merge")
        return
    parts.table(name_tables.pairs_table(answer), name="spellings")
    merge_pair(answer)


def show_decisions(answer: NamesAnswer) -> None:
    st.subheader("Decisions in force", anchor=False)
    if commands.show_confirmation("withdraw"):
        return
    if not answer.decisions:
        st.caption("Nothing was decided yet.")
        return
    parts.table(name_tables.decisions_table(answer), name="decisions")
    lines = {line.batch_id: line.sentence for line in answer.decisions}
    batch_id = st.selectbox(
        "Decision to take back", list(lines), index=None, key="withdrawn", format_func=lines.__getitem__
    )
    st.caption(insights.WITHDRAWN)
    command_id = commands.command_id("withdraw")
    if st.button("Take it back", key="withdraw", disabled=batch_id is None) and batch_id:
        with session.writing() as db:
            done = name_actions.withdraw(db, actor, batch_id=batch_id, command_id=command_id)
        commands.confirm("withdraw", insights.decision_withdrawn(done.decision, done.rows_restored))


with shown.errors():
    answer = loaders.load_names()
    finding = insights.names_finding(answer)
    shown.show_headline(finding.headline, finding.subtitle)
    shown.show_findings(finding.findings)
for section in (show_waiting, show_stages, show_rules, show_pairs, show_decisions):
    with parts.told():
        section(answer)
