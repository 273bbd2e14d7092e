"""Forty people with made-up names, and who looks after which territory."""

from dataclasses import dataclass

from .chance import Stream

EMAIL_DOMAIN = "halmberg.example"
SALES_HEAD, MARKETING_HEAD, SPONSOR, ADMIN = "P001", "P002", "P003", "P004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of staff. Territories are codes; empty means all."""

    id: str
    name: str
    role: str
    team: str
    territories: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{ascii_name(self.name).replace(' ', '.')}@{EMAIL_DOMAIN}"


# Six reps a parent territory, so that each parent has at least five of one role.
_REPS: tuple[tuple[str, str], ...] = (
    ("Jana Petersohn", "DE.NI"),
    ("Malte Brinkhoff", "DE.NI DE.HB"),
    ("Svenja Tordsen", "DE.NI"),
    ("Ole Matthiesen", "DE.SH DE.HH"),
    ("Rieke Hallmann", "DE.HH"),
    ("Torben Lüdders", "DE.SH DE.MV"),
    ("Anja Krahnert", "DE.BE"),
    ("Robert Sielaff", "DE.BE DE.BB"),
    ("Katja Wendelin", "DE.BB DE.ST"),
    ("Falk Rüdinger", "DE.SN"),
    ("Mandy Oelschner", "DE.SN DE.TH"),
    ("Steffen Zabelt", "DE.TH DE.ST"),
    ("Sepp Aumiller", "DE.BY"),
    ("Veronika Hirtreiter", "DE.BY"),
    ("Karin Schwegler", "DE.BW"),
    ("Ulrich Bäuerlin", "DE.BW DE.BY"),
    ("Nicole Reinhold", "DE.HE"),
    ("Cem Aydogan", "DE.HE DE.BW"),
    ("Melanie Stratmann", "DE.NW"),
    ("Dirk Hövelkamp", "DE.NW"),
    ("Britta Lohmeier", "DE.NW"),
    ("Georg Pützfeld", "DE.NW"),
    ("Isabel Kirchner", "DE.RP DE.NW"),
    ("Yannick Lauterbach", "DE.RP DE.SL"),
)
_MARKETERS = (
    "Paula Winterberg",
    "Henrik Solmsen",
    "Miriam Achterath",
    "Leonie Dorfmeister",
    "Tarek Haddadin",
    "Greta Ostholt",
    "Simon Fahrenkrog",
    "Alina Brodersen",
)
_VIEWERS = ("Werner Quandel", "Ines Rothmund", "Peter Alsleben", "Franka Vietor")

_LATIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e"})


def ascii_name(name: str) -> str:
    """Lower case without umlauts, for addresses."""
    return name.lower().translate(_LATIN)


def _people() -> tuple[Person, ...]:
    heads = [
        ("Corinna Velbing", "Sales head", "Sales"),
        ("Matthias Okorn", "Marketing head", "Marketing"),
        ("Helene Strasser", "Sponsor", "Both"),
        ("Nils Terwey", "Admin", "Both"),
    ]
    rows = [(name, role, team, "") for name, role, team in heads]
    rows += [(name, "Rep", "Sales", territories) for name, territories in _REPS]
    rows += [(name, "Marketer", "Marketing", "") for name in _MARKETERS]
    rows += [(name, "Viewer", "Both", "") for name in _VIEWERS]
    return tuple(
        Person(id=f"P{n:03d}", name=name, role=role, team=team, territories=tuple(territories.split()))
        for n, (name, role, team, territories) in enumerate(rows, start=1)
    )


PEOPLE = _people()
REPS_OF: dict[str, tuple[str, ...]] = {
    code: tuple(p.id for p in PEOPLE if code in p.territories)
    for code in sorted({code for p in PEOPLE for code in p.territories})
}
MARKETER_IDS = tuple(p.id for p in PEOPLE if p.role == "Marketer")


def rep_for(stream: Stream, territory: str) -> str:
    return stream.pick(REPS_OF[territory])
