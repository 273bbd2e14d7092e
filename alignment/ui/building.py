"""
The first start: on a fresh clone the sample company is built while a page says so.

Only where nothing of a company's own is configured or ever was (decisions.md,
section 3). In every other case a missing database is an error page.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from alignment.errors import AlignmentError
from alignment.settings import ROOT, SAMPLE_DATABASE, Settings

_LOG = logging.getLogger(__name__)
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildState:
    """What the progress page shows. `share` is 0 to 1; `failure` is a sentence for the reader."""

    step: str = "Starting"
    share: float = 0.0
    is_done: bool = False
    failure: str | None = None


def _build_sample(path: Path, progress: Progress) -> None:
    """`alignment.demo` holds a file lock while it builds, and puts the finished file in place at once."""
    from alignment.demo import build_sample  # late: a server with a database never needs it

    build_sample(path, progress)


@dataclass(slots=True)
class SampleBuild:
    """One build in this process. Starts at most once; its state may be read from any thread."""

    path: Path
    build: Callable[[Path, Progress], None] = _build_sample
    state: BuildState = field(default_factory=BuildState)
    _thread: threading.Thread | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="build-sample", daemon=True)
                self._thread.start()

    def wait(self, timeout: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self.build(self.path, self._report)
        except AlignmentError as error:
            self.state = BuildState(failure=str(error))
        except Exception:
            _LOG.exception("the sample company could not be built")
            self.state = BuildState(
                failure="The sample company could not be built; the server's log says why. "
                "`python -m alignment demo` builds it too, and says more."
            )
        else:
            self.state = BuildState(step="Ready", share=1.0, is_done=True)

    def _report(self, step: str, share: float) -> None:
        self.state = BuildState(step=step, share=min(1.0, max(0.0, share)))


@lru_cache(maxsize=2)
def _build_of(path: Path) -> SampleBuild:
    return SampleBuild(path)


def first_build(settings: Settings) -> SampleBuild | None:
    """
    The build that this start needs, running by now; None if there is something to open or to miss.

    A database that is configured, or was made here once, is never replaced by a sample.
    """
    path = ROOT / SAMPLE_DATABASE
    if not settings.is_sample() or path.exists():
        return None
    build = _build_of(path)
    build.start()
    return build
