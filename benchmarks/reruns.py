"""
What one change of filter costs the server: processor time of its process, one viewer, no browser.

Not disturbed by a busy machine as milliseconds on the clock are, so that two states of
the code can be compared while others work. "anew" are changes to territories that
nobody has looked at before, "again" to those that somebody has.
"""

import asyncio
import os
import signal
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from alignment.access import ROLE_PERMISSIONS, Scope
from alignment.vocabulary import Role
from benchmarks.homes import Home
from benchmarks.machine import number, table
from benchmarks.serving import Server, served, started
from benchmarks.session import Viewer
from benchmarks.viewers import FILTER, PAGE, expected, query_of

CHANGES, WARM = 40, 4
SEES = Scope(permissions=ROLE_PERMISSIONS[Role.ADMIN], may_see_records=True)


def processor_milliseconds(server: Server) -> float:
    """Of the process and all its threads since it began."""
    with open(f"/proc/{server.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def changed(server: Server, names: list[str], query: str) -> tuple[float, float, float]:
    """Processor milliseconds of a change anew and again, and bytes of one."""
    viewer = await Viewer.open(server, PAGE)
    try:
        await viewer.visit(query)
        for name in names[:WARM]:
            await viewer.choose(FILTER, [name])
        spent, size = [processor_milliseconds(server)], 0
        for _ in range(2):
            for name in names[WARM:]:
                size += (await viewer.choose(FILTER, [name])).bytes
            await asyncio.sleep(0.2)
            spent.append(processor_milliseconds(server))
    finally:
        await viewer.close()
    counted = len(names) - WARM
    anew, again = ((after - before) / counted for before, after in pairwise(spent))
    return anew, again, size / counted / 2


def run(home: Home, sizes: list[int], rounds: int) -> str:
    lines = []
    for leads in sizes:
        url = home.company(leads)
        names = sorted(expected(url, SEES, CHANGES + WARM))
        for _ in range(rounds):
            with served(url) as server:
                anew, again, size = asyncio.run(changed(server, names, query_of(url)))
            lines.append((f"{leads:,}", number(anew), number(again), f"{size / 1000:.1f}"))
    return table(("leads", "anew, processor ms", "again, processor ms", "kB sent"), lines)


def profile(home: Home, sizes: list[int], rounds: int) -> str:
    """Where the time of a rerun goes, at the first size: of half as many changes, each anew and again."""
    del rounds
    url = home.company(sizes[0])
    names = sorted(expected(url, SEES, CHANGES // 2 + WARM))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "profile.txt"
        command = [
            "-m",
            "benchmarks.profiled",
            str(target),
            "run",
            "dashboard.py",
            "--server.headless",
            "true",
        ]
        command += ["--server.address", "127.0.0.1", "--server.port"]
        with started(command, url, health="/_stcore/health") as server:
            asyncio.run(changed(server, names, query_of(url)))
            os.kill(server.pid, signal.SIGUSR1)
            end = time.monotonic() + 30
            while not target.exists() and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(1)
        return target.read_text(encoding="utf-8")
