"""What can be said on the command line."""

import argparse

from alignment.imports.dictionary import TEMPLATE_KINDS
from alignment.imports.kinds import KINDS
from alignment.imports.presets import PRESETS


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m alignment", description="Marketing and sales on one page.")
    root.add_argument("--database", metavar="URL", help="default: ALIGN_DATABASE_URL, then data/company.db")
    root.add_argument("--by", metavar="EMAIL", help="who does it; default: the person at this machine")
    root.add_argument("--json", action="store_true", help="one JSON object a line")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _init(
        commands.add_parser("init", help="set up a company in a new database, or bring an old one up to date")
    )
    _demo(commands.add_parser("demo", help="build the sample company, or let more weeks come in"))
    _import(commands.add_parser("import", help="bring exports in, one line a file"))
    undo = commands.add_parser("undo", help="take an import back")
    undo.add_argument(
        "batch", type=_row_number, metavar="BATCH", help="the number of the import, see the Import page"
    )
    commands.add_parser("check", help="is the database whole, and does every import add up")
    commands.add_parser("rebuild", help="count the cubes that the pages read anew from the facts")
    export = commands.add_parser("export", help="write what is stored as CSV or XLSX")
    export.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
    export.add_argument("file", metavar="FILE", help="its ending decides: .csv or .xlsx")
    export.add_argument("--source", metavar="NAME", help="only what this system said")
    copy = commands.add_parser("copy", help="copy the company into another, empty database, and compare")
    copy.add_argument("--to", required=True, metavar="URL", help="for example postgresql://USER@HOST/NAME")
    template = commands.add_parser("template", help="write an empty XLSX table of a kind, explained")
    template.add_argument("kind", metavar="KIND", help=", ".join(TEMPLATE_KINDS))
    template.add_argument("file", metavar="FILE", help="ends with .xlsx")
    return root


def _row_number(text: str) -> int:
    """A number that a database can hold; argparse says what was wrong with it."""
    number = int(text)
    if abs(number) >= 2**63:
        raise ValueError(text)
    return number


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", help="of the company; asked for if it is left out")
    command.add_argument("--zone", default="Europe/Berlin", help="business time zone (default %(default)s)")
    command.add_argument("--currency", default="EUR", help="three letters (default %(default)s)")
    command.add_argument("--fiscal-year-start", type=int, default=1, metavar="MONTH")
    command.add_argument("--working-week", default="0,1,2,3,4", metavar="DAYS", help="Monday is 0")
    command.add_argument("--opens", default="09:00", metavar="HH:MM")
    command.add_argument("--closes", default="17:00", metavar="HH:MM")
    command.add_argument(
        "--funnels", default="lead_to_deal", help="lead_to_deal, outlet_to_order or both, by comma"
    )


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--next", type=int, metavar="N", help="let the N weeks after the sample's last come in"
    )


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="*", metavar="FILE")
    command.add_argument("--folder", metavar="DIR", help="every file of the folder that can be read")
    command.add_argument("--as", dest="kind", choices=sorted(KINDS), metavar="KIND", help=", ".join(KINDS))
    command.add_argument("--mapping", choices=sorted(PRESETS), metavar="NAME", help=", ".join(PRESETS))
    command.add_argument(
        "--source", metavar="NAME", help="the system it comes from; default: the kind's usual one"
    )
    command.add_argument("--date-order", choices=["dmy", "mdy"], help="where dates do not show it")
    command.add_argument("--decimal", choices=[".", ","], help="where numbers do not show it")
    command.add_argument(
        "--stage",
        action="append",
        default=[],
        metavar="TEXT=WORD",
        help='what a stage of the file stands for, as "Signed=won"; may be repeated',
    )
    command.add_argument("--sheet", metavar="NAME", help="of a workbook; default: the first with a table")
    command.add_argument(
        "--good-rows", action="store_true", help="store what is right although rows were rejected"
    )
    command.add_argument("--accept", action="store_true", help="store a file that would be held")
    command.add_argument("--dry-run", action="store_true", help="say what would happen, store nothing")
    command.add_argument("--verbose", action="store_true", help="with the whole receipt")
