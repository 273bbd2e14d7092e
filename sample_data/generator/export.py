"""Writes the export folders: one per Friday, each file as its tool writes it."""

import csv
import io
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from . import files
from .book import Book
from .clock import INTRODUCTION_WEEK, LAST_WEEK, export_moment, folder_name, stamp
from .crm_rows import add_crm_rows
from .files import ALL_FILES, FileSpec
from .goals import TARGETS
from .offer import CHANNELS, SEGMENTS
from .office_rows import add_office_rows
from .survey import ALL_WAVES
from .world import World

Row = tuple[str, ...]

COMPANY = {
    "name": "Halmberg Wassertechnik GmbH",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "fiscal_year_start_month": 1,
    "working_week": [0, 1, 2, 3, 4],
    "opens": "09:00",
    "closes": "17:00",
    "stage_sets": ["lead_to_deal"],
    "first_week": "2025-W01",
    "segments": list(SEGMENTS),
    "channels": list(CHANNELS),
    "boundaries": "boundaries.geojson",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One export moment: what had been recorded after `after` (None: ever) and up to `until`."""

    after: int | None
    until: int

    @property
    def name(self) -> str:
        return folder_name(self.until)


def first_folders() -> list[Folder]:
    """The folder of the introduction, then one each Friday up to the last of the sample."""
    moments = [export_moment(week) for week in range(INTRODUCTION_WEEK, LAST_WEEK + 1)]
    return [
        Folder(after=after, until=until) for after, until in zip([None, *moments[:-1]], moments, strict=True)
    ]


def next_folders(weeks: int) -> list[Folder]:
    """One folder for each Friday after the sample."""
    moments = [export_moment(LAST_WEEK + week) for week in range(weeks + 1)]
    return [Folder(after=after, until=until) for after, until in pairwise(moments)]


def book_of(world: World) -> Book:
    """All rows of all tools."""
    book = Book()
    add_crm_rows(book, world)
    add_office_rows(book, world.seed, world.last_week)
    book.seal()
    return book


def csv_bytes(columns: Row, rows: list[Row]) -> bytes:
    """Comma, UTF-8, LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def agency_bytes(columns: Row, rows: list[Row]) -> bytes:
    """Semicolon, CRLF, UTF-8 with a byte order mark, as the survey agency's program writes it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def json_bytes(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _contents(book: Book, folder: Folder, boundaries: bytes) -> list[tuple[FileSpec, str, bytes]]:
    """(what it is, file name, bytes) of the files that have something to say, in order."""
    found: list[tuple[FileSpec, str, bytes]] = []
    for spec in ALL_FILES:
        if spec is files.BOUNDARIES:
            if folder.after is None:
                found.append((spec, spec.name, boundaries))
        elif spec is files.SURVEY:
            for wave in ALL_WAVES:
                name = spec.name.format(wave=wave.code)
                rows = book.between(name, folder.after, folder.until)
                found += [(spec, name, agency_bytes(spec.columns, rows))] if rows else []
        else:
            rows = book.between(spec.name, folder.after, folder.until)
            found += [(spec, spec.name, csv_bytes(spec.columns, rows))] if rows else []
    return found


def _signatures(folder: Folder) -> list[dict[str, str]]:
    dated = [pair for target in TARGETS for pair in target.signatures()]
    dated.sort(key=lambda pair: pair[0])
    return [
        entry for at, entry in dated if at <= folder.until and (folder.after is None or at > folder.after)
    ]


def write_folder(book: Book, folder: Folder, out: Path, boundaries: bytes) -> Path:
    """Write one folder below `out` and return it."""
    place = out / folder.name
    place.mkdir(parents=True, exist_ok=True)
    contents = _contents(book, folder, boundaries)
    for _, name, content in contents:
        (place / name).write_bytes(content)
    manifest = {
        "exported_at": stamp(folder.until),
        "files": [{"name": name, "kind": spec.kind, "source": spec.source} for spec, name, _ in contents],
        "signatures": _signatures(folder),
    }
    (place / "manifest.json").write_bytes(json_bytes(manifest))
    return place
