"""Files that are recognised and have no place here yet: they are refused by name, never half understood."""

from collections.abc import Iterable

from alignment.imports.kinds import folded

_SIGNS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = tuple(
    (what, tuple(frozenset(map(folded, columns)) for columns in choices))
    for what, choices in (
        (
            "support tickets",
            (("ticket id",), ("property_hs_ticket_category",), ("ticket name", "ticket status")),
        ),
        ("forms and their submissions", (("form id",), ("form type", "guid"))),
        (
            "e-mail campaigns and their events",
            (("email campaign id",), ("num included",), ("user agent", "url")),
        ),
        ("opens of e-mails", (("user agent", "duration"),)),
        (
            "line items of deals",
            (("pricebook entry id",), ("line item id",), ("opportunity id", "unit price")),
        ),
        ("links between records", (("company id", "deal id"), ("contact id", "deal id", "type id"))),
        ("merges of deals", (("merged deal id",),)),
        ("definitions of pipelines and stages", (("pipeline id", "display order"),)),
        ("stages of deals by their internal ids", (("deal id", "date entered", "value"),)),
        ("meetings without the record they belong to", (("engagement id", "meeting outcome"),)),
    )
)


def no_place(header: Iterable[str]) -> str | None:
    """The refusal for a file's header, or None when it may have a place."""
    have = set(map(folded, header))
    for name, choices in _SIGNS:
        if any(columns <= have for columns in choices):
            return _sentence(name)
    return None


def _sentence(name: str) -> str:
    return f"There is no place for this yet ({name}). Nothing was stored; keep the file for a later version."
