"""The children: started when first needed, kept warm, replaced when they die."""

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import BinaryIO, cast

from alignment.imports.gate.frames import Frame, Torn, receive, send, send_file
from alignment.imports.opening import Data, size_of

MOST_AT_ONCE = 2
"""Readings under way at a time; further ones wait, so that memory stays within reason."""
_MOST_GROWN = 200_000_000
_ROOT = Path(__file__).resolve().parents[3]
_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG")
"""The child's whole environment: no database address, no secret."""
_FIXED_VARIABLES = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve more address space than a limit allows
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Worker:
    """One child process. Use it for one reading at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "alignment.imports.gate.child"],
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _FIXED_VARIABLES,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        self._is_ready = False
        self.is_fit = True

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ready(self) -> None:
        """
        Wait until the child has loaded everything.

        Raises:
            Torn: It was stopped meanwhile.
            RuntimeError: It ended by itself: the installation is broken.
        """
        if self._is_ready:
            return
        if receive(self._output) is None:
            if not self.is_fit:
                raise Torn("stopped before it was ready")
            raise RuntimeError(f"The reading process did not start (exit code {self.ended()}).")
        self._is_ready = True

    def ask(self, head: dict[str, object], data: Data) -> None:
        """
        Raises:
            OSError: The child is gone.
        """
        send(self._input, Frame(head))
        if isinstance(data, bytes):
            send(self._input, Frame({}, data))
        else:
            send_file(self._input, data, size_of(data))

    def answers(self, *, most_bytes: int) -> Iterator[Frame]:
        """
        The messages up to the one that says "done".

        Raises:
            Torn: The child ended before, or sent something else.
        """
        while (frame := receive(self._output, most_bytes=most_bytes)) is not None:
            if frame.head.get("answer") == "done":
                self.is_fit = bool(frame.head["is_whole"]) and frame.head["grown"] < _MOST_GROWN
                return
            yield frame
        raise Torn("the child ended before it was done")

    def stop(self) -> None:
        """End the child at once. May be called from any thread, and twice."""
        self.is_fit = False
        self._process.kill()

    def ended(self) -> int:
        """Its exit code, negative for a signal, once it is gone and its pipes are closed."""
        code = self._process.wait()
        self._input.close()
        self._output.close()
        return code


class _Pool:
    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._lock = Lock()
        self._slots = BoundedSemaphore(MOST_AT_ONCE)

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A child for one reading; afterwards it waits for the next one if it is fit, else another does."""
        with self._slots:
            worker = self._taken() or Worker()
            try:
                yield worker
            except BaseException:
                worker.stop()
                raise
            finally:
                self._give_back(worker)

    def _taken(self) -> Worker | None:
        """A waiting child that still lives; the system may have ended one that only waited."""
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                worker.ended()
        return None

    def _give_back(self, worker: Worker) -> None:
        if worker.is_fit:
            with self._lock:
                if not self._idle:
                    self._idle.append(worker)
                    return
        worker.stop()
        worker.ended()
        self.warm()

    def warm(self) -> None:
        """Have a child waiting; it loads while the caller goes on."""
        with self._lock:
            if not self._idle:
                self._idle.append(Worker())

    def close(self) -> None:
        with self._lock:
            for worker in self._idle:
                worker.stop()
                worker.ended()
            self._idle.clear()

    def forget(self) -> None:
        """After a fork the children are the other process's."""
        self._idle = []
        self._lock = Lock()
        self._slots = BoundedSemaphore(MOST_AT_ONCE)


_POOL = _Pool()
atexit.register(_POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.forget)

worker = _POOL.worker


def warm() -> None:
    """Start a child before it is needed, so that the first file does not wait for it."""
    _POOL.warm()


def close_workers() -> None:
    """End the children that wait."""
    _POOL.close()


def signal_name(code: int) -> str:
    """'SIGKILL' for exit code -9."""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
