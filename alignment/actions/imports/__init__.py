"""
Imports as actions: apply a file, take a batch back.

`apply` is one transaction a file: rows are upserted, events appended, references
filled as far as their files have come, and everything is counted on a receipt.
The order in which files come does not matter to what is stored in the end.
"""

from alignment.actions.imports.applying import WRITERS, Prepared, apply, prepare
from alignment.actions.imports.receipts import (
    AlreadyImported,
    Created,
    ImportReceipt,
    Match,
    NotConverted,
    UndoReceipt,
    Waiting,
)
from alignment.actions.imports.undoing import undo
from alignment.actions.imports.work import Progress

__all__ = [
    "WRITERS",
    "AlreadyImported",
    "Created",
    "ImportReceipt",
    "Match",
    "NotConverted",
    "Prepared",
    "Progress",
    "UndoReceipt",
    "Waiting",
    "apply",
    "prepare",
    "undo",
]
