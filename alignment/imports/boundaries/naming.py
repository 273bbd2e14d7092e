"""Which property is the territory's code and which its name, decided by the values themselves."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from alignment.errors import MissingColumns, did_you_mean
from alignment.imports.boundaries.geojson import RawFeature
from alignment.imports.boundaries.model import BoundaryProblem, PropertyChoice

FEATURE_ID = "feature id"
"""How the `id` member of a feature is called among the properties."""

# What geodata uses for "no code here" (Natural Earth writes -99). "NA" is not among them: it is Namibia.
_NO_VALUE = frozenset({"", "-", "-1", "-99", "-9999", "null", "none", "n/a", "#n/a"})
_CODE_NAMES = frozenset(
    {
        "iso", "iso_code", "iso_a2", "iso_a3", "iso_3166_2", "iso3166_2", "shapeiso", "fips", "geoid",
        "statefp", "nuts", "nuts_id", "ags", "ars", "rs", "hasc", "hasc_1", "hasc_2", "gid_1", "gid_2",
        "gid_3", "postal", "stusps", "abbr", "abbrev", "sigla", "kuerzel", "kürzel", "insee",
        "territory_code", "boundary_key",
    }
)  # fmt: skip
_NAME_NAMES = (
    "name", "gen", "shapename", "nuts_name", "name_latn", "territory", "territory_name", "label", "title",
    "nom", "nome", "nombre", "naam", "nam", "namelsad", "name_4", "name_3", "name_2", "name_1", "name_en",
)  # fmt: skip
_MAX_CODE_LENGTH = 24
_MIN_GOOD_SHARE = 0.8
_MIN_NAMED_SHARE = 0.5

Values = dict[int, str]
"""Feature number to the property's text, features without a value left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """
    Keys and names by feature number. Features with one key are parts of one territory.

    `problems` lists every key that is not simply the value of the key property.
    """

    keys: dict[int, str]
    names: dict[int, str]
    key_property: str
    name_property: str
    key_choices: tuple[PropertyChoice, ...]
    name_choices: tuple[PropertyChoice, ...]
    problems: tuple[BoundaryProblem, ...]


def name_features(
    features: list[RawFeature], *, key_property: str | None = None, name_property: str | None = None
) -> Naming:
    """
    Choose key and name properties by evidence, unless the caller names them.

    A key property is one whose values are filled, unique and short; the feature's own id comes first, then
    usual code names, then anything code-like. Where some values are missing or used for two names, these
    features are keyed by their name, or numbered.

    Raises:
        MissingColumns: The file has no property of the name the caller asked for.
    """
    columns = _columns(features)
    name_order = _names_in_order(columns, len(features))
    name_property = _asked_for(name_property, columns) or next(iter(name_order), "")
    names = columns.get(name_property, {})
    key_order = _codes_in_order(columns, names, len(features))
    key_property = _asked_for(key_property, columns) or next(iter(key_order), "") or name_property
    keys, problems = _keys(features, columns.get(key_property, {}), names, key_property)
    return Naming(
        keys=keys,
        names={feature.number: names.get(feature.number, keys[feature.number]) for feature in features},
        key_property=key_property,
        name_property=name_property,
        key_choices=_choices([key_property, *key_order, *name_order], columns),
        name_choices=_choices([name_property, *name_order, *key_order], columns),
        problems=(*problems, *_nameless(features, names, name_property, keys)),
    )


def _columns(features: list[RawFeature]) -> dict[str, Values]:
    columns: dict[str, Values] = defaultdict(dict)
    for feature in features:
        for property_name, text in {FEATURE_ID: feature.identifier, **feature.properties}.items():
            if text.casefold() not in _NO_VALUE:
                columns[property_name][feature.number] = text
    return dict(sorted(columns.items()))


def _asked_for(property_name: str | None, columns: dict[str, Values]) -> str:
    if property_name is None or property_name in columns:
        return property_name or ""
    raise MissingColumns(
        f'The file has no property "{property_name}".{did_you_mean(property_name, columns)} '
        f"It has: {', '.join(columns) or 'none at all'}."
    )


def _names_in_order(columns: dict[str, Values], n_features: int) -> list[str]:
    """Properties that read like names, best first. A value that all features share names nothing."""

    def rank(property_name: str) -> tuple[bool, int, int, float, str]:
        values, folded = columns[property_name], property_name.casefold()
        if folded in _NAME_NAMES:
            tier, place = 0, _NAME_NAMES.index(folded)
        elif _is_called_name(folded):
            tier, place = 1, 0
        else:
            tier, place = 2 if any(" " in text or text[1:].islower() for text in values.values()) else 3, 0
        share = len(set(values.values())) / n_features
        return share < _MIN_NAMED_SHARE, tier, place, -share, property_name

    readable = [
        name
        for name, values in columns.items()
        if any(letter.isalpha() for text in values.values() for letter in text)
        and (len(set(values.values())) > 1 or n_features == 1)
    ]
    return sorted(readable, key=rank)


def _codes_in_order(columns: dict[str, Values], names: Values, n_features: int) -> list[str]:
    """Properties that can be keys, best first: complete codes, incomplete codes, then mere row numbers."""
    good = {name: len(_trusted(values, names)) / n_features for name, values in columns.items()}

    def rank(property_name: str) -> tuple[bool, bool, int, float, str]:
        share = good[property_name]
        is_rows = _is_row_number(columns[property_name], property_name)
        return is_rows, share < 1, _code_tier(property_name), -share, property_name

    usable = [
        name
        for name, values in columns.items()
        if good[name] >= _MIN_GOOD_SHARE
        and all(_is_code(text) for text in values.values())
        and not _is_called_name(name)
    ]
    # A row number changes with the next edition of the file; a complete set of names does not.
    if len(_trusted(names, names)) == n_features and len(set(names.values())) == n_features:
        usable = [name for name in usable if not _is_row_number(columns[name], name)]
    return sorted(usable, key=rank)


def _trusted(values: Values, names: Values) -> Values:
    """Values that stand for one territory: used once, or always together with the same name."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for number, text in values.items():
        meanings[text].add(names.get(number, f"feature {number}"))
    if len(meanings) == 1 and len(values) > 1:
        return {}
    return {number: text for number, text in values.items() if len(meanings[text]) == 1}


