"""Where is the brand weak, how sure is that, and how does one territory stand? For both teams."""

from collections.abc import Sequence

import streamlit as st

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.exports.layer_tables import layer_table
from alignment.exports.shelf_tables import shelf_products_table
from alignment.figures.territory_map import territory_map_figure
from alignment.figures.territory_strip import territory_strip_figure
from alignment.figures.wave_trend import wave_trend_figure
from alignment.metrics.common import Number
from alignment.metrics.strips import (
    card_numbers,
    consideration_numbers,
    push_pull_numbers,
    shelf_numbers,
    stock_numbers,
    territories_numbers,
)
from alignment.metrics.territories import TerritoriesAnswer
from alignment.ui import filters, geometry, loaders, parts, session, shown
from alignment.ui.text import md_escape
from alignment.wording.layers import LAYERS, Layer, chosen_layer, offered_layers

actor = session.require(Permission.NUMBERS_READ)

MAP, STRIP, LAYER = "territory_map", "territory_strip", "territory_layer"


def take_territory(key: str) -> None:
    """A click on the map or in the strip opens the territory's card; one beside it closes the card."""
    filters.choose(id=parts.picked(key))


def take_layer() -> None:
    filters.choose(layer=st.session_state[LAYER])


def pick_layer(layer: Layer, offered: Sequence[Layer]) -> None:
    st.session_state[LAYER] = layer
    st.segmented_control(
        "Layer", list(offered), key=LAYER, format_func=lambda each: LAYERS[each].label, required=True,
        on_change=take_layer, label_visibility="collapsed",
    )  # fmt: skip


def show_map(
    answer: TerritoriesAnswer, finding: insights.Finding, layer: Layer, selected: str | None
) -> None:
    style = shown.style()
    title = finding.slide_title if shown.is_projector() else finding.title
    is_alone = answer.shape is None or not insights.has_map(answer)
    strip = territory_strip_figure(
        answer, layer=layer, selected=selected, title=insights.strip_title(layer), subtitle="", style=style,
        is_alone=is_alone,
    )  # fmt: skip
    parts.opening(finding, stamp=answer.stamp, numbers=numbers(answer, layer))
    if answer.shape is None or is_alone:
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
    if layer is Layer.PUSH_PULL:
        parts.line(insights.NOT_PROVEN)


def numbers(answer: TerritoriesAnswer, layer: Layer) -> tuple[Number, ...]:
    if layer is Layer.CONSIDERATION:
        return consideration_numbers(answer)
    if answer.shelf is None:
        return territories_numbers(answer)
    if layer is Layer.SHELF:
        return shelf_numbers(answer.shelf)
    if layer is Layer.IN_STOCK:
        return stock_numbers(answer.shelf)
    if layer is Layer.PUSH_PULL and answer.push_pull:
        return push_pull_numbers(answer, answer.shelf, answer.push_pull)
    return territories_numbers(answer)


def show_tables(answer: TerritoriesAnswer, layer: Layer) -> None:
    currency = answer.stamp.currency
    parts.table(layer_table(answer, layer), name=f"territories_{layer}", currency=currency)
    if layer is Layer.SHELF and answer.shelf:
        products = shelf_products_table(answer.shelf, currency)
        parts.folded_table("Products of the category", products, name="shelf_products", currency=currency)


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
    if actor.may(Permission.DESIGNS_DRAFT):
        filters.link("Design a campaign here", f"/tests?place={code}")
    filters.link("The whole funnel of this territory", f"/funnel?territory={code}")


with shown.errors():
    answer = loaders.load_territories()
    if not answer.rows and answer.shelf is None:
        parts.nothing(insights.territories_empty(answer, session.view()))
    offered = offered_layers(answer, filters.local("layer"))
    layer, selected = chosen_layer(offered, filters.local("layer")), filters.local("id")
    if not shown.is_projector():
        pick_layer(layer, offered)
    finding = insights.territories_finding(answer, layer)
    show_map(answer, finding, layer, selected)
    if selected in {row.code for row in answer.rows} and not shown.is_projector():
        show_card(str(selected))  # right below the map that was clicked
        st.subheader("All territories", anchor=False)
    show_tables(answer, layer)
    shown.show_findings(finding.findings)
