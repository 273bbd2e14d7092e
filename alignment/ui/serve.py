"""The server around the pages: what `dashboard.py` hands to `st.App`."""

import asyncio
import gc
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from alignment.settings import read_settings
from alignment.ui import building, redaction, startup
from alignment.ui.geometry import serve_geometry, serve_topology
from alignment.ui.guard import Guard
from alignment.ui.headers import SecurityHeaders
from alignment.ui.health import serve_health
from alignment.ui.packed import PackedBundle, pack_in_background
from alignment.ui.resumed import Resumed

_LOG = logging.getLogger(__name__)
TIDY_SECONDS = 5.0


def routes() -> list[BaseRoute]:
    """Own routes. Streamlit does not put its base path before them, so it is put here."""
    base = startup.base_path()
    return [
        Route(f"{base}/health", serve_health, methods=["GET"]),
        Route(f"{base}/geo/topojson/{{name:path}}", serve_topology, methods=["GET"]),
        Route(f"{base}/geo/{{sha256}}.json", serve_geometry, methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Outermost first: headers on every answer, the guard, the packed bundle, the line that comes back."""
    base = startup.base_path()
    return [
        Middleware(SecurityHeaders),
        Middleware(
            Guard,
            mode=read_settings().mode,
            hosts=[str(host) for host in st.get_option("server.allowedHosts")],
            base=base,
        ),
        Middleware(PackedBundle, base=base),
        Middleware(Resumed),
    ]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """
    Refuse wrong settings, start the first build if there is nothing to open, load, freeze, pack, tidy.

    Raises:
        BadSettings: The server does not start.
    """
    redaction.install()
    settings = read_settings()
    startup.check_config(settings.mode)
    building.first_build(settings)
    await run_in_threadpool(startup.freeze_heap)
    pack_in_background()
    tidying = asyncio.create_task(_tidy())
    yield
    tidying.cancel()
    with suppress(asyncio.CancelledError):
        await tidying


async def _tidy() -> None:
    """
    Collect garbage every few seconds, whatever runs.

    Streamlit does it after each run, which is 25 to 40 ms more for whoever waits for the next one.
    """
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        gc.collect()


def report_script_error(error: Exception) -> bool:
    """
    What a person sees of a fault of ours: an id. The log has the trace under the same id (R16).

    Errors that are meant for people are shown by `shown.errors` and never get here.
    """
    number = secrets.token_hex(4)
    _LOG.error("script error %s", number, exc_info=error)
    st.error(
        f"Something went wrong on our side (number {number}). What you entered is kept where it was saved; "
        "reload the page, and tell an administrator the number if it happens again."
    )
    return True
