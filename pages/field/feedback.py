"""Flag in twenty seconds what you see in the field, hear what the data say, and get an answer."""

from functools import partial
from typing import Any

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.actions import feedback, ratings
from alignment.exports import frames
from alignment.metrics.flags import FieldAnswer, FlagCard
from alignment.photos import FORMATS, MOST_MEGABYTES, reduced
from alignment.ui import filters, kept, loaders, parts, session, shown
from alignment.ui.rating import show_rating
from alignment.ui.text import md_escape
from alignment.vocabulary import FROM_CUSTOMERS, FlagKind, label

actor = session.require(Permission.FLAGS_RAISE)

FORM = "raise_flag"
FIELDS = ("territory", "kind", "seen", "conversations", "link")
READ_SHOWN = 5
NOTE_FIELDS = ("note", "product")
keep_flag = partial(kept.keep, FORM, FIELDS)


def linked(answer: FieldAnswer) -> str | None:
    """The territory of the link, if it can be flagged in."""
    codes = [code for code, _ in answer.places]
    return next((code for code in session.view().territories if code in codes), None)


def begin(answer: FieldAnswer) -> dict[str, Any]:
    """What was entered before, else the link's territory, that of the last flag, or one of one's own."""
    codes, link = [code for code, _ in answer.places], linked(answer)
    first = link or answer.start or codes[0]
    values = kept.restore(
        FORM,
        {"territory": first, "kind": FlagKind.BRAND_WEAK.value, "seen": 1, "conversations": 5, "link": link},
    )
    if values["territory"] not in codes or link not in (None, values["link"]):
        values |= {"territory": first, "link": link}
        st.session_state.pop(field("territory"), None)
    st.session_state[field("link")] = values["link"]
    return values


def field(name: str) -> str:
    return kept.key(FORM, name)


def show_form(answer: FieldAnswer, values: dict[str, Any]) -> None:
    names, kinds = dict(answer.places), [kind.value for kind in FlagKind]
    place, kind = values["territory"], values["kind"]
    shown.show_headline(f"What do you see in {names[place]}?", "Not sent yet. What you enter is kept.")
    with st.popover(f"Another territory than {md_escape(names[place])}", key="other_territory"):
        st.selectbox("Territory", list(names), list(names).index(place), key=field("territory"),
                     format_func=names.__getitem__, on_change=keep_flag)  # fmt: skip
    st.selectbox("What", kinds, kinds.index(kind), key=field("kind"), on_change=keep_flag,
                 format_func=lambda word: label(FlagKind(word)))  # fmt: skip
    if FlagKind(kind) in FROM_CUSTOMERS:
        st.caption("From a customer: what they wrote or said goes into the note on the next screen.")
    else:
        with st.container(horizontal=True, key="counts"):
            for name, title in (("seen", "Seen in"), ("conversations", "Of conversations")):
                st.number_input(title, 0, feedback.MOST_CONVERSATIONS, values[name], key=field(name),
                                on_change=keep_flag)  # fmt: skip
    with st.container(key="thumb"):
        if st.button("Send", key="send_flag", type="primary", width="stretch"):
            send(values)
    show_similar(values)


def send(values: dict[str, Any]) -> None:
    with parts.told():
        with kept.sending(FORM, FIELDS) as (db, command_id):
            feedback.raise_flag(
                db,
                actor,
                territory=values["territory"],
                kind=FlagKind(values["kind"]),
                **counts(values),
                command_id=command_id,
            )
        st.rerun()


def counts(values: dict[str, Any]) -> dict[str, int | None]:
    """Seen in k of n conversations; neither for what a customer wrote."""
    is_counted = FlagKind(values["kind"]) not in FROM_CUSTOMERS
    return {name: values[name] if is_counted else None for name in ("seen", "conversations")}


def show_similar(values: dict[str, Any]) -> None:
    """Others' flags of eight weeks: joining one is quicker than a new one, and counts once."""
    similar = loaders.load_flag_evidence(code=values["territory"], kind=FlagKind(values["kind"])).similar
    others = [flag for flag in similar if flag.flag_id not in {own.flag_id for own in answer.own}]
    if not others:
        return
    st.subheader("Said already in the last eight weeks", anchor=False)
    for flag in others[:3]:
        form = f"see_{flag.flag_id}"
        with st.container(border=True):
            st.markdown(md_escape(insights.flag_line(flag)))
            st.caption(md_escape(insights.standing_line(flag)))
            if st.button("I see it too", key=form, width="stretch"):
                join(flag, form, values, same=False)
            if flag.kind in FROM_CUSTOMERS:
                continue  # there were no conversations that could have been the same
            if st.button("I was there too, in the same conversations", key=f"{form}_same", width="stretch"):
                join(flag, form, values, same=True)


