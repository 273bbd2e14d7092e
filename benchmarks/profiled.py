"""
The app as it is served, with a profile of its script runs: `reruns.profile` starts it.

Each run of a page is profiled in its own thread. On SIGUSR1 the sum of all runs but the
first few is written to the file named first on the command line, and the server ends.
What the event loop does (sending) is not in it.
"""

import cProfile
import os
import pstats
import runpy
import signal
import sys
import time
from types import FrameType
from typing import Any

from streamlit.runtime.scriptrunner import script_runner

WARM = 3
"""Runs that are not counted: the first page, and the first changes."""


class Profiled:
    """Streamlit's own way to run a script, watched."""

    def __init__(self) -> None:
        self._run = script_runner.ScriptRunner._run_script
        self._runs = 0
        self._seconds = 0.0
        self._found: pstats.Stats | None = None

    def install(self) -> None:
        profiled = self

        def run(runner: Any, rerun_data: Any) -> None:
            profiled.watched(runner, rerun_data)

        script_runner.ScriptRunner._run_script = run  # type: ignore[method-assign]

    def watched(self, runner: Any, rerun_data: Any) -> None:
        self._runs += 1
        if self._runs <= WARM:
            self._run(runner, rerun_data)
            return
        profile, begun = cProfile.Profile(time.thread_time), time.thread_time()
        profile.runcall(self._run, runner, rerun_data)
        self._seconds += time.thread_time() - begun
        if self._found is None:
            self._found = pstats.Stats(profile)
        else:
            self._found.add(profile)

    def write(self, target: str) -> None:
        with open(target, "w", encoding="utf-8") as file:
            counted = self._runs - WARM
            file.write(
                f"{counted} runs, {1000 * self._seconds / max(counted, 1):.1f} ms each under the profiler\n"
            )
            if self._found is not None:
                self._found.stream = file  # type: ignore[attr-defined]
                self._found.strip_dirs()
                self._found.sort_stats("cumulative").print_stats(60)
                self._found.sort_stats("tottime").print_stats(25)


def main() -> None:
    profiled, target = Profiled(), sys.argv.pop(1)
    profiled.install()

    def stop(_number: int, _frame: FrameType | None) -> None:
        profiled.write(target)
        os._exit(0)

    signal.signal(signal.SIGUSR1, stop)
    sys.argv[0] = "streamlit"
    runpy.run_module("streamlit", run_name="__main__")


if __name__ == "__main__":
    main()
