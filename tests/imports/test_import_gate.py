"""
Files are read in a child process: it gives the same as reading here, and whatever ends it is a refused file.

The children are real ones, found and killed as a kernel would.
"""

import io
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alignment.errors import UnreadableFile
from alignment.imports import gate
from alignment.imports.gate import workers
from alignment.imports.gate.frames import Frame, Torn, receive, send
from alignment.imports.gate.plain import table_frames, table_from
from alignment.imports.opening import open_here
from alignment.imports.raw import PAGE, Limits, RawTable
from tests.imports.test_import_workbooks import workbook

ROOT = Path(__file__).parents[2]
ROOMY = Limits(mb=1_000, rows=None, columns=2_000, cells=None)
SLOW_FILE = b"id,a,b,c,d,e,f,g\n" + b"1,2,3,4,5,6,7,8\n" * 3_000_000
"""About four seconds of reading."""


def children() -> list[int]:
    """Ids of the children that read."""
    return [
        child.pid
        for child in psutil.Process().children()
        if "alignment.imports.gate.child" in child.cmdline()
    ]


def equal(one: RawTable, other: RawTable) -> bool:
    """Whether two tables are equal, masks included."""
    same_mask = (one.typed is None and other.typed is None) or np.array_equal(one.typed, other.typed)
    return same_mask and replace(one, typed=None) == replace(other, typed=None)


def parquet() -> bytes:
    data = BytesIO()
    pq.write_table(pa.table({"Deal ID": ["D1", "D2"], "Amount": [1.5, None], "Stage": ["Won", "Lost"]}), data)
    return data.getvalue()


FILES = {
    "deals.csv": "Report\n\nDeal ID;Stage;Amount\nD1;Won;1,5\nD2;Lost\nD3;a;b;c\nSumme;;1,5\n".encode(
        "utf-16"
    ),
    "deals.tsv": "Deal ID\tStage\nD1\tGr\u00fc\u00dfe \x1f \x1e \ue000\n".encode("cp1252", "replace"),
    "deals.txt": "Deal ID|Stage\nD1|\x1f\x1e\x1d\x1c\ue000\n".encode(),
    "deals.xlsx": workbook(("A", [["Deal ID", "Amount"], ["D1", 1.25], ["D2", "1.25"], ["D3", True]])),
    "deals.parquet": parquet(),
}


class TestTheSameAsHere:
    @pytest.mark.parametrize("name", FILES)
    def test_a_table_is_the_same_to_the_last_cell(self, name):
        """The third holds each of the first five characters that could cut cells apart on the way."""
        found = gate.open_file(FILES[name], name)

        assert isinstance(found, RawTable)
        assert equal(found, open_here(FILES[name], name))

    def test_shapes_are_the_same_to_the_last_bit(self):
        data = (ROOT / "tests" / "data" / "germany_laender.geojson").read_bytes()

        assert gate.open_file(data, "laender.geojson") == open_here(data, "laender.geojson")

    def test_a_refusal_is_the_same_sentence(self):
        with pytest.raises(UnreadableFile) as here:
            open_here(b"%PDF-1.7", "deals.csv")
        with pytest.raises(UnreadableFile) as there:
            gate.open_file(b"%PDF-1.7", "deals.csv")

        assert str(there.value) == str(here.value)

    def test_more_rows_than_one_message_holds_keep_their_order(self):
        data = b"Deal ID,Stage\n" + b"".join(b"D%d,Won\n" % number for number in range(25_000))
        found = gate.open_file(data, "deals.csv")

        assert isinstance(found, RawTable)
        assert found.rows[::5_000] == [[f"D{number}", "Won"] for number in range(0, 25_000, 5_000)]

    def test_a_file_on_disk_is_read_like_its_bytes(self, tmp_path):
        data = b"Deal ID,Stage\n" + b"".join(b"D%d,Won\n" % number for number in range(30_000))
        path = tmp_path / "deals.csv"
        path.write_bytes(data)
        with path.open("rb") as file:
            file.seek(7)  # wherever somebody left it
            assert gate.open_file(file, path.name) == open_here(file, path.name) == open_here(data, path.name)

    def test_a_file_that_becomes_shorter_is_refused_and_the_next_one_read(self, tmp_path):
        """The size is told before the bytes; waiting for the rest would be waiting for ever."""
        path = tmp_path / "deals.csv"
        path.write_bytes(b"Deal ID,Stage\nD1,Won\n")

        class Shorter(io.BytesIO):
            def read(self, size=-1):
                return super().read(min(size, 10)) if self.tell() < 10 else b""

        with pytest.raises(UnreadableFile, match="damaged"):
            gate.open_file(Shorter(path.read_bytes()), path.name)
        assert gate.open_file(path.read_bytes(), path.name).rows == [["D1", "Won"]]

    def test_lone_surrogates_cross(self):
        """No reader gives them today; should one do so, the pipe must not be what fails."""
        table = open_here(b"a,b\n1,2\n", "f.csv")
        assert isinstance(table, RawTable)
        odd = replace(table, rows=[["\ud800", "x"]])
        frames = iter(list(table_frames(odd)))

        assert table_from("f.csv", next(frames), frames) == odd


