"""A browser that comes back to its session and asks for nothing gets its page anyway."""

import asyncio

import pytest

from alignment.ui.resumed import Resumed, resumed_session


def headers(protocols: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"localhost"), (b"sec-websocket-protocol", protocols.encode())]


def drawn(protocols: str, messages: list[dict], *, stays: float = 0.0) -> list[str]:
    """Which sessions are drawn again while a browser says `messages` and then stays silent."""
    found: list[str] = []

    async def app(scope, receive, send):
        await send({"type": "websocket.accept"})
        for _ in messages:
            await receive()
        await asyncio.sleep(stays)

    async def talk():
        said = iter(messages)

        async def receive():
            return next(said)

        async def send(message):
            return None

        scope = {"type": "websocket", "headers": headers(protocols)}
        await Resumed(app, draw=found.append, silence=0.01)(scope, receive, send)
        await asyncio.sleep(0.05)

    asyncio.run(talk())
    return found


CONNECT = {"type": "websocket.connect"}
ASKS = {"type": "websocket.receive", "bytes": b"run"}


def test_a_silent_browser_that_came_back_gets_its_page_drawn():
    assert drawn("streamlit, token, abc-1", [CONNECT], stays=0.05) == ["abc-1"]


@pytest.mark.parametrize(
    ("protocols", "messages", "stays"),
    [
        ("streamlit, token, abc-1", [CONNECT, ASKS], 0.05),
        ("streamlit, token", [CONNECT], 0.05),
        ("streamlit, token, abc-1", [CONNECT], 0.0),
    ],
    ids=["it asks itself", "it is new", "it went away again"],
)
def test_nothing_is_drawn_twice_or_for_nobody(protocols, messages, stays):
    assert drawn(protocols, messages, stays=stays) == []


@pytest.mark.parametrize(
    ("protocols", "session"),
    [("streamlit, x, s-1", "s-1"), ("streamlit,,s-1", "s-1"), ("streamlit, x", None), ("a, b, ", None)],
)
def test_the_session_is_the_third_subprotocol(protocols, session):
    """As Streamlit's own server reads it: empty places count."""
    from starlette.datastructures import Headers
    from streamlit.web.server.starlette.starlette_websocket import _parse_subprotocols

    assert resumed_session({"headers": headers(protocols)}) == session
    assert _parse_subprotocols(Headers(raw=headers(protocols)))[2] == session
