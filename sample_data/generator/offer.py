"""Products, segments, channels, and the made-up customers: their names, people and addresses."""

from dataclasses import dataclass

from .chance import Stream
from .country import BY_CODE
from .staff import ascii_name

SEGMENTS = ("Hospitality", "Offices", "Healthcare", "Retail")
SEGMENT_WEIGHTS = (34, 30, 20, 16)
CHANNELS = ("Paid search", "Paid social", "Webinar", "Trade fair", "Partner", "Website")
BASE_CHANNEL_WEIGHTS = (20, 12, 7, 10, 17, 34)  # of leads that no campaign created
OFFICE_CHANNELS = frozenset({"Trade fair", "Partner", "Webinar"})  # leads of these arrive in working hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """List price in EUR cents; weights by segment say who asks for it."""

    code: str
    name: str
    series: str
    list_price: int
    weights: dict[str, int]


def _product(code: str, name: str, series: str, euros: int, weights: tuple[int, int, int, int]) -> Product:
    return Product(
        code=code,
        name=name,
        series=series,
        list_price=euros * 100,
        weights=dict(zip(SEGMENTS, weights, strict=True)),
    )


PRODUCTS = (
    _product("HQ-100", "Halmberg Quell 100", "Quell", 1_290, (10, 34, 12, 14)),
    _product("HQ-200", "Halmberg Quell 200", "Quell", 2_190, (14, 24, 10, 16)),
    _product("HQ-300", "Halmberg Quell 300 Sparkling", "Quell", 3_490, (18, 14, 4, 12)),
    _product("HB-10", "Halmberg Bar 10", "Bar", 4_890, (22, 4, 2, 10)),
    _product("HB-20", "Halmberg Bar 20 Duo", "Bar", 7_450, (16, 2, 2, 6)),
    _product("HM-50", "Halmberg Med 50", "Med", 5_990, (2, 2, 40, 2)),
    _product("HM-80", "Halmberg Med 80 Sterile", "Med", 11_900, (1, 1, 22, 1)),
    _product("HR-5", "Halmberg Refill Station 5", "Refill", 8_700, (6, 8, 4, 34)),
)
PRODUCT_BY_CODE = {product.code: product for product in PRODUCTS}

_FIRST_NAMES = (
    "Anna,Bernd,Carla,Daniel,Elif,Felix,Gabriele,Hannes,Ilse,Jonas,Katrin,Lars,Maria,Niklas,Olga,Paul,Renate,"
    "Sebastian,Tanja,Uwe,Vera,Wolfgang,Yasmin,Zoran,Jörg,Käthe,Sönke,Günther"
)
_LAST_NAMES = (
    "Albers,Baumgart,Clausen,Dressler,Engelke,Fuhrmann,Gerlach,Hollmann,Iversen,Jäger,Köhler,Lindemann,Möller,"
    "Nolte,Ostermann,Pohl,Quast,Riedel,Schuster,Thiele,Ullrich,Vossberg,Wieland,Yilmaz,Zeller,Großmann,Brückner,"
    "Kaminski,Novak,Fröhlich"
)
_FIRST = _FIRST_NAMES.split(",")
_LAST = _LAST_NAMES.split(",")
_FIRMS = {
    "Hospitality": ("Hotel", "Gasthof", "Café", "Restaurant", "Pension", "Brauhaus"),
    "Offices": ("Steuerberatung", "Ingenieurbüro", "Architekten", "Softwarehaus", "Kanzlei", "Werbestudio"),
    "Healthcare": ("Praxis", "Klinik", "Pflegehaus", "Labor", "Therapiezentrum", "Apotheke"),
    "Retail": ("Feinkost", "Biomarkt", "Baumarkt", "Gartencenter", "Möbelhaus", "Sporthaus"),
}
# Ranges that the German network agency keeps free for films and books.
_PHONES = ("+49 30 23125", "+49 69 90009", "+49 40 66969", "+49 221 4710", "+49 89 99998")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A made-up person at a made-up firm."""

    company: str
    first_name: str
    last_name: str
    email: str
    phone: str


def contact(stream: Stream, *, segment: str, territory: str) -> Contact:
    """Somebody at a firm in one of the territory's cities."""
    kind, owner, city = (
        stream.pick(_FIRMS[segment]),
        stream.pick(_LAST),
        stream.pick(BY_CODE[territory].cities),
    )
    first, last = stream.pick(_FIRST), stream.pick(_LAST)
    host = ascii_name(f"{kind}-{owner}-{city}").replace(" ", "-")
    return Contact(
        company=f"{kind} {owner} {city}",
        first_name=first,
        last_name=last,
        email=f"{ascii_name(first)}.{ascii_name(last)}@{host}.example",
        phone=f"{stream.pick(_PHONES)}{stream.whole(0, 999):03d}",
    )


def product_for(stream: Stream, segment: str) -> Product:
    return stream.weighted(PRODUCTS, [product.weights[segment] for product in PRODUCTS])
