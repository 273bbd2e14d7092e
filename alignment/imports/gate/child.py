"""
The child: reads files that its parent hands over, one after the other, until the parent closes the pipe.

Run as `python -m alignment.imports.gate.child`; it talks over its standard
streams (see `frames`) and says on standard error nothing that anybody reads.
"""

import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from alignment.errors import UnreadableFile
from alignment.imports.boundaries import ParsedBoundaries
from alignment.imports.columns import Shelf
from alignment.imports.gate.confinement import Confinement
from alignment.imports.gate.frames import FAULT, MEMORY, READY, REFUSED, Frame, receive, send
from alignment.imports.gate.plain import boundaries_frame, table_frames
from alignment.imports.opening import open_here
from alignment.imports.raw import Limits


def main() -> None:
    """Load, give up what is not needed, then answer until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it ends us
    source = os.fdopen(0, "rb", buffering=0, closefd=False)
    target = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not get between the messages
    _load_everything()
    gc.freeze()
    gc.disable()  # a table is millions of objects and no cycle; looking for one took a third of the time
    Shelf.in_memory_only = True
    confinement = Confinement()
    send(target, Frame({"answer": READY}))
    while (ask := receive(source)) is not None:
        limits = Limits(**ask.head["limits"])
        before = confinement.address_space()
        confinement.grant(memory_mb=limits.memory_mb, cpu_seconds=limits.cpu_seconds)
        file = receive(source)
        if file is None:
            return
        is_whole = _answer(target, file.body, ask.head["file_name"], limits, ask.head["sheet"])
        del file
        gc.collect()
        grown = confinement.address_space() - before
        send(target, Frame({"answer": "done", "grown": grown, "is_whole": is_whole}))


def _answer(target: BinaryIO, data: bytes, file_name: str, limits: Limits, sheet: str | None) -> bool:
    """Whether this process may be used again: one that once ran out of memory may lack a part of itself."""
    try:
        for frame in _frames(data, file_name, limits, sheet):
            send(target, frame)
    except UnreadableFile as error:
        head = {"what": type(error).__name__, "message": str(error), "sheets": error.sheets}
        send(target, Frame({"answer": REFUSED} | head))
    except MemoryError:
        send(target, Frame({"answer": MEMORY}))
        return False
    except Exception:
        send(target, Frame({"answer": FAULT, "trace": traceback.format_exc()}))
        return False
    return True


def _frames(data: bytes, file_name: str, limits: Limits, sheet: str | None) -> Iterator[Frame]:
    found = open_here(data, file_name, limits=limits, sheet=sheet)
    if isinstance(found, ParsedBoundaries):
        yield boundaries_frame(found)
    else:
        yield from table_frames(found)


def _load_everything() -> None:
    """Read one small file of each form, so that no library wants to load a part of itself later."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    parquet = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": ["a"], "n": [1.5], "day": pa.array([0], pa.date32())}), parquet)
    square = [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]
    feature = {
        "type": "Feature",
        "properties": {"name": "A"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    shapes = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    own = {
        "a.csv": b"Deal ID,Stage\nD1,Won\n",
        "a.parquet": parquet.getvalue().to_pybytes(),
        "a.geojson": shapes,
    }
    for name, data in own.items():
        open_here(data, name)


if __name__ == "__main__":
    main()
    sys.exit(0)
