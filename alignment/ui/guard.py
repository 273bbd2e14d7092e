"""
The door before Streamlit: who may connect, from where, and to what.

Without it a page on the internet can reach a dashboard on localhost by DNS
rebinding, any page on another local port may open its socket, and a refused
socket costs Streamlit seconds of blocking look-ups (reliability.md, finding 5).
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from alignment.settings import Mode

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
CLOSED_PATHS = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
UPLOAD_PATH = "/_stcore/upload_file/"
MAX_UPLOAD_BYTES = 26 * 1024 * 1024  # 25 MB of file and the multipart envelope
MAX_UPLOADS_AT_ONCE = 4
MAX_SESSION_BYTES = 10 * MAX_UPLOAD_BYTES
KEPT_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and one sentence for whoever reads the response."""

    status: int
    reason: str


class Guard:
    """
    ASGI middleware. `hosts` are the names under which the app may be addressed.

    In local mode only loopback clients and loopback names are served, on any
    port; an Origin, when a browser sends one, must be this very host and port.
    """

    def __init__(self, app: ASGIApp, *, mode: Mode, hosts: Iterable[str] = (), base: str = "") -> None:
        self._app = app
        self._is_local = mode is Mode.LOCAL
        self._hosts = LOOPBACK_HOSTS if self._is_local else frozenset(host.lower() for host in hosts)
        self._base = base
        self._uploads = 0
        self._held: OrderedDict[str, int] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, send, refusal)
        elif self._is_upload(scope):
            await self._limited_upload(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = _headers(scope)
        host = headers.get("host", [])
        if self._is_local and not _is_loopback_client(scope):
            return Refusal(403, "In local mode this app answers only the machine it runs on.")
        if len(host) != 1 or _hostname(host[0]) not in self._hosts:
            return Refusal(421, "This app is not served under that host name.")
        if any(not _is_same_origin(origin, host[0]) for origin in headers.get("origin", [])):
            return Refusal(403, "Requests from other origins are refused.")
        path = self._path(scope)
        if any(path == closed or path.startswith(f"{closed}/") for closed in CLOSED_PATHS):
            return Refusal(404, "Not found.")
        if self._is_upload(scope):
            return self._upload_refusal(scope, headers)
        return None

    def _path(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path[len(self._base) :] if self._base and path.startswith(f"{self._base}/") else path

    def _is_upload(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] in ("PUT", "POST")
            and self._path(scope).startswith(UPLOAD_PATH)
        )

    def _upload_refusal(self, scope: Scope, headers: dict[str, list[str]]) -> Refusal | None:
        """Streamlit reads a body whole before it looks at its size; the declared length is checked first."""
        length = headers.get("content-length", [""])[0]
        if not length.isdecimal():
            return Refusal(411, "An upload must say its length.")
        if int(length) > MAX_UPLOAD_BYTES:
            return Refusal(413, "A file may have 25 MB. Larger ones go in by command line.")
        if self._held.get(self._session_of(scope), 0) + int(length) > MAX_SESSION_BYTES:
            return Refusal(413, "This page has received 250 MB of files already. Reload it and go on.")
        if self._uploads >= MAX_UPLOADS_AT_ONCE:
            return Refusal(503, "Several files are being uploaded right now. Try again in a moment.")
        return None

    def _session_of(self, scope: Scope) -> str:
        """`/_stcore/upload_file/<session>/<file>`."""
        return self._path(scope).removeprefix(UPLOAD_PATH).partition("/")[0]

    def _hold(self, scope: Scope) -> None:
        """Streamlit keeps a session's files in memory until the session ends, shown by a page or not."""
        session = self._session_of(scope)
        self._held[session] = self._held.pop(session, 0) + int(_headers(scope)["content-length"][0])
        while len(self._held) > KEPT_SESSIONS:
            self._held.popitem(last=False)

    async def _limited_upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._hold(scope)
        self._uploads += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._uploads -= 1


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _is_loopback_client(scope: Scope) -> bool:
    """A missing client is a unix socket: whoever can open it is on this machine."""
    client = scope.get("client")
    if client is None:
        return True
    try:
        address = ip_address(client[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _hostname(host: str) -> str | None:
    """The name without port, lower case; None for anything that is not just name and port."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    is_bare = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    return parts.hostname.rstrip(".") if is_bare and parts.hostname else None


def _is_same_origin(origin: str, host: str) -> bool:
    scheme, separator, authority = origin.partition("://")
    return bool(separator) and scheme in ("http", "https") and authority.lower() == host.lower()


async def _refuse(scope: Scope, send: Send, refusal: Refusal) -> None:
    """A websocket closed before it is accepted becomes HTTP 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason})
        return
    body = refusal.reason.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
