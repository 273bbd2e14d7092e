"""Small parts that several pages share: number formats of a table, a pager, what was clicked in a chart."""

from typing import Any

import pandas as pd
import streamlit as st


def columns(frame: pd.DataFrame, *, currency: str = "") -> dict[str, Any]:
    """
    How each column of a table is written, told by its heading.

    Shares have one decimal, money none, counts are grouped; everything is aligned
    right by being a number.
    """
    return {
        name: st.column_config.NumberColumn(format=_format(str(name), frame[name], currency))
        for name in frame.columns
        if pd.api.types.is_numeric_dtype(frame[name])
    }


def _format(name: str, values: pd.Series, currency: str) -> str:
    is_money = bool(currency) and f", {currency}" in name
    if is_money or not pd.api.types.is_float_dtype(values):
        return "localized"
    return "localized" if (values.dropna() % 1 == 0).all() else "%.1f"


def pager(key: str, *, total: int, size: int) -> None:
    """Buttons to the pages before and after; `st.session_state[key]` holds the page, counted from 1."""
    page, last = int(st.session_state.get(key, 1)), max(1, -(-total // size))
    if last == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Before", key=f"{key}_before", disabled=page <= 1, on_click=_turn, args=(key, page - 1))
        st.caption(f"Page {page} of {last}")
        st.button("After", key=f"{key}_after", disabled=page >= last, on_click=_turn, args=(key, page + 1))


def _turn(key: str, page: int) -> None:
    st.session_state[key] = page


def picked(key: str) -> str | None:
    """The code behind the mark that was clicked in a chart; None if nothing is selected."""
    state = st.session_state.get(key)
    points = state["selection"]["points"] if state else []
    if not points:
        return None
    data = points[0].get("customdata") or points[0].get("location")
    first = data[0] if isinstance(data, list | tuple) else data
    return None if first is None else str(first)
