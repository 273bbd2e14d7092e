"""
What must be true before the first request: the web settings, the address, a frozen heap.

Environment variables are ignored under uvicorn, so a deployment hardened by them
would run with Streamlit's defaults and not know it. Each value is therefore read
back, and a mismatch stops the start.
"""

import gc
from collections.abc import Callable
from typing import Any

import streamlit as st

from alignment.errors import BadSettings
from alignment.heap import settle_heap
from alignment.settings import Mode
from alignment.ui.guard import LOOPBACK_HOSTS

EXPECTED: dict[str, object] = {
    "server.maxUploadSize": 25,
    "server.maxMessageSize": 50,
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.disconnectedSessionTTL": 600,
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "browser.gatherUsageStats": False,
}


def check_config(mode: Mode, option: Callable[[str], Any] = st.get_option) -> None:
    """
    Raises:
        BadSettings: A web setting is not what this app needs; every one is named.
    """
    problems = [
        f"{name} is {option(name)!r}, expected {expected!r}"
        for name, expected in EXPECTED.items()
        if option(name) != expected
    ]
    if option("server.trustedUserHeaders"):
        problems.append("server.trustedUserHeaders is set, expected nothing")
    problems += _address_problems(option) if mode is Mode.LOCAL else _shared_problems()
    if problems:
        raise BadSettings(
            f"The app does not start with these web settings: {'; '.join(problems)}. "
            "They belong into .streamlit/config.toml; start the app in the project's folder."
        )


def _address_problems(option: Callable[[str], Any]) -> list[str]:
    address = option("server.address")
    if address in LOOPBACK_HOSTS:
        return []
    return [f"server.address is {address!r}: in local mode there is no sign-in, so it must be 127.0.0.1"]


def _shared_problems() -> list[str]:
    return ["ALIGN_MODE is shared: this version has no sign-in and serves local mode only"]


def base_path(option: Callable[[str], Any] = st.get_option) -> str:
    """'/align' for `server.baseUrlPath = "align"`, else ''. Own routes are mounted below it."""
    trimmed = str(option("server.baseUrlPath") or "").strip("/")
    return f"/{trimmed}" if trimmed else ""


def freeze_heap() -> None:
    """
    Take what is loaded by now out of the garbage collector's sight, once.

    A full collection over 130,000 objects of libraries takes 40 ms, and nothing over
    frozen ones (performance.md, 1a). So whatever a page needs is loaded before: what it
    loads itself is not frozen.
    """
    if gc.get_freeze_count():
        return
    _load_libraries()
    settle_heap()


def _load_libraries() -> None:
    """Import what pages need and build one of each, so that all of it is frozen."""
    import pandas as pd
    from sqlalchemy.orm import configure_mappers

    from alignment.figures.drawing import Drawing
    from alignment.figures.style import Style, template
    from alignment.ui import loaders, parts, shown  # bring answers, figures, wording and exports with them

    configure_mappers()
    pd.DataFrame({"a": [1]}).to_dict("records")
    drawing = Drawing()
    for draw in (drawing.bar, drawing.scatter, drawing.choropleth, drawing.scattergeo):
        draw()
    drawing.layout(template=template(Style()))
    drawing.figure().to_json()
    assert shown.Tile(label="a", value="1").help is None
    assert parts.LINES_SHOWN
    assert loaders.MAX_ENTRIES
