"""A line to the server that can be cut: every byte goes through it, or none."""

import contextlib
import socket
import threading


class Line:
    """
    A TCP proxy on a port of its own. While it is cut, connections end and new ones are refused.

    `cut_after(n)` cuts in the middle of what the server says: after n more bytes of it.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._open: set[socket.socket] = set()
        self._is_cut = threading.Event()
        self._bytes_left: int | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut.set()
        for each in list(self._open):
            self._end(each)

    def cut_after(self, bytes_of_server: int) -> None:
        self._bytes_left = bytes_of_server

    def mend(self) -> None:
        self._bytes_left = None
        self._is_cut.clear()

    def close(self) -> None:
        self.cut()
        self._end(self._listening)

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listening.accept()
            except OSError:
                return
            if self._is_cut.is_set():
                self._end(phone)
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open |= {phone, server}
            for source, sink in ((phone, server), (server, phone)):
                arguments = (source, sink, source is server)
                threading.Thread(target=self._carry, args=arguments, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, is_from_server: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                left = self._bytes_left if is_from_server else None
                sink.sendall(data[:left])
                if left is not None:
                    self._bytes_left = left - len(data)
                    if self._bytes_left <= 0:
                        self.cut()
        for each in (source, sink):
            self._end(each)

    def _end(self, each: socket.socket) -> None:
        self._open.discard(each)
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
