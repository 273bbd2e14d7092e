"""Did the campaign work? The flag, the design agreed before, the lines before and after, the verdict."""

from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import SIGNS_FOR, Permission
from alignment.actions import designs
from alignment.exports import frames
from alignment.figures.effect import effect_figure, placebo_figure
from alignment.metrics.design_screen import DesignsAnswer
from alignment.metrics.designs import DesignCard
from alignment.ui import commands, filters, kept, loaders, parts, session, shown
from alignment.ui.design_form import show_form
from alignment.ui.text import md_escape
from alignment.vocabulary import DesignStanding, Team

actor = session.require(Permission.NUMBERS_READ)


def number(name: str) -> int | None:
    """A parameter of the link that is a number."""
    asked = filters.local(name)
    return int(asked) if asked is not None and asked.isdecimal() else None


def show_test(answer: DesignsAnswer, card: DesignCard) -> None:
    """Headline and chart; on the wall nothing else."""
    finding = insights.designs_finding(answer, card)
    parts.opening(finding, stamp=answer.stamp)
    drawn: list[parts.Drawn] = []
    if card.effect is not None and card.effect.points:
        title = finding.slide_title if shown.is_projector() else finding.title
        figure = effect_figure(card, title=title, subtitle=finding.subtitle, style=shown.style())
        drawn.append((figure, "effect", finding.alt))
    if card.effect is not None and card.effect.leading is not None:
        words = insights.placebo_words(card)
        strip = placebo_figure(card, title=words.title, subtitle=words.subtitle, style=shown.style())
        drawn.append((strip, "placebos", words.alt))
    if drawn:
        parts.side_by_side(drawn)
    if not shown.is_projector():
        shown.show_findings(finding.findings)
        show_design(answer, card)


def show_design(answer: DesignsAnswer, card: DesignCard) -> None:
    """The design card with where it came from, and what a person can do with it."""
    st.subheader(md_escape(insights.design_title(card)), anchor=False)
    with st.container(border=True, key="design_card"):
        for flag_id in card.flag_ids:
            if flag_id in answer.flags:
                st.markdown(f"**You said:** {md_escape(insights.flag_line(answer.flags[flag_id]))}")
        st.markdown(f"**We saw:** {md_escape(card.saw or '(erased)')}")
        st.markdown(f"**Because:** {md_escape(card.why or '(erased)')}")
        shown.show_findings(insights.design_lines(card))
        drawn = insights.stagger_line(card)
        if drawn:
            st.caption(md_escape(drawn))
    if card.effect is not None and card.effect.points:
        parts.table(frames.effect_waves_table(card), name=f"test_{card.number}_waves")
    offer_approval(card)
    if actor.may(Permission.DESIGNS_DRAFT):
        offer_withdrawal(card)
        if card.version == card.newest:
            offer_revision(card)


def offer_approval(card: DesignCard) -> None:
    """One button, for the team that has not approved."""
    form = f"approve_{card.design_id}"
    if kept.confirmed(form, approved_sentence) or not actor.may(Permission.DESIGNS_APPROVE):
        return
    team = SIGNS_FOR[actor.role]
    at = card.signed_sales_at if team is Team.SALES else card.signed_marketing_at
    if card.standing is not DesignStanding.DRAFT or at is not None:
        return
    if st.button(f"Approve version {card.version} for {team}", key=form, type="primary"):
        with parts.told():
            with kept.sending(form) as (db, command_id):
                designs.approve_design(db, actor, design_id=card.design_id, command_id=command_id)
            st.rerun()


def approved_sentence(done: dict[str, Any]) -> str:
    saved = designs.DesignSaved(**done)
    return insights.design_approved(number=saved.number, is_frozen=saved.is_frozen)


def offer_withdrawal(card: DesignCard) -> None:
    form = f"withdraw_test_{card.design_id}"
    if card.standing is not DesignStanding.DRAFT:
        return
    with st.expander("Withdraw this version", key=f"{form}_open"):
        reason = st.text_input("Why", key=f"{form}_reason")
        if st.button("Withdraw", key=form):
            with parts.told():
                with session.writing() as db:
                    designs.withdraw_design(
                        db,
                        actor,
                        design_id=card.design_id,
                        reason=reason,
                        command_id=commands.command_id(form),
                    )
                st.rerun()


def offer_revision(card: DesignCard) -> None:
    """A new version, filled with this one. The old one stays as it is."""
    with st.expander("Draft a new version", key=f"revise_{card.design_id}_open"):
        show_form(loaders.load_design_form(design_id=card.design_id), card)


def offer_design(answer: DesignsAnswer) -> None:
    """A first version: for the flag or the territory of the link, or for any. A flag has one test."""
    if not answer.can_design or not actor.may(Permission.DESIGNS_DRAFT):
        return
    flag_id, place = number("flag"), filters.local("place")
    is_asked = flag_id is not None or place is not None
    with st.expander("Design a campaign", key="design_open", expanded=is_asked):
        form = loaders.load_design_form(flag_id=flag_id, territory=None if flag_id else place)
        show_form(form, taken=answer.answering(flag_id))


def pick(answer: DesignsAnswer, card: DesignCard) -> None:
    """Another version, by the link's parameter."""
    choices = {each.design_id: insights.design_choice(each) for each in answer.designs}
    key = "pick_design"
    st.session_state[key] = card.design_id
    st.selectbox(
        "Campaign test", list(choices), key=key, format_func=choices.__getitem__,
        on_change=lambda: filters.choose(id=str(st.session_state[key]), flag=None, place=None),
    )  # fmt: skip


with shown.errors():
    answer = loaders.load_campaign_tests()
    card = answer.chosen(number("id"), number("flag"))
    if card is None:
        parts.show_empty(insights.designs_empty(answer, may_draft=actor.may(Permission.DESIGNS_DRAFT)))
    else:
        if len(answer.designs) > 1 and not shown.is_projector():
            pick(answer, card)
        show_test(answer, card)
    if not shown.is_projector():
        offer_design(answer)
        if answer.designs:
            parts.folded_table("All tests", frames.designs_table(answer.designs), name="campaign_tests")