def _is_called_name(property_name: str) -> bool:
    return property_name.casefold() in _NAME_NAMES or "name" in property_name.casefold()


def _is_code(text: str) -> bool:
    return len(text) <= _MAX_CODE_LENGTH and " " not in text


def _code_tier(property_name: str) -> int:
    folded = property_name.casefold()
    tiers: tuple[Callable[[str], bool], ...] = (
        lambda name: name == FEATURE_ID,
        lambda name: name in ("id", "code", "key"),
        lambda name: name in _CODE_NAMES,
        lambda name: "code" in name or "iso" in name or name.endswith("id"),
    )
    return next((tier for tier, matches in enumerate(tiers) if matches(folded)), len(tiers))


def _is_row_number(values: Values, property_name: str) -> bool:
    are_digits = all(text.isascii() and text.isdigit() for text in values.values())
    if property_name.casefold() in _CODE_NAMES or not are_digits:
        return False
    numbers = sorted(int(text) for text in values.values())
    is_padded = any(len(text) > 1 and text[0] == "0" for text in values.values())
    return not is_padded and numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))


def _keys(
    features: list[RawFeature], values: Values, names: Values, key_property: str
) -> tuple[dict[int, str], list[BoundaryProblem]]:
    """The trusted values; for the others the name if no other feature has it, else the name numbered."""
    keys = dict(_trusted(values, names))
    untrusted = [feature for feature in features if feature.number not in keys]
    name_counts = Counter(names.get(feature.number, "") for feature in features)
    taken = set(keys.values())
    problems = []
    # Numbered in the order of the outlines, so that the order of the features in the file is no matter.
    for feature in sorted(untrusted, key=_order_by_outline):
        name = names.get(feature.number, "")
        value = values.get(feature.number, "")
        key = name if name and name_counts[name] == 1 and name not in taken else ""
        key = key or _numbered(name or value or "territory", taken)
        taken.add(key)
        keys[feature.number] = key
        problems.append(_key_problem(feature.number, key_property, value, key))
    return keys, sorted(problems, key=lambda problem: problem.feature or 0)


def _order_by_outline(feature: RawFeature) -> tuple[tuple[float, ...], ...]:
    rings = (ring for polygon in feature.polygons for ring in polygon)
    return tuple(sorted((*ring.min(axis=0).tolist(), *ring.max(axis=0).tolist()) for ring in rings))


def _numbered(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem} {number}" in taken:
        number += 1
    return f"{stem} {number}"


def _key_problem(number: int, key_property: str, value: str, key: str) -> BoundaryProblem:
    field = key_property or "id"
    return BoundaryProblem(
        feature=number,
        field=field,
        value=value,
        problem=f'"{value}" stands for several territories.' if value else "The feature has no code.",
        remedy=f'"{key}" is used as its code. Give every feature its own "{field}" to change that.',
    )


def _nameless(
    features: list[RawFeature], names: Values, name_property: str, keys: dict[int, str]
) -> Iterator[BoundaryProblem]:
    for feature in features:
        if feature.number not in names:
            yield BoundaryProblem(
                feature=feature.number,
                field=name_property or "name",
                value="",
                problem="The feature has no name.",
                remedy=f'Its code "{keys[feature.number]}" is shown instead.',
            )


def _choices(names: Iterable[str], columns: dict[str, Values]) -> tuple[PropertyChoice, ...]:
    return tuple(
        PropertyChoice(
            property=name,
            n_filled=len(columns[name]),
            n_distinct=len(set(columns[name].values())),
            example=min(columns[name].values()),
        )
        for name in dict.fromkeys(names)
        if name in columns
    )
