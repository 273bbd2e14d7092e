"""Free text: kept in `note`, where it can be erased; the trail holds its id and hash."""

import hashlib
from typing import Any

from alignment.db import WriteSession
from alignment.tables import Note


def add_note(within: WriteSession, text: str) -> int | None:
    """The id of a new note; None for no text."""
    if not text.strip():
        return None
    note = Note(text=text.strip())
    within.add(note)
    within.flush()
    return note.id


def recorded_note(within: WriteSession, note_id: int) -> dict[str, Any]:
    """What the trail keeps of a note: its id and hash, never its text."""
    text = within.get_one(Note, note_id).text
    return {"id": note_id, "sha256": hashlib.sha256(text.encode()).hexdigest()}
