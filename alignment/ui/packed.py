"""
Streamlit's JavaScript and styles, compressed once and kept in memory.

Streamlit leaves its bundle uncompressed on purpose; the first page with a chart
is then 7.8 MB instead of 2.5. File names carry a content hash, so browsers keep
them for good. Packed with gzip at once and with Brotli a little later, which is
smaller by a sixth; browsers take it over TLS and from this machine.
"""

import gzip
import re
import threading
from pathlib import Path

import pyarrow as pa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import file_util

from alignment.ui.headers import index_html

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_LEVEL = 6  # level 9 saves nothing on this bundle
_BROTLI_LEVEL = 9
_WANTED_EARLY = re.compile(r"(PlotlyChart|plotly|DataFrame|arrow|Metric|index)\b", re.IGNORECASE)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the header allows gzip: named (or *), and not with weight zero."""
    return _accepts(accept_encoding, "gzip", "*")


def accepts_brotli(accept_encoding: str) -> bool:
    """Whether the header names Brotli, and not with weight zero; * is not enough, few programs know it."""
    return _accepts(accept_encoding, "br")


def _accepts(accept_encoding: str, *names: str) -> bool:
    for part in accept_encoding.split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip().lower() in names:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


class Bundle:
    """The compressible files below Streamlit's static folder, packed on first use."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in folder.glob("static/**/*")
            if path.suffix in _TYPES
        }
        self._packed: dict[str, bytes] = {}
        self._tight: dict[str, bytes] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def paths(self) -> list[str]:
        """What can be packed."""
        return list(self._files)

    def packed(self, path: str) -> bytes:
        """Two requests may pack the same file at once; both results are the same."""
        if path not in self._packed:
            self._packed[path] = gzip.compress(self._files[path].read_bytes(), _LEVEL, mtime=0)
        return self._packed[path]

    def encoded(self, path: str, accept_encoding: str) -> tuple[str, bytes]:
        """The smallest that the browser takes and that is there: nobody waits for Brotli."""
        tight = self._tight.get(path) if accepts_brotli(accept_encoding) else None
        return ("gzip", self.packed(path)) if tight is None else ("br", tight)

    def media_type(self, path: str) -> str:
        return _TYPES[self._files[path].suffix]

    def pack_early(self, html: str) -> None:
        """Pack what the first page asks for, before anybody asks."""
        early = [path for path in self._files if path.rsplit("/", 1)[1] in html or _WANTED_EARLY.search(path)]
        for path in early:
            self.packed(path)
        if not pa.Codec.is_available("brotli"):
            return
        brotli = pa.Codec("brotli", compression_level=_BROTLI_LEVEL)
        for path in early:
            self._tight[path] = brotli.compress(self._files[path].read_bytes(), asbytes=True)


BUNDLE = Bundle(Path(file_util.get_static_dir()))


def pack_in_background() -> threading.Thread:
    """Start packing beside the server's first seconds; requests do not wait for it."""
    html = index_html().read_text(encoding="utf-8")
    thread = threading.Thread(target=BUNDLE.pack_early, args=(html,), name="pack-bundle", daemon=True)
    thread.start()
    return thread


class PackedBundle:
    """ASGI middleware that answers for the bundle when the browser takes gzip."""

    def __init__(self, app: ASGIApp, *, base: str = "", bundle: Bundle = BUNDLE) -> None:
        self._app = app
        self._base = base
        self._bundle = bundle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._packable(scope)
        if path is None:
            await self._app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        encoding, body = await run_in_threadpool(self._bundle.encoded, path, accepted)
        headers = {
            "content-encoding": encoding,
            "vary": "accept-encoding",
            "cache-control": "public, immutable, max-age=31536000",
        }
        response = Response(body, media_type=self._bundle.media_type(path), headers=headers)
        await response(scope, receive, send)

    def _packable(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path = scope["path"].removeprefix(self._base)
        is_wanted = path in self._bundle and accepts_gzip(Headers(scope=scope).get("accept-encoding", ""))
        return path if is_wanted else None
