"""What tools write for our closed lists of words, in English and German. Compared after folding."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from alignment.imports.kinds import folded
from alignment.vocabulary import (
    DealEventKind,
    Direction,
    Exit,
    FlagKind,
    GoalMetric,
    Role,
    RuleField,
    Stage,
    Team,
    TouchKind,
)


def _table(*lists: Iterable[StrEnum], more: Mapping[StrEnum, tuple[str, ...]]) -> dict[str, StrEnum]:
    """Folded text -> word; every word is also known by its own name."""
    own = {folded(word.value): word for words in lists for word in words}
    return own | {folded(text): word for word, texts in more.items() for text in texts}


STAGES = _table(
    Stage,
    Exit,
    more={
        Stage.LEAD: (
            "new",
            "open",
            "open - not contacted",
            "working - contacted",
            "subscriber",
            "neu",
            "raw lead",
        ),
        Stage.MARKETING_QUALIFIED: ("mql", "marketing qualified lead", "marketing-qualifiziert"),
        Stage.SALES_ACCEPTED: ("sal", "sales accepted lead", "accepted", "vom vertrieb angenommen"),
        Stage.SALES_QUALIFIED: ("sql", "sales qualified lead", "qualified", "vertriebsqualifiziert"),
        Stage.OPPORTUNITY: ("opp", "sqo", "converted", "verkaufschance", "closed - converted"),
        Stage.WON: ("customer", "closed won", "gewonnen", "kunde", "evangelist"),
        Exit.REJECTED: ("disqualified", "unqualified", "abgelehnt", "closed - not converted", "junk"),
        Exit.RECYCLED: ("nurture", "nurturing", "zurückgestellt", "recycle"),
        Exit.LOST: ("closed lost", "verloren"),
        Exit.MERGED: ("duplicate", "zusammengeführt"),
        Exit.DELETED: ("gelöscht",),
    },
)

DEAL_EVENTS = _table(
    DealEventKind,
    more={
        DealEventKind.OPENED: ("created", "open", "angelegt", "eröffnet"),
        DealEventKind.STAGE: ("stage name", "deal stage", "phase", "stage change"),
        DealEventKind.AMOUNT: ("betrag", "wert", "value"),
        DealEventKind.EXPECTED: (
            "close date",
            "expected close date",
            "expected close",
            "erwarteter abschluss",
        ),
        DealEventKind.WON: ("closed won", "gewonnen"),
        DealEventKind.LOST: ("closed lost", "verloren"),
        DealEventKind.REOPENED: ("reopen", "wiedereröffnet"),
    },
)

WON_STAGES = frozenset(
    map(folded, ("won", "closed won", "gewonnen", "closedwon", "abgeschlossen und gewonnen"))
)
LOST_STAGES = frozenset(
    map(folded, ("lost", "closed lost", "verloren", "closedlost", "abgeschlossen und verloren", "omitted"))
)
OPEN_STAGES = frozenset(
    map(
        folded,
        (
            "open", "opened", "new", "new deal", "active", "in progress", "pending", "on hold",
            "pipeline", "lead", "lead in", "engaging", "engaged", "contacted", "contact made",
            "first contact", "prospect", "prospecting", "qualification", "qualifying", "qualified",
            "qualified lead", "sales qualified lead", "marketing qualified lead", "sales accepted lead",
            "opportunity", "discovery", "discovery call", "needs analysis", "value proposition",
            "id. decision makers", "perception analysis", "evaluation", "technical evaluation",
            "solution design", "demo", "demo scheduled", "meeting", "meeting scheduled", "appointment",
            "appointment scheduled", "qualified to buy", "presentation", "presentation scheduled",
            "decision maker bought-in", "business case", "trial", "poc", "proof of concept", "pilot",
            "proposal", "proposal made", "proposal sent", "proposal/price quote", "proposal/quote",
            "quote", "quote sent", "quoted", "offer", "offer made", "offer sent", "negotiation",
            "negotiating", "negotiations", "negotiations started", "negotiation/review", "review",
            "legal", "legal review", "procurement", "contract", "contract sent", "contracting",
            "verbal commit", "verbal agreement", "commit", "best case", "decision", "approval",
            "closing", "reopened", "nurture", "nurturing", "offen", "neu", "aktiv", "in bearbeitung",
            "laufend", "zurückgestellt", "kontakt", "erstkontakt", "kontaktiert", "kontaktaufnahme",
            "interessent", "akquise", "qualifizierung", "in qualifizierung", "qualifiziert",
            "bedarfsanalyse", "bedarfsermittlung", "analyse", "termin", "termin vereinbart",
            "erstgespräch", "präsentation", "vorstellung", "test", "testphase", "angebot",
            "angebot erstellt", "angebot versendet", "angebotsphase", "angebot abgegeben",
            "verhandlung", "in verhandlung", "verhandlungen", "nachfassen", "vertrag",
            "vertrag versendet", "vertragsverhandlung", "vertragsprüfung", "entscheidung",
            "entscheidungsphase", "freigabe", "abschlussphase",
        ),
    )
)  # fmt: skip
"""What tools and companies usually call the stages of a deal that is still open."""
UNCLEAR_STAGES = frozenset(map(folded, ("closed", "abgeschlossen", "geschlossen", "done", "erledigt")))
"""Closed, but neither won nor lost: such a deal cannot be counted."""

TOUCHES = _table(
    TouchKind,
    more={
        TouchKind.CALL: ("phone call", "phone", "anruf", "telefonat", "telefon"),
        TouchKind.EMAIL: ("mail", "e-mail", "personal mail"),
        TouchKind.VISIT: ("besuch", "on-site visit", "kundenbesuch"),
        TouchKind.MEETING: ("event", "termin", "besprechung", "demo", "video call"),
        TouchKind.AUTOMATED_EMAIL: (
            "automated mail",
            "list email",
            "listemail",
            "newsletter",
            "sequence email",
        ),
        TouchKind.AD: ("advert", "anzeige", "ad click"),
        TouchKind.OTHER: ("task", "note", "aufgabe", "sonstiges", "linkedin message"),
    },
)
DIRECTIONS = _table(
    Direction,
    more={
        Direction.OUTGOING: ("outbound", "out", "ausgehend", "sent"),
        Direction.INCOMING: ("inbound", "in", "eingehend", "received"),
    },
)
FLAGS = _table(
    FlagKind,
    more={
        FlagKind.BRAND_WEAK: ("brand unknown", "marke unbekannt", "marke schwach"),
        FlagKind.COMPETITOR: ("competition", "wettbewerb", "wettbewerber"),
        FlagKind.PRICE_OBJECTION: ("price", "preis", "preiseinwand"),
        FlagKind.OUT_OF_STOCK: ("nicht lieferbar", "no stock"),
        FlagKind.MATERIAL_MISSING: ("material fehlt", "missing material"),
        FlagKind.LEAD_QUALITY: ("leadqualität", "bad leads"),
        FlagKind.MESSAGE_NOT_UNDERSTOOD: ("botschaft nicht verstanden", "message unclear"),
        FlagKind.CUSTOMER_REVIEW: ("review", "kundenbewertung", "bewertung", "rezension"),
        FlagKind.COMPLAINT: ("customer complaint", "beschwerde", "reklamation", "kundenbeschwerde"),
        FlagKind.OTHER: ("sonstiges",),
    },
)
ROLES = _table(
    Role,
    more={
        Role.REP: (
            "sales rep",
            "sales representative",
            "account executive",
            "vertrieb",
            "außendienst",
            "sales agent",
        ),
        Role.MARKETER: ("marketing", "marketing manager", "marketer"),
        Role.SALES_HEAD: ("head of sales", "vertriebsleitung", "vertriebsleiter", "sales director"),
        Role.MARKETING_HEAD: ("head of marketing", "marketingleitung", "marketingleiter", "cmo"),
        Role.SPONSOR: ("executive", "geschäftsführung", "ceo"),
        Role.ADMIN: ("administrator", "sales operations", "ops"),
        Role.VIEWER: ("read only", "leser"),
    },
)
TEAMS = _table(Team, more={Team.SALES: ("vertrieb",), Team.BOTH: ("beide", "all", "management")})
METRICS = _table(
    GoalMetric,
    more={
        GoalMetric.WON_REVENUE: ("revenue", "umsatz", "won amount"),
        GoalMetric.AIDED_AWARENESS: ("awareness", "brand awareness", "gestützte bekanntheit", "bekanntheit"),
    },
)
RULE_FIELDS = _table(
    RuleField,
    more={
        RuleField.NAME: ("territory name", "gebiet", "region"),
        RuleField.STATE: ("bundesland", "province"),
        RuleField.POSTAL_PREFIX: ("postal code", "zip", "zip prefix", "plz"),
        RuleField.CITY: ("stadt", "ort"),
        RuleField.OWNER: ("inhaber", "vertriebler"),
    },
)

YES = frozenset(("yes", "y", "true", "t", "1", "1.0", "ja", "j", "wahr", "x"))
NO = frozenset(("no", "n", "false", "f", "0", "0.0", "nein", "falsch"))

PLACEHOLDERS = frozenset((
    "-", "--", "---", "–", "—", "n/a", "--none--", "- none -", "-none-", "select", "please select",
    "(blank)", "(leer)", "bitte auswählen", "bitte wählen", "(not set)", "(none)", "#n/a",
))  # fmt: skip
"""Text that stands for "nothing chosen", in lower case. "NA" is not among them: it may be Namibia.
Excel's "#N/A" is, a look-up that found nothing."""
TYPED_PLACEHOLDERS = PLACEHOLDERS | {
    "na",
    "nan",
    "none",
    "null",
    "k.a.",
    "k. a.",
    "unknown",
    "unbekannt",
    "?",
    "nat",
}
"""More of them where a number, a date or a word of a list is expected, which none of these can be."""

EXCEL_ERRORS = frozenset(("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"))
NO_STORED_VALUE = "#FORMULA"
"""What a formula is read as whose result the workbook does not hold."""

ISO_CURRENCIES = frozenset((
    "AED", "ARS", "AUD", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP",
    "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KES", "KRW", "KWD", "MAD",
    "MXN", "MYR", "NGN", "NOK", "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB",
    "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
))  # fmt: skip
SIGNS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "zł": ("PLN",),
    "Kč": ("CZK",),
    "₹": ("INR",),
    "₺": ("TRY",),
    "₴": ("UAH",),
} | {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "¥": ("JPY", "CNY"),
    "Fr.": ("CHF",),
}
"""Currency signs and what they may mean; the company's own currency decides where a sign has several."""
