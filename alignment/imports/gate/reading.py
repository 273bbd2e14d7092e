"""One file being read in the child: it can be waited for, watched and stopped."""

from collections.abc import Iterator
from dataclasses import asdict
from threading import Event, Lock, Thread, Timer
from time import monotonic

from alignment.errors import MissingColumns, UnreadableFile
from alignment.imports.gate import workers
from alignment.imports.gate.frames import MEMORY, REFUSED, Frame, Torn
from alignment.imports.gate.plain import boundaries_from, table_from
from alignment.imports.opening import Data, Opened, size_of
from alignment.imports.raw import PAGE, Limits
from alignment.imports.readers import require_size, shown_name

_REFUSALS: dict[str, type[UnreadableFile]] = {"MissingColumns": MissingColumns}
_SLACK_BYTES = 100_000_000
_LESS = "Split it, export fewer columns, or export it as CSV."


class ReadingFault(RuntimeError):
    """The child met a bug of ours; the message is its trace."""


class StoppedReading(UnreadableFile):
    """A person stopped it."""


def open_file(data: Data, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None) -> Opened:
    """
    What the file holds, read in the child; the same arguments and answers as `opening.open_here`.

    Raises:
        UnreadableFile: It cannot be read, or reading it takes more than the limits allow.
        ReadingFault: A bug of ours.
    """
    with Reading(data, file_name, limits=limits, sheet=sheet) as reading:
        return reading.result()


class Reading:
    """
    A file on its way through the child. As a `with` block nothing of it outlives the block.

    Example:
        with Reading(data, "deals.csv") as reading:
            while not reading.wait(0.5):
                show(reading.seconds)
            table = reading.result()
    """

    def __init__(
        self, data: Data, file_name: str, *, limits: Limits = PAGE, sheet: str | None = None
    ) -> None:
        file_name = shown_name(file_name)
        n_bytes = size_of(data)
        require_size(n_bytes, file_name, limits)
        self._data, self._file_name, self._sheet = data, file_name, sheet
        self._limits = limits.for_size(n_bytes)
        self._started = monotonic()
        self._finished = Event()
        self._is_stopped = self._is_late = False
        self._lock = Lock()
        self._worker: workers.Worker | None = None
        self._outcome: Opened | BaseException | None = None
        self._thread = Thread(target=self._run, name="reading", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """How long it has been under way."""
        return monotonic() - self._started

    @property
    def most_seconds(self) -> int:
        """After so long it is ended."""
        return self._limits.wall_seconds

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, after at most so long."""
        return self._finished.wait(seconds)

    def stop(self) -> None:
        """End it now: the child is killed, nothing of the file is left. Without effect once it has ended."""
        self._is_stopped = True
        self._end()

    def result(self) -> Opened:
        """Wait for the end and give what was found; raises what `open_file` raises."""
        self._finished.wait()
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        assert self._outcome is not None
        return self._outcome

    def _run(self) -> None:
        try:
            with workers.worker() as worker:
                # A refusal is no failure of the child, so it is carried out of the block as a value.
                self._outcome = self._asked(worker)
        except BaseException as error:  # told by `result` to whoever waits for it
            self._outcome = error
        finally:
            self._finished.set()

    def _asked(self, worker: workers.Worker) -> Opened | Exception:
        with self._lock:
            self._worker = worker
        if self._is_stopped:
            self._end()
        clock = Timer(self._limits.wall_seconds, self._end_late)
        clock.daemon = True
        clock.start()
        try:
            worker.ready()
            worker.ask(
                {"file_name": self._file_name, "limits": asdict(self._limits), "sheet": self._sheet},
                self._data,
            )
            frames = worker.answers(most_bytes=self._limits.unpacked_mb * 1_000_000 + _SLACK_BYTES)
            return self._told(frames)
        except (Torn, OSError):
            worker.stop()
            return self._lost(worker.ended())
        finally:
            clock.cancel()
            with self._lock:
                self._worker = None

    def _end(self) -> None:
        with self._lock:
            if self._worker is not None:
                self._worker.stop()

    def _end_late(self) -> None:
        self._is_late = True
        self._end()

    def _told(self, frames: Iterator[Frame]) -> Opened | Exception:
        first = next(frames, None)
        if first is None:
            raise Torn("no answer")
        found = self._from(first, frames)
        if next(frames, None) is not None:
            raise Torn("more than was announced")
        return found

    def _from(self, first: Frame, frames: Iterator[Frame]) -> Opened | Exception:
        answer = first.head["answer"]
        if answer == "table":
            return table_from(self._file_name, first, frames)
        if answer == "boundaries":
            return boundaries_from(first)
        if answer == REFUSED:
            refusal = _REFUSALS.get(first.head["what"], UnreadableFile)
            return refusal(first.head["message"], tuple(first.head["sheets"]))
        if answer == MEMORY:
            return UnreadableFile(self._too_much_memory())
        return ReadingFault(first.head["trace"])

    def _lost(self, code: int) -> UnreadableFile:
        """The refusal for a child that is gone, by how it went."""
        name, limits = self._file_name, self._limits
        if self._is_stopped:
            return StoppedReading(f'"{name}": reading was stopped. Nothing was stored.')
        if self._is_late or workers.signal_name(code) == "SIGXCPU":
            return UnreadableFile(
                f'"{name}" takes longer to read than the limit of {limits.cpu_seconds} seconds. {_LESS}'
            )
        return UnreadableFile(
            f'"{name}" makes the reader break off ({workers.signal_name(code)}): it is damaged, or needs '
            f"more than {limits.memory_mb:,} MB of memory, the limit here. {_LESS}"
        )

    def _too_much_memory(self) -> str:
        return (
            f'"{self._file_name}" needs more than {self._limits.memory_mb:,} MB of memory to be read, the '
            f"limit here. {_LESS}"
        )
