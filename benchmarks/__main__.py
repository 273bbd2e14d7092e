"""`python -m benchmarks`: all of them; `python -m benchmarks NAME`: one."""

import argparse
import sys
from pathlib import Path

from benchmarks import (
    agree,
    browser,
    drift,
    durations,
    endurance,
    filters,
    growth,
    imports,
    quarter,
    reruns,
    screens,
    viewers,
    waits,
)
from benchmarks.homes import SERVER, PostgresHome, SqliteHome, home_of
from benchmarks.machine import load_line

RUNS = {
    "quarter": quarter.run,
    "durations": durations.run,
    "agree": agree.run,
    "growth": growth.run,
    "changes": growth.changes,
    "screens": screens.run,
    "imports": imports.run,
    "drift": drift.run,
    "viewers": viewers.run,
    "browser": browser.run,
    "endurance": endurance.run,
    "waits": waits.run,
    "filters": filters.run,
    "reruns": reruns.run,
    "profile": reruns.profile,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(RUNS), help="which one; all without it")
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000], help="sizes of companies")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--folder", type=Path, default=Path("data/benchmarks"), help="where companies are kept"
    )
    parser.add_argument(
        "--database",
        choices=(SqliteHome.word, PostgresHome.word),
        default=SqliteHome.word,
        help=f"whose companies; postgres: on the server that {SERVER} names",
    )
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    home = home_of(options.database, options.folder)
    for name in [options.name] if options.name else RUNS:
        print(f"\n## {name}\n\n{load_line()}\n")
        print(RUNS[name](home, options.leads, options.rounds))
        print(f"\nAfterwards: {load_line()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
