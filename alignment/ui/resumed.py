"""
A line that comes back gets a whole page.

A line that breaks ends the run on the server, and what was on its way is lost. What
still waits to be sent belongs to a page of which the browser has a part: an element
for a place that never arrived ends its script ("Bad delta path"), and the page stays
empty until it is loaded anew. And between the first words of a run and the news that
it is running a browser asks for none: it would show half a page. So the rest of the
old page is thrown away before it is sent, and the page is drawn anew, asked or not.
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime


def draw_anew(session_id: str) -> None:
    """
    Run the session's page as its last run had it, the way Streamlit does when a source file changed.

    Nothing if the session was not taken up again. Called on the event loop, which owns the queue.
    """
    session = Runtime.instance().get_app_session(session_id)
    if session is not None:
        session._clear_queue()  # the news of runs stay
        session.request_rerun(session._client_state)


class Resumed:
    """ASGI middleware around the socket that draws pages."""

    def __init__(self, app: ASGIApp, *, draw: Callable[[str], None] = draw_anew) -> None:
        self._app = app
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session_id = resumed_session(scope) if scope["type"] == "websocket" else None
        if session_id is None:
            await self._app(scope, receive, send)
            return
        is_waiting = False

        async def sent(message: Message) -> None:
            nonlocal is_waiting
            await send(message)
            is_waiting = is_waiting or message["type"] == "websocket.accept"

        async def received() -> Message:
            """Streamlit listens as soon as it has taken the session up, and before it sends anything."""
            nonlocal is_waiting
            if is_waiting:
                is_waiting = False
                self._draw(session_id)
            return await receive()

        await self._app(scope, received, sent)


def resumed_session(scope: Scope) -> str | None:
    """The session that a browser comes back to: the third of the subprotocols it names, if it names one."""
    for name, value in scope["headers"]:
        if name == b"sec-websocket-protocol":
            named = [each.strip() for each in value.decode("latin-1").split(",")]
            return named[2] if len(named) > 2 and named[2] else None
    return None
