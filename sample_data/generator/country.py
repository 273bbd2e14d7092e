"""Sixteen Länder with parents, strata, people, market potential and a few of their cities."""

from dataclasses import dataclass

PARENTS = (("NORTH", "North"), ("EAST", "East"), ("SOUTH", "South"), ("WEST", "West"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """One territory. Population rounded to 10,000; potential in whole EUR a year."""

    code: str
    name: str
    parent: str
    stratum: str
    population: int
    potential: int
    cities: tuple[str, ...]


def _land(
    code: str, name: str, parent: str, stratum: str, population: int, potential: int, cities: str
) -> Land:
    return Land(
        code=f"DE.{code}",
        name=name,
        parent=parent,
        stratum=stratum,
        population=population * 10_000,
        potential=potential * 100_000,
        cities=tuple(cities.split(",")),
    )


LAENDER: tuple[Land, ...] = (
    _land("BB", "Brandenburg", "EAST", "middle", 258, 186, "Potsdam,Cottbus,Oranienburg,Brandenburg"),
    _land("BE", "Berlin", "EAST", "middle", 378, 402, "Berlin,Spandau,Pankow,Köpenick"),
    _land(
        "BW", "Baden-Württemberg", "SOUTH", "large", 1134, 1140, "Stuttgart,Mannheim,Karlsruhe,Freiburg,Ulm"
    ),
    _land("BY", "Bayern", "SOUTH", "large", 1344, 1382, "München,Nürnberg,Augsburg,Regensburg,Würzburg"),
    _land("HB", "Bremen", "NORTH", "small", 69, 64, "Bremen,Bremerhaven"),
    _land("HE", "Hessen", "SOUTH", "middle", 642, 668, "Frankfurt,Wiesbaden,Kassel,Darmstadt,Gießen"),
    _land("HH", "Hamburg", "NORTH", "small", 191, 236, "Hamburg,Altona,Bergedorf"),
    _land("MV", "Mecklenburg-Vorpommern", "NORTH", "small", 163, 118, "Rostock,Schwerin,Stralsund,Wismar"),
    _land(
        "NI",
        "Niedersachsen",
        "NORTH",
        "large",
        816,
        742,
        "Hannover,Braunschweig,Oldenburg,Osnabrück,Göttingen",
    ),
    _land(
        "NW",
        "Nordrhein-Westfalen",
        "WEST",
        "large",
        1819,
        1766,
        "Köln,Düsseldorf,Dortmund,Essen,Münster,Bonn",
    ),
    _land("RP", "Rheinland-Pfalz", "WEST", "middle", 417, 348, "Mainz,Koblenz,Trier,Kaiserslautern"),
    _land("SH", "Schleswig-Holstein", "NORTH", "middle", 296, 252, "Kiel,Lübeck,Flensburg,Neumünster"),
    _land("SL", "Saarland", "WEST", "small", 99, 82, "Saarbrücken,Homburg,Neunkirchen"),
    _land("SN", "Sachsen", "EAST", "middle", 409, 304, "Leipzig,Dresden,Chemnitz,Zwickau,Plauen"),
    _land("ST", "Sachsen-Anhalt", "EAST", "small", 218, 152, "Magdeburg,Halle,Dessau,Stendal"),
    _land("TH", "Thüringen", "EAST", "small", 212, 154, "Erfurt,Jena,Gera,Weimar"),
)
BY_CODE = {land.code: land for land in LAENDER}
CODES = tuple(land.code for land in LAENDER)
NORTH = frozenset(land.code for land in LAENDER if land.parent == "NORTH")