def join(flag: FlagCard, form: str, values: dict[str, Any], *, same: bool) -> None:
    with parts.told():
        with kept.sending(form) as (db, command_id):
            feedback.see_it_too(
                db,
                actor,
                flag_id=flag.flag_id,
                **counts(values),
                same_conversations=same,
                command_id=command_id,
            )
        st.rerun()


def show_saved(flag_id: int, at: str) -> None:
    """The flag is stored: when, as what, what the data say; then, if wanted, a note, product and photo."""
    flag = next((each for each in answer.own if each.flag_id == flag_id), None)
    line = insights.stored_line(flag_id, at, answer.stamp.zone)
    shown.show_headline(line, insights.flag_line(flag) if flag else "")
    if flag is not None:
        evidence = loaders.load_flag_evidence(code=flag.code, kind=flag.kind).evidence
        st.markdown(f"**{md_escape(insights.evidence_headline(evidence))}**")
        shown.show_findings(insights.evidence_lines(evidence))
        filters.link("The whole territory", f"/territories?id={flag.code}")
    show_details(flag_id)
    with st.container(key="thumb"):
        st.button("Done", key="done_flag", type="primary", width="stretch", on_click=kept.finish,
                  args=(FORM, FIELDS))  # fmt: skip


def show_details(flag_id: int) -> None:
    form = f"details_{flag_id}"
    values = kept.restore(form, {"note": "", "product": None})
    if kept.stored(form) is not None:
        st.success("Your details are stored with the flag.")
        return
    keep = partial(kept.keep, form, NOTE_FIELDS)
    names = dict(answer.products)
    chosen = list(names).index(values["product"]) if values["product"] in names else None
    note = st.text_area("Note, if you like", values["note"], key=kept.key(form, "note"), on_change=keep)
    product = None
    if names:
        product = st.selectbox("Product, if it is about one", list(names), chosen,
                               key=kept.key(form, "product"), format_func=names.__getitem__,
                               on_change=keep)  # fmt: skip
    photo = st.file_uploader("Photo, if it shows something", list(FORMATS), key=kept.key(form, "photo"),
                             max_upload_size=MOST_MEGABYTES)  # fmt: skip
    st.caption("Where and when the photo was taken is removed from it before it is stored.")
    if st.button("Add to the flag", key=form, width="stretch"):
        with parts.told():
            picture = reduced(photo.getvalue()) if photo is not None else None
            with kept.sending(form, NOTE_FIELDS) as (db, command_id):
                feedback.add_details(
                    db,
                    actor,
                    flag_id=flag_id,
                    note=note,
                    product=product,
                    photo=picture,
                    command_id=command_id,
                )
            st.rerun()


def show_receipts() -> None:
    """You said, we saw, we did, because: what nobody has read yet."""
    for flag in answer.own:
        if flag.is_unread:
            show_receipt(flag)


def show_flags() -> None:
    """The receipts that were read, where one can still say if they helped; and all of one's own flags."""
    read = [flag for flag in answer.own if flag.receipt is not None and not flag.is_unread][:READ_SHOWN]
    if read:
        with st.expander(f"Receipts you have read ({len(read)})"):
            for flag in read:
                with st.container(border=True):
                    show_parts(flag)
    parts.folded_table("Your flags", frames.flag_cards_table(answer.own), name="my_flags")


def show_parts(flag: FlagCard) -> None:
    """The receipt, and whether it helped."""
    for name, text in insights.receipt_parts(flag):
        st.markdown(f"**{name}:** {md_escape(text)}")
    show_rating(
        f"answer_{flag.flag_id}", "Did this answer help you?", flag.answer_rated,
        lambda db, rated, command_id: ratings.rate_answer(
            db, actor, flag_id=flag.flag_id, rated=rated, command_id=command_id
        ),
    )  # fmt: skip


def show_receipt(flag: FlagCard) -> None:
    told = flag.measured.design_id if flag.measured else None
    form = f"read_{flag.flag_id}_{flag.last_step}_{told}"
    with st.container(border=True, key=f"receipt_{flag.flag_id}"):
        st.subheader("Your flag is answered", anchor=False)
        show_parts(flag)
        if st.button("I have read it", key=form, width="stretch"):
            with parts.told():
                with kept.sending(form) as (db, command_id):
                    feedback.read_receipt(
                        db, actor, flag_id=flag.flag_id, design_id=told, command_id=command_id
                    )
                st.rerun()


with shown.errors():
    answer = loaders.load_field(person_id=actor.person_id, territories=actor.territories)
    if not answer.places:
        parts.nothing(insights.field_empty())
    values = begin(answer)
    stored = kept.stored(FORM)
    is_for_receipts = filters.local("receipt") is not None
    if is_for_receipts and not shown.is_projector():
        show_receipts()
    if stored is None:
        show_form(answer, values)
    else:
        show_saved(stored["flag_id"], stored["at"])
    if not shown.is_projector():
        if not is_for_receipts:
            show_receipts()
        show_flags()
