"""Who signed a version, as columns: a signature given after `known` was not there yet."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from alignment.view import View


def given_by_then(at: Any, value: Any, known: datetime | None) -> Any:
    """The value of something that happened at a moment; null while it had not happened yet."""
    return value if known is None else sa.case((at <= known, value))


def signature(at: Any, name: Any, team: str, view: View) -> tuple[Any, Any]:
    """`signed_..._by` and `signed_..._at` of a team."""
    by, moment = (given_by_then(at, value, view.known) for value in (name, at))
    return by.label(f"signed_{team}_by"), moment.label(f"signed_{team}_at")
