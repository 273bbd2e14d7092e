"""Do orders arrive, do visits bring orders, and what stands on the shelf? For companies with outlets."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports.distribution_tables import calls_table, distribution_table, promotions_table
from alignment.metrics.strips import distribution_numbers
from alignment.ui import loaders, parts, session, shown
from alignment.ui.text import md_escape

actor = session.require(Permission.NUMBERS_READ)
LINES_OF_A_SLIDE = 5

with shown.errors():
    answer = loaders.load_distribution()
    if not answer.has_facts:
        parts.nothing(insights.distribution_empty(answer, session.view()))
    finding = insights.distribution_finding(answer)
    parts.opening(finding, stamp=answer.stamp, numbers=distribution_numbers(answer))
    if shown.is_projector():  # a slide shows no tables
        for line in finding.findings[:LINES_OF_A_SLIDE]:
            st.header(md_escape(line), anchor=False)
    else:
        st.subheader("By territory", anchor=False)
        if answer.names:
            st.caption(insights.CHOOSE_PRODUCT)
        parts.table(distribution_table(answer), name="distribution")
        if answer.calls:
            st.subheader("Visits that brought orders", anchor=False)
            st.caption(insights.CALLS_RULE)
            parts.table(calls_table(answer), name="calls")
        parts.folded_table("Promotions running", promotions_table(answer), name="promotions")
    shown.show_findings(finding.findings)
