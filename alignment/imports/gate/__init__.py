"""
Where files from outside are read: a warm child process with limits of its own.

The child is started once and used again; it may use so much memory and time, can
open no file and no socket, and what comes back are lengths, JSON and UTF-8 text,
nothing that could run. A child that dies or passes a limit is a refused file.
"""

from alignment.imports.gate.reading import Reading, ReadingFault, StoppedReading, open_file
from alignment.imports.gate.workers import close_workers, warm

__all__ = ["Reading", "ReadingFault", "StoppedReading", "close_workers", "open_file", "warm"]
