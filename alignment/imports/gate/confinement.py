"""What the child takes away from itself before it reads anything: files, sockets, memory, time."""

import codecs
import importlib
import importlib.util
import math
import os
import signal
import sys
from typing import Any

HAS_RESOURCE = importlib.util.find_spec("resource") is not None
resource: Any = importlib.import_module("resource") if HAS_RESOURCE else None

_STANDARD_STREAMS = 3
_CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp437", "latin-1")
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Confinement:
    """
    Limits of this process; made once, when everything that reading needs is loaded.

    On platforms without `resource` (Windows) only sockets and programs are refused:
    the parent's clock still ends what takes too long.
    """

    def __init__(self) -> None:
        # Whatever is loaded on first use must be loaded now: afterwards no file can be opened.
        for name in _CODECS:
            codecs.lookup(name)
        self._memory = _own_memory_file()
        sys.addaudithook(_refuse_contact)
        if resource is None:
            return
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        # A process that may hold no more than it has can open neither file nor socket, in any language.
        resource.setrlimit(resource.RLIMIT_NOFILE, (_STANDARD_STREAMS, _STANDARD_STREAMS))

    def grant(self, *, memory_mb: int, cpu_seconds: int) -> None:
        """So much memory and processor time from now on, on top of what is used already."""
        if resource is None:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
        if self._memory is not None:
            most = self.address_space() + memory_mb * 1_000_000
            resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))

    def address_space(self) -> int:
        """Bytes of address space in use; 0 where the platform does not tell."""
        if self._memory is None:
            return 0
        return int(os.pread(self._memory, 64, 0).split()[0]) * _PAGE_SIZE


def _own_memory_file() -> int | None:
    """An open descriptor, because it cannot be opened later; None where there is no such file."""
    path = "/proc/self/statm"
    return os.open(path, os.O_RDONLY) if os.path.exists(path) else None


def _refuse_contact(event: str, _arguments: Any) -> None:
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")):
        raise PermissionError(f"reading a file needs no {event}")
