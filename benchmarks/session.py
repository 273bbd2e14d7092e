"""
One viewer without a browser: Streamlit's own protocol over a web socket.

It opens a page, changes a filter as the browser does (the widget's new value, sent
with all values that it changed before, the fragment that it stands in, and the large
messages that it has kept) and reads what the server sends until the
run is finished: the numbers of the strip, the headline, the bytes.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.serving import Server

LARGEST = 64 * 1024 * 1024
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class BrokenRun(Exception):
    """The script did not finish, or it said that something went wrong."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run put on the screen."""

    milliseconds: float
    bytes: int
    headline: str
    numbers: dict[str, str]


@dataclass(slots=True)
class Viewer:
    """An open page. `async with Viewer.open(server, "funnel") as viewer`."""

    socket: Any
    page: str
    script: str = ""
    query: str = ""
    widgets: dict[str, Any] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    changed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def open(cls, server: Server, page: str) -> "Viewer":
        socket = await websockets.connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(server.url),
            max_size=LARGEST,
            open_timeout=60,
            ping_timeout=None,
        )
        return cls(socket=socket, page=page)

    async def close(self) -> None:
        await self.socket.close()

    async def visit(self, query: str = "") -> Seen:
        """The first run."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self.page
        return await self._run(message)

    async def choose(self, key: str, values: list[str]) -> Seen:
        """Pick these options of the list whose key ends so."""
        number = next(each for each in self.widgets if each.endswith(key))
        self.changed[number] = values
        message = BackMsg()
        message.rerun_script.page_script_hash = self.script
        message.rerun_script.query_string = self.query
        message.rerun_script.fragment_id = self.fragments.get(number, "")
        message.rerun_script.cached_message_hashes.extend(self.kept)
        for each, chosen in self.changed.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = each
            state.string_array_value.data.extend(chosen)
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Seen:
        started, size = time.perf_counter(), 0
        await self.socket.send(message.SerializeToString())
        texts: dict[tuple[int, ...], tuple[str, str]] = {}
        while True:
            raw = await self.socket.recv()
            size += len(raw)
            told = ForwardMsg.FromString(raw)
            kind = told.WhichOneof("type")
            if told.metadata.cacheable:
                self.kept.add(told.hash)
            if kind == "new_session":
                texts.clear()
            elif kind == "navigation":
                self.script = told.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = told.page_info_changed.query_string
            elif kind == "delta":
                self._look_at(told, texts)
            elif kind == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                if told.script_finished not in FINISHED:
                    raise BrokenRun(ForwardMsg.ScriptFinishedStatus.Name(told.script_finished))
                break
            elif kind == "session_event" and told.session_event.HasField("script_compilation_exception"):
                raise BrokenRun(str(told.session_event))
        taken = (time.perf_counter() - started) * 1000
        headlines = [body for _, (what, body) in sorted(texts.items()) if what == "headline"]
        numbers = dict(body.split("\n", 1) for _, (what, body) in sorted(texts.items()) if what == "number")
        return Seen(milliseconds=taken, bytes=size, headline=" / ".join(headlines), numbers=numbers)

    def _look_at(self, told: ForwardMsg, texts: dict[tuple[int, ...], tuple[str, str]]) -> None:
        element = told.delta.new_element
        kind = element.WhichOneof("type") if told.delta.HasField("new_element") else None
        place = tuple(told.metadata.delta_path)
        if kind == "metric":
            texts[place] = ("number", f"{element.metric.label}\n{element.metric.body}")
        elif kind == "heading":
            texts[place] = ("headline", element.heading.body)
        elif kind == "multiselect":
            self.widgets[element.multiselect.id] = True
            self.options[element.multiselect.id] = list(element.multiselect.options)
            self.fragments[element.multiselect.id] = told.delta.fragment_id
        elif kind == "exception":
            raise BrokenRun(element.exception.message)

    def offered(self, key: str) -> list[str]:
        return next(options for number, options in self.options.items() if number.endswith(key))
