"""Who changed what, when, from what to what, and why? For heads, sponsor and administrator."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.ui import loaders, parts, session, shown

actor = session.require(Permission.AUDIT_READ)

PAGE, PAGE_SIZE = "audit_page", 50

with shown.errors():
    answer = loaders.load_audit(page=st.session_state.get(PAGE, 1), page_size=PAGE_SIZE)
    shown.show_headline(insights.audit_headline(answer), insights.audit_stamp(answer))
    if answer.total:
        parts.table(frames.audit_table(answer), name="audit")
    parts.pager(PAGE, total=answer.total, size=PAGE_SIZE)
