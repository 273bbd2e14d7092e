"""
A line that comes back gets a whole page.

A line that breaks ends the run on the server; the browser asks for another as soon
as it is connected again, if it knew that one was under way or has a timer (the frame
gives it one). Between the first words of a run and the news that it is running it
has neither: it would show half a page until somebody presses something. So the
server looks whether a browser that came back asks, and else draws the page anyway.
"""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime

SILENCE = 1.0
"""Seconds; a browser that asks does so with its first words."""


def draw_again(session_id: str) -> None:
    """Run the session's page as its last run had it, the way Streamlit does when a source file changed."""
    session = Runtime.instance().get_app_session(session_id)
    if session is not None:
        session.request_rerun(session._client_state)


class Resumed:
    """ASGI middleware around the socket that draws pages."""

    def __init__(
        self, app: ASGIApp, *, draw: Callable[[str], None] = draw_again, silence: float = SILENCE
    ) -> None:
        self._app = app
        self._draw = draw
        self._silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session_id = resumed_session(scope) if scope["type"] == "websocket" else None
        if session_id is None:
            await self._app(scope, receive, send)
            return
        timer: asyncio.TimerHandle | None = None

        async def sent(message: Message) -> None:
            nonlocal timer
            await send(message)
            if message["type"] == "websocket.accept":
                loop = asyncio.get_running_loop()
                timer = loop.call_later(self._silence, self._draw, session_id)

        async def received() -> Message:
            message = await receive()
            if timer is not None and message["type"] != "websocket.connect":
                timer.cancel()
            return message

        try:
            await self._app(scope, received, sent)
        finally:
            if timer is not None:
                timer.cancel()


def resumed_session(scope: Scope) -> str | None:
    """The session that a browser comes back to: the third of the subprotocols it names, if it names one."""
    for name, value in scope["headers"]:
        if name == b"sec-websocket-protocol":
            named = [each.strip() for each in value.decode("latin-1").split(",")]
            return named[2] if len(named) > 2 and named[2] else None
    return None
