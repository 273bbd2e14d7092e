"""Streamlit is told not to collect garbage after each run, so the server must."""

import asyncio
import gc
import weakref

from streamlit.runtime.scriptrunner import script_runner

from alignment.ui import serve
from tests.web.test_startup import option


class Knot:
    """Refers to itself: only a collection frees it."""

    def __init__(self):
        self.itself = self


def test_garbage_is_collected_although_no_run_does_it(monkeypatch):
    monkeypatch.setattr(serve, "TIDY_SECONDS", 0.001)

    async def until_collected():
        tidying = asyncio.create_task(serve._tidy())
        knot = weakref.ref(Knot())
        before = knot()
        assert before is not None
        del before
        async with asyncio.timeout(20):
            while knot() is not None:
                await asyncio.sleep(0.001)
        tidying.cancel()

    gc.disable()
    try:
        asyncio.run(until_collected())
    finally:
        gc.enable()


def test_runs_do_not_collect_themselves():
    """The name of Streamlit's setting is the one that it reads: another would be ignored in silence."""
    assert option("runner.postScriptGC") is False
    assert "runner.postScriptGC" in script_runner.ScriptRunner._on_script_finished.__code__.co_consts
