"""What of a file lies in a temporary file reads like what lies in memory."""

import errno
import os
import pickle
import tempfile
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.errors import UnreadableFile
from alignment.imports import checks, columns, draft, layout, text_files
from alignment.imports.checks import parse
from alignment.imports.columns import Cells, Column, Same, Shelf, parts
from alignment.imports.files import read_file
from alignment.imports.gate.plain import table_frames, table_from
from alignment.imports.mappings import propose
from alignment.imports.opening import open_here
from alignment.imports.outcome import Unread
from alignment.imports.parsed import ParsedImport
from alignment.imports.raw import RawTable
from alignment.imports.values import Priced
from alignment.vocabulary import DealEventKind

CHANGES = st.lists(st.tuples(st.integers(0, 19), st.integers()), max_size=12)


@pytest.fixture
def three_at_once(monkeypatch):
    """So few rows are put aside together that six of them are two lots."""
    monkeypatch.setattr(columns, "ROWS_AT_ONCE", 3)


def test_a_full_folder_for_temporary_files_is_told_with_what_to_do(monkeypatch):
    """Found in review: an OSError without a file's name, which the command line took for a fault of ours."""

    def full():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(columns, "_IN_MEMORY", 10)
    monkeypatch.setattr(columns, "TemporaryFile", full)
    shelf = Shelf(b"12345")
    with pytest.raises(
        UnreadableFile, match=r"failed: No space left on device\. Nothing was stored\. .*TMPDIR"
    ):
        shelf.put(b"678901")


