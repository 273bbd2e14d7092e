"""Where is the brand weak, how sure is that, and how does one territory stand? For both teams."""

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.figures.territory_map import territory_map_figure
from alignment.figures.territory_strip import territory_strip_figure
from alignment.figures.wave_trend import wave_trend_figure
from alignment.metrics.strips import card_numbers, territories_numbers
from alignment.metrics.territories import TerritoriesAnswer
from alignment.ui import filters, geometry, loaders, parts, session, shown
from alignment.ui.text import md_escape
from alignment.wording.layers import LAYERS, Layer

actor = session.require(Permission.NUMBERS_READ)

MAP, STRIP, LAYER = "territory_map", "territory_strip", "territory_layer"


def take_territory(key: str) -> None:
    """A click on the map or in the strip opens the territory's card; one beside it closes the card."""
    filters.choose(id=parts.picked(key))


def take_layer() -> None:
    filters.choose(layer=st.session_state[LAYER])


def chosen_layer() -> Layer:
    wanted = filters.local("layer")
    return Layer(wanted) if wanted in set(Layer) else Layer.AWARENESS


def pick_layer(layer: Layer) -> None:
    st.session_state[LAYER] = layer
    st.segmented_control(
        "Layer", list(Layer), key=LAYER, format_func=lambda each: LAYERS[each].label, required=True,
        on_change=take_layer, label_visibility="collapsed",
    )  # fmt: skip


def show_map(
    answer: TerritoriesAnswer, finding: insights.Finding, layer: Layer, selected: str | None
) -> None:
    style = shown.style()
    title = finding.slide_title if shown.is_projector() else finding.title
    strip = territory_strip_figure(
        answer, layer=layer, selected=selected, title="Ranked, with intervals", subtitle="", style=style
    )
    parts.opening(finding, stamp=answer.stamp, numbers=territories_numbers(answer))
    if answer.shape is None or not insights.has_map(answer):
        st.info(md_escape(insights.no_map_line(answer)))
        shown.chart(strip, key=STRIP, alt=finding.alt, on_select=lambda: take_territory(STRIP))
    else:
        drawn = territory_map_figure(
            answer,
            layer=layer,
            geometry_url=geometry.geometry_url(answer.shape.sha256),
            geometry=geometry.geometry(answer.shape.sha256),
            selected=selected,
            title=title,
            subtitle=finding.subtitle,
            style=style,
        )
        parts.side_by_side([(drawn, MAP, finding.alt), (strip, STRIP, finding.alt)], on_select=take_territory)


def show_card(code: str) -> None:
    card = loaders.load_territory_card(code=code)
    st.subheader(card.row.name, anchor=False)
    shown.show_numbers(
        [shown.tile(number, answer.stamp) for number in card_numbers(card)], key="numbers_card"
    )
    title, subtitle = insights.trend_words(card)
    figure = wave_trend_figure(card, title=title, subtitle=subtitle, style=shown.style())
    shown.chart(figure, key="wave_trend", alt=title)
    shown.show_findings(insights.card_lines(card))
    parts.table(frames.waves_table(card), name=f"waves_{code}")
    parts.folded_table("Funnel in this territory", frames.steps_table(card.steps), name=f"funnel_{code}")
    parts.folded_table(
        "Campaigns here",
        frames.campaign_rows(card.campaigns, answer.stamp.currency),
        name=f"campaigns_{code}",
    )
    parts.folded_table("Flags from the field", frames.flags_table(card), name=f"flags_{code}")
    if actor.may(Permission.FLAGS_RAISE):
        filters.link("Flag what you see here", f"/feedback?territory={code}")
    filters.link("The whole funnel of this territory", f"/funnel?territory={code}")


with shown.errors():
    answer = loaders.load_territories()
    if not answer.rows:
        parts.nothing(insights.territories_empty(answer, session.view()))
    layer, selected = chosen_layer(), filters.local("id")
    if not shown.is_projector():
        pick_layer(layer)
    finding = insights.territories_finding(answer, layer)
    show_map(answer, finding, layer, selected)
    if selected in {row.code for row in answer.rows} and not shown.is_projector():
        show_card(str(selected))  # right below the map that was clicked
        st.subheader("All territories", anchor=False)
    parts.table(frames.territories_table(answer), name="territories")
    shown.show_findings(finding.findings)
