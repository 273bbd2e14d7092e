"""
Writes the sample company's exports. See README.md beside this file for what they hold.

    python sample_data/make_sample.py                      the committed files
    python sample_data/make_sample.py --seed 7 --out DIR   another company
    python sample_data/make_sample.py --next 12 --out DIR  the weeks after the committed ones

Standard library only. The same seed gives the same bytes on every machine.
"""

import argparse
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:  # so that it runs as a script and imports as sample_data.make_sample
    sys.path.insert(0, str(HERE.parent))

from sample_data.generator.clock import LAST_WEEK, MAX_NEXT  # noqa: E402
from sample_data.generator.export import (  # noqa: E402
    COMPANY,
    book_of,
    first_folders,
    json_bytes,
    next_folders,
    write_folder,
)
from sample_data.generator.survey import NEXT_WAVES, WAVES, SurveyCell, survey_cells  # noqa: E402
from sample_data.generator.truth import truth_of  # noqa: E402
from sample_data.generator.world import World, build_world  # noqa: E402

SEED = 393
BOUNDARIES = HERE / "boundaries.geojson"


def survey_only(seed: int, *, after_next: bool = False) -> list[SurveyCell]:
    """
    True awareness and interviews of one company, without building the rest (about 5 ms).

    One cell per wave (6, or 8 with `after_next`) and territory (16), in that order.
    """
    return survey_cells(seed, WAVES + NEXT_WAVES if after_next else WAVES)


def world_for(seed: int = SEED, last_week: int = LAST_WEEK) -> World:
    """Every record of the company with its planted life, without writing files."""
    return build_world(seed, last_week)


@lru_cache(maxsize=4)
def truth_for(seed: int = SEED) -> dict[str, Any]:
    """What was planted in the company and what came of it, as in truth.json."""
    return truth_of(build_world(seed))


def write_sample(out: Path, seed: int = SEED) -> list[Path]:
    """Write company.json, boundaries, truth.json and the 13 export folders; returns the folders in order."""
    out.mkdir(parents=True, exist_ok=True)
    boundaries, world = BOUNDARIES.read_bytes(), build_world(seed)
    book = book_of(world)
    folders = [write_folder(book, folder, out / "exports", boundaries) for folder in first_folders()]
    (out / "company.json").write_bytes(json_bytes(COMPANY))
    (out / "boundaries.geojson").write_bytes(boundaries)
    (out / "truth.json").write_bytes(json_bytes(truth_of(world)))
    return folders


def write_next(out: Path, weeks: int, seed: int = SEED) -> list[Path]:
    """
    Write the folders of the Fridays after the sample's last into `out`; returns them in order.

    In these weeks the campaign in the weak territory runs, and the wave at the
    end of week 12 shows its effect.

    Raises:
        ValueError: `weeks` is not between 1 and 26.
    """
    if not 1 <= weeks <= MAX_NEXT:
        raise ValueError(f"--next {weeks}: the sample can go on for 1 to {MAX_NEXT} weeks.")
    book = book_of(build_world(seed, LAST_WEEK + weeks))
    return [write_folder(book, folder, out, b"") for folder in next_folders(weeks)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the sample company's exports.")
    parser.add_argument("--seed", type=int, default=SEED, help="another number, another company")
    parser.add_argument("--out", type=Path, help="folder to write to; default: the committed files")
    parser.add_argument("--next", type=int, metavar="WEEKS", help="write only the weeks after the sample")
    parser.add_argument(
        "--boundaries", type=Path, metavar="GEOJSON", help="thin these borders (needs shapely)"
    )
    return parser.parse_args()


def main() -> int:
    asked = _arguments()
    if asked.boundaries is not None:
        from sample_data.generator.thin import thinned

        BOUNDARIES.write_bytes(thinned(asked.boundaries))
        print(f"wrote {BOUNDARIES.name}")
        return 0
    if asked.out is None and (asked.next is not None or asked.seed != SEED):
        print("Another seed or --next needs --out: it would overwrite the committed files.", file=sys.stderr)
        return 2
    try:
        if asked.next is not None:
            folders = write_next(asked.out, asked.next, asked.seed)
        else:
            folders = write_sample(asked.out or HERE, asked.seed)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    for folder in folders:
        print(f"wrote {folder.name} ({len(list(folder.iterdir()))} files)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