class TestOneWarmChild:
    def test_it_is_used_again(self):
        gate.open_file(FILES["deals.txt"], "deals.txt")
        before = children()
        for name in FILES:
            gate.open_file(FILES[name], name)
        with pytest.raises(UnreadableFile):
            gate.open_file(b"%PDF-1.7", "deals.csv")

        assert children() == before
        assert len(before) == 1

    def test_warm_it_answers_within_a_tenth_of_a_second(self):
        """Measured: one thousandth. A child that loads anew needs far longer, every time."""
        gate.open_file(FILES["deals.txt"], "deals.txt")
        seconds = []
        for _ in range(5):
            started = monotonic()
            gate.open_file(FILES["deals.txt"], "deals.txt")
            seconds.append(monotonic() - started)

        assert min(seconds) < 0.1

    def test_one_that_died_while_it_waited_is_replaced_without_a_word(self):
        gate.open_file(FILES["deals.txt"], "deals.txt")
        (waiting,) = children()
        os.kill(waiting, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(waiting)] if psutil.pid_exists(waiting) else [], timeout=5)
        found = gate.open_file(FILES["deals.txt"], "deals.txt")

        assert isinstance(found, RawTable)
        assert waiting not in children()

    def test_five_at_once_are_read_by_two(self):
        with ThreadPoolExecutor(5) as pool:
            found = list(pool.map(lambda name: gate.open_file(FILES[name], name), FILES))

        assert [table.rows[0][0] for table in found if isinstance(table, RawTable)] == ["D1"] * 5
        assert len(children()) <= workers.MOST_AT_ONCE


class TestWhatEndsAChildIsARefusedFile:
    def test_a_signal(self):
        """calamine aborts on some workbooks (seen); the kernel kills who takes too much."""
        with gate.Reading(SLOW_FILE, "slow.csv", limits=ROOMY) as reading:
            sleep(0.5)
            for child in children():
                os.kill(child, signal.SIGKILL)
            with pytest.raises(
                UnreadableFile, match=r'"slow.csv" makes the reader break off \(SIGKILL\).*Split'
            ):
                reading.result()

        assert isinstance(gate.open_file(FILES["deals.txt"], "deals.txt"), RawTable)

    def test_too_much_memory(self):
        with pytest.raises(UnreadableFile, match=r"more than 40 MB of memory.*the limit here\. Split it"):
            gate.open_file(SLOW_FILE[:20_000_000], "big.csv", limits=replace(ROOMY, memory_mb=40))

        assert isinstance(gate.open_file(FILES["deals.txt"], "deals.txt"), RawTable)

    def test_too_much_time(self):
        with pytest.raises(UnreadableFile, match=r"longer to read than the limit of 1 seconds\. Split it"):
            gate.open_file(SLOW_FILE, "slow.csv", limits=replace(ROOMY, cpu_seconds=1))

    def test_the_clock_ends_what_uses_no_processor(self, monkeypatch):
        """A child that only waits is never over its processor time, be it while it still loads."""
        monkeypatch.setattr(Limits, "wall_seconds", property(lambda _: 0.2))
        with gate.Reading(SLOW_FILE, "slow.csv", limits=ROOMY) as reading:
            for child in children():
                os.kill(child, signal.SIGSTOP)
            with pytest.raises(UnreadableFile, match="longer to read than the limit"):
                reading.result()

    def test_a_person_stops_it_and_nothing_is_left(self):
        before = monotonic()
        with gate.Reading(SLOW_FILE, "slow.csv", limits=ROOMY) as reading:
            assert not reading.wait(0.3)
            busy = children()
            reading.stop()
            with pytest.raises(gate.StoppedReading, match="was stopped"):
                reading.result()

        assert monotonic() - before < 2
        assert not set(busy) & set(children())

    def test_leaving_the_block_stops_it(self):
        """What a rerun of the page does: an exception goes through the block, and the child with it."""
        busy: list[int] = []

        def page() -> None:
            with gate.Reading(SLOW_FILE, "slow.csv", limits=ROOMY) as reading:
                assert not reading.wait(0.3)
                busy.extend(children())
                raise KeyError("another button was pressed")

        with pytest.raises(KeyError):
            page()

        assert busy
        assert not set(busy) & set(children())

    def test_a_file_of_a_command_may_take_as_much_as_its_size_asks_for(self):
        limits = Limits(mb=4_096, rows=None, columns=9, cells=None, more_memory=60, more_seconds=2)

        assert PAGE.for_size(25_000_000) == PAGE
        assert limits.for_size(100_000_000).memory_mb == 7_000
        assert limits.for_size(100_000_000).cpu_seconds == 230
        assert limits.for_size(100_000_000).wall_seconds == 460


