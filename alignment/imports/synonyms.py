"""
Column headings of the tools people export from, beside the ones named in `kinds`.

Salesforce and HubSpot with API names and labels of their user interface, Google
Ads, and German headings. Compared after folding; the first of a field's list is
the most specific and wins where two columns compete.
"""

import re

from alignment.imports.kinds import KINDS, FieldSpec, Kind, folded

_MORE: dict[str, dict[str, tuple[str, ...]]] = {
    "accounts": {
        "account_id": ("kundennummer", "kundennr", "hs object id"),
        "name": ("kunde", "firma", "unternehmen"),
        "segment": ("branche",),
        "territory": ("gebietsschlüssel", "gebiet", "billing state", "bundesland"),
        "country": ("land",),
        "version_at": ("geändert am", "zuletzt geändert", "hs lastmodifieddate"),
    },
    "products": {
        "code": ("artikelnummer", "artikelnr", "produktcode", "id"),
        "name": ("artikelbezeichnung", "produktname", "produkt", "bezeichnung"),
        "series": ("produktlinie", "serie", "product family"),
        "list_price": ("listenpreis", "preis", "price"),
        "currency": ("währung",),
    },
    "people": {
        "person_id": ("personalnummer", "personalnr", "mitarbeiternummer", "vertriebler"),
        "name": ("vertriebler", "mitarbeiter"),
        "email": ("email address", "e-mail-adresse"),
        "role": ("rolle", "job title"),
        "team": ("abteilung",),
        "manager": ("vorgesetzter", "teamleiter"),
        "territories": ("gebiete", "gebiet", "office"),
    },
    "territories": {
        "code": ("gebietsschlüssel", "gebietscode"),
        "name": ("gebiet", "gebietsname", "territory"),
        "parent": ("übergeordnetes gebiet", "parent code"),
        "stratum": ("schicht", "größenklasse"),
        "population": ("einwohner", "bevölkerung"),
        "potential": ("marktpotenzial", "potenzial"),
        "valid_from": ("gültig ab",),
        "valid_to": ("gültig bis",),
    },
    "territory_rules": {
        "field": ("feld",),
        "pattern": ("muster", "wert", "starts with"),
        "territory": ("gebietsschlüssel", "gebiet"),
        "valid_from": ("gültig ab",),
    },
    "leads": {
        "lead_id": ("lead-id", "leadnummer", "hs object id", "vid"),
        "created_at": ("create date", "createdate", "erstellt am", "erstelldatum", "anlagedatum"),
        "territory": ("gebietsschlüssel", "gebiet", "sales region", "state/region", "bundesland"),
        "segment": ("branche",),
        "channel": (
            "lead-quelle",
            "leadquelle",
            "kanal",
            "quelle",
            "original traffic source",
            "hs analytics source",
        ),
        "product": ("produktinteresse", "produkt"),
        "campaign": ("kampagne", "kampagnencode", "utm campaign", "primary campaign source"),
        "owner": ("lead-inhaber", "inhaber", "contact owner", "hubspot owner id", "owner name"),
        "company": ("firma", "unternehmen"),
        "first_name": ("vorname", "firstname"),
        "last_name": ("nachname", "lastname"),
        "email": ("email address", "e-mail-adresse"),
        "phone": ("telefon", "telefonnummer", "mobile"),
        "merged_into": ("zusammengeführt mit",),
        "deleted": ("gelöscht",),
        "archived": ("archiviert",),
        "is_test": ("testdatensatz",),
        "modified_at": (
            "geändert am",
            "zuletzt geändert",
            "lastmodifieddate",
            "updated at",
            "hs lastmodifieddate",
        ),
        "marketing_qualified_at": ("hs lifecyclestage marketingqualifiedlead date",),
        "sales_accepted_at": ("became a sales accepted lead date",),
        "sales_qualified_at": ("hs lifecyclestage salesqualifiedlead date",),
        "opportunity_at": ("hs lifecyclestage opportunity date", "converted date"),
    },
    "stage_events": {
        "event_id": ("verlaufs-id", "verlaufsid"),
        "lead": ("related lead", "lead-id"),
        "stage": ("neuer status", "phase", "lifecycle stage"),
        "at": ("geändert am", "datum", "zeitpunkt"),
        "episode": ("durchlauf",),
        "reason": ("grund", "statusgrund"),
    },
    "touches": {
        "touch_id": ("aktivitäts-id", "task id", "event id", "engagement id"),
        "lead": ("related lead", "lead-id"),
        "deal": ("related deal", "related to", "opportunity-id"),
        "at": ("activity time", "activity date time", "start date time", "start time", "zeitpunkt", "datum"),
        "kind": ("aktivitätsart", "art", "task subtype", "event subtype"),
        "direction": ("richtung", "call type"),
        "human": ("persönlich",),
        "connected": ("erreicht",),
        "campaign": ("kampagne",),
        "person": ("zugewiesen an", "owner id"),
    },
    "deals": {
        "deal_id": ("opportunity-id", "deal-id", "verkaufschance-id", "hs object id", "dealid"),
        "name": ("dealname", "verkaufschance"),
        "lead": ("originating lead id", "lead-id"),
        "account": ("kunde", "associated company", "firma"),
        "territory": ("gebietsschlüssel", "gebiet", "sales region", "regional office", "office"),
        "segment": ("branche",),
        "channel": ("lead-quelle", "leadquelle", "kanal", "original traffic source"),
        "product": ("produkt", "product name"),
        "campaign": ("kampagne", "primary campaign source"),
        "owner": ("vertriebler", "inhaber", "opportunity owner", "hubspot owner id", "verantwortlich"),
        "created_at": ("createdate", "open date", "startdatum", "erstellt am", "erstelldatum", "beginn"),
        "stage": ("phase", "dealstage", "opportunity stage", "status", "verkaufsphase"),
        "amount": ("betrag", "wert", "umsatz", "volumen", "deal amount", "amount in company currency"),
        "currency": ("währung", "deal currency code"),
        "expected_on": (
            "erwarteter abschluss",
            "voraussichtlicher abschluss",
            "forecast close date",
            "close date",
        ),
        "closed_at": ("abschlussdatum", "closedate", "geschlossen am"),
        "deleted": ("gelöscht",),
        "archived": ("archiviert",),
        "is_test": ("testdatensatz",),
        "modified_at": ("geändert am", "zuletzt geändert", "hs lastmodifieddate", "updated at"),
    },
    "deal_stages": {
        "event_id": ("verlaufs-id",),
        "deal": ("related deal", "opportunity-id"),
        "event": ("ereignis",),
        "at": ("geändert am", "datum", "zeitpunkt"),
        "value": ("neuer wert",),
        "currency": ("währung",),
    },
    "campaigns": {
        "code": ("kampagnencode", "kampagnen-id"),
        "name": ("kampagne", "kampagnenname"),
        "objective": ("ziel", "campaign objective"),
        "channel": ("kanal", "advertising channel type"),
        "segment": ("zielsegment",),
        "start_on": ("startdatum", "beginn"),
        "end_on": ("enddatum", "ende"),
        "planned_spend": ("geplantes budget", "planned budget"),
        "planned_leads": ("geplante leads",),
        "planned_qualified": ("geplante mqls",),
        "territories": ("gebiete",),
        "owner_sales": ("ansprechpartner vertrieb",),
        "owner_marketing": ("kampagnenmanager", "campaign owner"),
    },
    "campaign_days": {
        "campaign": ("kampagne", "kampagnen-id", "campaign name"),
        "territory": ("gebietsschlüssel", "gebiet", "bundesland"),
        "day": ("tag", "datum", "reporting starts"),
        "currency": ("währung", "account currency"),
        "spend": ("kosten", "ausgaben", "amount spent eur", "amount spent usd"),
        "impressions": ("impressionen", "impr"),
        "reach": ("reichweite",),
        "clicks": ("klicks", "clicks all"),
    },
    "survey": {
        "start_on": ("feldbeginn",),
        "asked": ("anzahl befragte", "fallzahl"),
        "yes": ("marke bekannt gestützt", "marke bekannt", "aided awareness"),
        "sum_w": ("summe gewichte", "summe der gewichte"),
        "sum_w2": ("summe gewichte 2", "summe der quadrierten gewichte"),
        "sum_wy": ("summe gewichte bekannt",),
        "considering": ("kaufbereit", "würden erwägen", "erwägung"),
        "sum_wc": ("summe gewichte erwägung",),
    },
    "survey_answers": {
        "wave": ("welle",),
        "respondent": ("interviewnummer", "befragter", "respondent id"),
        "on": ("interviewdatum", "datum"),
        "territory": ("gebietsschlüssel", "gebiet"),
        "aware": ("marke bekannt gestützt", "bekannt", "aided awareness"),
        "considers": ("kaufbereit", "würde erwägen", "erwägung"),
        "weight": ("gewicht",),
    },
    "goals": {
        "code": ("zielcode", "goal id"),
        "name": ("ziel", "goal name"),
        "metric": ("kennzahl",),
        "start_on": ("zeitraum beginn", "beginn"),
        "end_on": ("zeitraum ende", "ende"),
        "target": ("zielwert",),
        "valid_from": ("gültig ab",),
        "reason": ("grund",),
    },
    "rates": {
        "day": ("datum", "tag"),
        "currency": ("währung",),
        "rate": ("kurs", "conversion rate", "exchange rate"),
    },
    "holidays": {"day": ("datum", "tag"), "name": ("feiertag", "bezeichnung", "holiday name")},
    "flags": {
        "flag_id": ("meldungs-id", "meldung"),
        "at": ("gemeldet am", "datum", "zeitpunkt"),
        "territory": ("gebietsschlüssel", "gebiet"),
        "kind": ("flag type", "art", "thema"),
        "seen": ("gesehen",),
        "conversations": ("gespräche", "von gesprächen"),
        "product": ("produkt",),
        "note": ("notiz", "bemerkung", "kommentar"),
        "person": ("reporter", "gemeldet von"),
    },
    "measures": {
        "territory": ("gebietsschlüssel", "gebiet", "bundesland"),
        "day": ("tag", "datum", "woche"),
        "measure": ("kennzahl", "messgröße"),
        "number": ("wert", "zahl"),
    },
    "outlets": {
        "outlet_id": ("filialnummer", "filiale", "marktnummer"),
        "name": ("filialname",),
        "territory": ("gebietsschlüssel", "gebiet", "bundesland"),
        "channel": ("vertriebsschiene", "betriebsform"),
        "closed_on": ("geschlossen am", "geschlossen seit", "schließung"),
    },
    "outlet_sales": {
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "category": ("warengruppe", "kategorie"),
        "day": ("tag", "datum"),
        "receipt": ("bonnummer", "bon"),
        "line": ("position",),
        "units": ("menge", "stück", "absatz"),
        "amount": ("umsatz", "betrag"),
        "currency": ("währung",),
    },
    "listings": {
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "listed_from": ("gelistet ab", "gelistet seit", "listungsbeginn"),
        "listed_to": ("gelistet bis", "ausgelistet am", "listungsende"),
    },
    "visits": {
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "at": ("besucht am", "besuchsdatum", "besuch", "datum"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "in_stock": ("vorrätig", "im regal", "verfügbar"),
        "pos_material": ("werbematerial", "pos-material", "display"),
        "facings": ("regalplätze", "facings"),
    },
    "orders": {
        "order_id": ("auftragsnummer", "auftrag", "bestellnummer"),
        "line": ("position", "auftragsposition"),
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "ordered_on": ("bestellt am", "auftragsdatum", "bestelldatum", "datum"),
        "promised_on": ("zugesagt am", "wunschtermin", "liefertermin"),
        "way": ("bestellweg", "auftragsart"),
        "quantity": ("bestellmenge", "menge"),
        "amount": ("nettobetrag", "betrag"),
        "currency": ("währung",),
        "deleted": ("storniert",),
    },
    "deliveries": {
        "order": ("auftragsnummer", "auftrag", "bestellnummer"),
        "line": ("position", "auftragsposition"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "delivery": ("lieferschein", "lieferscheinnummer", "liefernummer"),
        "delivered_on": ("geliefert am", "lieferdatum", "datum"),
        "quantity": ("liefermenge", "gelieferte menge", "menge"),
    },
    "promotions": {
        "promotion": ("aktionsnummer", "aktion"),
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "territory": ("gebietsschlüssel", "gebiet", "bundesland"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "start_on": ("aktionsbeginn", "gültig ab", "von"),
        "end_on": ("aktionsende", "gültig bis", "bis"),
        "discount": ("rabatt", "nachlass"),
        "mechanic": ("aktionsart", "mechanik"),
    },
    "inventory": {
        "outlet": ("filialnummer", "filiale", "marktnummer"),
        "product": ("artikelnummer", "artikelnr", "artikel"),
        "day": ("bestandsdatum", "gezählt am", "datum"),
        "on_hand": ("bestand", "lagerbestand", "bestandsmenge"),
    },
}

GENERIC = frozenset(
    map(
        folded,
        ("id", "name", "date", "day", "code", "value", "type", "status", "at", "start", "end", "n", "field"),
    )
)
"""Headings that nearly every table has: they say little about what the file is."""


def headings(kind: Kind, spec: FieldSpec) -> tuple[str, ...]:
    """Folded headings that stand for the field, most specific first; the field's own name is one."""
    more = _MORE.get(kind.slug, {}).get(spec.name, ())
    return tuple(dict.fromkeys(map(folded, (*spec.synonyms, *more, spec.name))))


def variants(column: str) -> tuple[str, ...]:
    """
    What a heading may be recognised by: itself, without its unit, without the tool's prefix or suffix.

    Example:
        >>> variants("Wert (€)"), variants("property_dealname"), variants("Region__c")
        (('wert',), ('propertydealname', 'dealname'), ('regionc', 'region'))
    """
    bare = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*", " ", column)
    tool = re.sub(r"^(?:property_hs_|property_|hs_)|(?:__c|_c)$", "", column, flags=re.IGNORECASE)
    tool = re.sub(r"^property_", "", tool, flags=re.IGNORECASE)
    return tuple(dict.fromkeys(key for key in (folded(column), folded(bare), folded(tool)) if key))


KNOWN_HEADINGS = frozenset(
    heading for kind in KINDS.values() for spec in kind.fields for heading in headings(kind, spec)
)
