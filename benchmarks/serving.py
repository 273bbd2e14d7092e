"""The app as it is served, and the same page under Streamlit's default settings: servers to measure."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its process."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def megabytes(self) -> float:
        """What the process holds in memory now."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
        return int(lines["VmRSS"].split()[0]) / 1024


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def served(database: str) -> Iterator[Server]:
    """The app as the README starts it."""
    with _running(["dashboard.py"], ROOT, database) as server:
        yield server


@contextmanager
def served_by_default(database: str) -> Iterator[Server]:
    """
    The same pages with every setting at Streamlit's default: no configuration, no own server around.

    Nothing is frozen, packed or guarded; `streamlit run` is called in an empty folder.
    """
    with tempfile.TemporaryDirectory() as empty:
        frame = ROOT / "alignment" / "ui" / "frame.py"
        with _running([str(frame)], Path(empty), database) as server:
            yield server


@contextmanager
def _running(script: list[str], folder: Path, database: str) -> Iterator[Server]:
    options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port"]
    command = ["-m", "streamlit", "run", *script, *options]
    with started(command, database, folder=folder, health="/_stcore/health") as server:
        yield server


@contextmanager
def started(command: list[str], database: str, *, folder: Path = ROOT, health: str = "/") -> Iterator[Server]:
    """A Python program with a free port as its last argument, until it answers; stopped afterwards."""
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ALIGN_", "STREAMLIT_"))}
    environment = kept | {"ALIGN_DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *command, str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_up(process, f"http://127.0.0.1:{port}{health}")
            yield Server(port=port, pid=process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait_until_up(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start within {START_SECONDS} s.")