REACHES = {
    "a socket": "socket.socket().close()",
    "a socket by native code": "assert libc.socket(2, 1, 0) >= 0",
    "a name": "socket.getaddrinfo('localhost', 80)",
    "a file": "open('/proc/version').close()",
    "a new file": "os.close(os.open(os.path.join(folder, 'left'), os.O_CREAT | os.O_WRONLY))",
    "a program": "subprocess.run(['true'])",
    "a shell": "assert os.system('true') == 0",
}
"""What a reader must not reach -> the statement that reaches it."""


def reached(folder: Path, *, is_confined: bool) -> list[str]:
    """Which of REACHES a process gets, confined as the child is or not at all."""
    confine = (
        "from alignment.imports.gate.confinement import Confinement\nConfinement()\n" if is_confined else ""
    )
    program = (
        "import ctypes, os, socket, subprocess\n"
        f"libc = ctypes.CDLL(None)\nfolder = {str(folder)!r}\n{confine}"
        f"for what, statement in {REACHES!r}.items():\n"
        "    try:\n        exec(statement)\n        os.write(1, f'{what}\\n'.encode())\n"
        "    except (OSError, AssertionError):\n        continue\n"
        "os.write(1, b'end')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    *found, end = ended.stdout.split("\n")
    assert end == "end"
    return found


class TestTheChildCanReachNothing:
    def test_without_confinement_all_is_reached(self, tmp_path):
        """So the next test can fail."""
        assert reached(tmp_path, is_confined=False) == list(REACHES)

    def test_no_socket_no_file_no_program(self, tmp_path):
        """Native code is refused by the kernel: no descriptor is left that a socket could get."""
        assert reached(tmp_path, is_confined=True) == []

    def test_it_is_not_told_where_the_database_is(self, monkeypatch):
        monkeypatch.setenv("ALIGN_DATABASE_URL", "postgresql://secret")
        gate.close_workers()
        gate.open_file(FILES["deals.txt"], "deals.txt")
        (child,) = children()

        assert not any(name.startswith("ALIGN_") for name in psutil.Process(child).environ())


class TestMessages:
    """What comes back is measured before it is believed."""

    @pytest.mark.parametrize(
        "sent",
        [
            b"\x00",
            b"\x00" * 7 + b"\x09" + b"\x00" * 8 + b'{"a":',
            b"\x00" * 7 + b"\x03" + b"\x00" * 8 + b"[1]",
            b"\xff" * 16,
            b"\x00" * 7 + b"\x02" + b"\x00" * 7 + b"\x09" + b"{}short",
        ],
        ids=["cut", "half a head", "a list", "endless", "half a body"],
    )
    def test_what_is_no_message_is_refused(self, sent):
        with pytest.raises(Torn):
            receive(BytesIO(sent), most_bytes=1_000)

    def test_a_message_larger_than_allowed_is_not_even_read(self):
        pipe = BytesIO()
        send(pipe, Frame({}, b"x" * 2_000))
        pipe.seek(0)

        with pytest.raises(Torn, match="2,000 bytes"):
            receive(pipe, most_bytes=1_000)

    @pytest.mark.parametrize("n_rows", [1, 3])
    def test_rows_that_do_not_add_up_are_refused(self, n_rows):
        table = open_here(b"a,b\n1,2\n3,4\n", "f.csv")
        assert isinstance(table, RawTable)
        first, *more = table_frames(table)

        with pytest.raises(Torn):
            table_from("f.csv", Frame(first.head | {"n_rows": n_rows}, first.body), iter(more))