class TestColumn:
    @settings(max_examples=60)
    @given(
        first=st.lists(st.integers(), max_size=10), then=st.lists(st.integers(), max_size=10), changes=CHANGES
    )
    def test_it_is_the_list_of_its_values(self, first, then, changes):
        """A plain list, told the same, is the second route."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(columns, "ROWS_AT_ONCE", 3)
            column, plain = Column(first), list(first)
            column.extend(then)
            plain += then
            for place, value in changes:
                if place < len(plain):
                    column[place] = plain[place] = value
                    assert column[place - len(plain)] == value

            assert list(column) == plain == column
            assert [column[place] for place in range(len(plain))] == plain
            assert [value for part in parts(column) for value in part] == plain
            assert column[1:7:2] == plain[1:7:2]
            assert pickle.loads(pickle.dumps(column)) == plain

    @pytest.mark.parametrize(
        "values",
        [
            ["ü\ud800", "", None],
            [1, 10**18, None],
            [True, False, 0.1],
            [datetime(2026, 3, 1, 10, 0, 0, 7, tzinfo=UTC), None, None],
            [datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Berlin")), None, None],
            [date(2026, 3, 1), None, date(1999, 12, 31)],
            [Decimal("1.0"), Decimal("1.00"), Decimal("-0E-6")],
            [DealEventKind.WON, "won", DealEventKind.WON],
            [("Signed", DealEventKind.WON), (None, DealEventKind.WON), None],
            [Priced(amount=Decimal("1.0"), sign=""), Priced(amount=Decimal("1.00"), sign=""), None],
            [Unread("x"), DealEventKind.LOST, Decimal("1.10")],
            [None, None, None],
        ],
        ids=lambda values: type(values[0]).__name__,
    )
    def test_what_is_put_aside_keeps_its_kind(self, three_at_once, values):
        column = Column(values)

        assert [(type(value), repr(value)) for value in column] == [
            (type(value), repr(value)) for value in values
        ]
        assert repr(list(pickle.loads(pickle.dumps(column)))) == repr(values)

    def test_there_is_nothing_behind_the_end(self):
        with pytest.raises(IndexError):
            Column([1])[1]
        with pytest.raises(IndexError):
            Same(None, 2)[2]

    def test_one_value_in_every_row(self):
        assert list(Same("a", 3)) == ["a", "a", "a"] == Same("a", 5)[1:4]


class TestTheFile:
    def test_it_has_no_name_and_is_gone_with_the_column(self, monkeypatch, tmp_path, three_at_once):
        monkeypatch.setattr(columns, "_IN_MEMORY", 50)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else None
        column = Column(str(number) for number in range(30))

        assert list(column) == [str(number) for number in range(30)]
        assert os.name == "nt" or not list(tmp_path.iterdir())
        del column
        assert not list(tmp_path.iterdir())
        assert before is None or len(os.listdir("/proc/self/fd")) == before

    def test_what_went_to_disk_and_what_came_before_are_both_there(self, monkeypatch):
        monkeypatch.setattr(columns, "_IN_MEMORY", 4)
        shelf = Shelf()
        places = [shelf.put(data) for data in (b"abc", b"defg", b"hi")]

        assert [shelf.get(*place) for place in places] == [b"abc", b"defg", b"hi"]
        assert [pickle.loads(pickle.dumps(shelf)).get(*place) for place in places] == [b"abc", b"defg", b"hi"]

    def test_columns_share_one_and_keep_sharing_it(self, three_at_once):
        cells = Cells(2)
        cells.extend(["1", "a", "2", "b", "3", "c", "4", "d"])
        again = pickle.loads(pickle.dumps(cells))

        assert again == cells == [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"]]
        assert again[2] == ["3", "c"]
        assert again[1:3] == [["2", "b"], ["3", "c"]]
        assert again.column(0)._shelf is again.column(1)._shelf


DEALS = """Deal ID,Name,Amount,Stage,Close Date,Create Date,Is Won
D1,'=a,"1,234.56 EUR",Won,2026-03-01,2026-01-01,true
D2,b,12 USD,open,2026-09-01,2026-01-01,false
D3,c,0,lost,,2026-01-01,false
d1,'=a,"1,234.56 EUR",Won,2026-03-01,2026-01-01,true
D4,d,x,Won,31.02.2026,2026-01-01,true
D5,e,5,Won,2026-03-01,2026-04-01,true
D5,e,6,Won,2026-03-01,2026-04-01,true
D6,f,7,Won,2026-03-01,2026-01-01,true
D6,f,7,Won,2026-03-01,2026-01-01,true
Total,,31,,,,
"""
LEADS = """Lead ID,Created Date,Territory,Is Deleted,Last Modified Date,MQL Date,Archived
L1,2026-01-01 10:00,T1,false,2026-02-01,2026-01-03,no
L2,2026-01-02 10:00,T2,true,2026-02-01,,no
L3,n/a,T1,false,2026-02-01,3.1.26,yes
L1,2026-01-01 10:00,T3,false,2026-02-02,2026-01-03,no
L4,2099-01-01,T1,false,2026-02-01,2026-01-03,no
,2026-01-01,T1,false,2026-02-01,2026-01-03,no
L5,2026-01-01,T1,false,2026-02-01,2026-01-03,no
"""
ADS = """Date,Campaign ID,Ad ID,Cost,Impressions,Clicks,Reach
2026-03-01,C1,1,1.0000001,10,1,5
2026-03-01,C2,1,2,20,2,5
2026-03-02,C1,1,3,30,3,5
2026-03-01,C1,2,4,40,4,5
2026-03-01,C2,2,,40,4,5
2026-03-02,C1,2,x,1,1,5
2026-03-01,C1,3,5,1,9,5
"""


class TestAWholeFile:
    @pytest.mark.parametrize(
        ("kind", "text"),
        [("deals", DEALS), ("leads", LEADS), ("campaign_days", ADS)],
        ids=lambda each: each[:5],
    )
    def test_it_is_read_alike_three_rows_at_a_time(self, monkeypatch, kind, text):
        """Bad cells, sums, twins, versions, deleted and future rows, each beyond the first lot of rows."""
        whole = _checked(text, kind)
        monkeypatch.setattr(columns, "ROWS_AT_ONCE", 3)

        assert _checked(text, kind) == whole
        assert whole.problems
        assert whole.accounting.parsed >= 3

    def test_memory_does_not_follow_the_rows(self, monkeypatch):
        """A row was about 1,200 bytes of Python objects; 10 million of them fit into no usual machine."""
        monkeypatch.setattr(columns, "_IN_MEMORY", 0)
        monkeypatch.setattr(checks, "_MOST_KNOWN", 1_000)
        monkeypatch.setattr(text_files, "_PIECE", 20_000)
        for module in (columns, layout, draft):
            monkeypatch.setattr(module, "ROWS_AT_ONCE", 500)
        _peak(3_000)

        assert _peak(6_000) - _peak(3_000) < 60 * 3_000


def _peak(n_rows: int) -> int:
    """Bytes that reading and checking so many leads takes at most, the file's own left out."""
    rows = (
        f"L{number},2026-01-01 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02},"
        f"T{number % 50},name.{number}@example.com,Company {number},2026-02-01\n"
        for number in range(n_rows)
    )
    data = ("Lead ID,Created Date,Territory,Email,Company,Last Modified Date\n" + "".join(rows)).encode()
    tracemalloc.start()
    try:
        parsed = read_file(data, "leads.csv", kind="leads", zone="Europe/Berlin", currency="EUR")
        assert len(parsed.rows) == n_rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _checked(text: str, kind: str) -> ParsedImport:
    here = open_here(text.encode(), "export.csv")
    assert isinstance(here, RawTable)
    frames = table_frames(here)
    raw = table_from("export.csv", next(frames), frames)
    assert raw == here
    now = datetime(2026, 12, 1, tzinfo=UTC)
    return parse(
        raw, propose(raw, kind=kind), zone="Europe/Berlin", currency="EUR", date_order="dmy", now=now
    )
