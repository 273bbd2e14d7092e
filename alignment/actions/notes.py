"""Free text and photos: kept where they can be erased; the trail holds their ids and hashes."""

import hashlib
from collections.abc import Mapping
from typing import Any

from alignment.db import WriteSession
from alignment.photos import SmallPhoto
from alignment.tables import Note, Photo


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


def add_photo(within: WriteSession, small: SmallPhoto | None) -> int | None:
    """The id of a new photo; None for none."""
    if small is None:
        return None
    photo = Photo(jpeg=small.jpeg)
    within.add(photo)
    within.flush()
    return photo.id


def recorded_photo(within: WriteSession, photo_id: int) -> dict[str, Any]:
    """What the trail keeps of a photo: its id and hash, never the picture."""
    return {"id": photo_id, "sha256": hashlib.sha256(within.get_one(Photo, photo_id).jpeg).hexdigest()}


def recorded_values(within: WriteSession, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail keeps of the columns of a step: those that say something, notes by their hash."""
    return {
        name: recorded_note(within, value) if name.endswith("note_id") else value
        for name, value in values.items()
        if value is not None
    }
