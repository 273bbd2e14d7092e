"""What the push-pull map says: its four kinds of territory, what is missing, and what it does not prove."""

from dataclasses import dataclass

from alignment.metrics.push_pull import Missing, Quadrant, Size

NOT_PROOF = "Association, not proof: what more shelf or awareness would sell, a campaign test shows."
INDEPENDENCE = "It takes awareness and shelf as independent inside a territory."
INDEPENDENT = (
    "Independent means that those who know the brand shop at the same outlets as those who do not; where "
    "they go where it stands, less demand is stranded."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantWords:
    """`short` fits a map; `long` says what it means."""

    short: str
    long: str


QUADRANTS: dict[Quadrant, QuadrantWords] = {
    Quadrant.BOTH: QuadrantWords(short="both", long="known and on the shelf"),
    Quadrant.NEEDS_SHELF: QuadrantWords(short="needs shelf", long="known, not on the shelf"),
    Quadrant.NEEDS_BRAND: QuadrantWords(short="needs brand", long="on the shelf, not known"),
    Quadrant.NEITHER: QuadrantWords(short="neither", long="neither known nor on the shelf"),
}

TO_IMPORT: dict[Missing, str] = {
    Missing.INTERVIEWS: "Ask there in the next wave, or import a survey that did.",
    Missing.AUDITS: "Import visits to outlets with a column that says whether the product was in stock.",
    Missing.CATEGORY: "Import what these outlets sell of the category, in the company's currency.",
    Missing.SIZE: "Import a table of territories with their population.",
    Missing.CONVERSION: "Import what outlets sell, for territories with a survey and visits.",
    Missing.OTHERS: "Import a survey and visits for another territory.",
}

SIZES: dict[Size, str] = {Size.POPULATION: "inhabitants", Size.POTENTIAL: "potential"}
