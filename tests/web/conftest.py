"""ASGI by hand: what a server would send to the app, and what comes back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

LOCAL = ("127.0.0.1", 50_000)


@dataclass
class Answer:
    """What an ASGI app sent. A refused websocket has `closed` set and status 0."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    closed: bool = False
    reached_app: bool = False


def ask(
    make: Callable,
    *,
    path: str = "/",
    host: str | list[str] = "localhost:8501",
    headers: dict[str, str] | None = None,
    method: str = "GET",
    client: tuple[str, int] | None = LOCAL,
    kind: str = "http",
) -> Answer:
    """Send one request through the middleware that `make` puts around an app that answers 200 "inside"."""
    answer = Answer()

    async def inside(scope, receive, send):
        answer.reached_app = True
        if scope["type"] == "http":
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAME")]}
            )
            await send({"type": "http.response.body", "body": b"inside"})

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")
        elif message["type"] == "websocket.close":
            answer.closed = True

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    hosts = [host] if isinstance(host, str) else host
    pairs = [*(("host", each) for each in hosts), *(headers or {}).items()]
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in pairs],
        "client": client,
    }
    asyncio.run(make(inside)(scope, receive, send))
    return answer


@pytest.fixture(name="ask")
def ask_fixture():
    return ask
