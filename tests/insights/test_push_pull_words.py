"""The push-pull map in words: the money with its interval, what it does not prove, what is missing."""

from dataclasses import replace

from alignment import insights
from alignment.insights.push_pull import push_pull_title
from alignment.metrics.catalog import Unit
from alignment.metrics.push_pull import Missing, Quadrant, Size, push_pull
from alignment.metrics.stock import Seen, Stock, StockCell
from alignment.wording import value
from alignment.wording.layers import Layer
from tests.figures import sample_answers as sample


def finding(answer):
    return insights.territories_finding(answer, Layer.PUSH_PULL)


def without(missing):
    """Every territory lacks the same."""
    answer = sample.on_shelves()
    rows = [
        replace(
            row, position=replace(row.position, quadrant=None, demand=None, against=None, missing=missing)
        )
        for row in answer.rows
    ]
    return replace(answer, rows=tuple(rows), push_pull=push_pull([]))


def with_chances(**chances):
    """The sample, with other chances of having the most stranded demand."""
    answer = sample.on_shelves()
    by_code = {code.replace("_", "."): chance for code, chance in chances.items()}
    return replace(answer, push_pull=replace(answer.push_pull, most_stranded=by_code))


def placed(*kinds):
    """As many territories of the sample as kinds, each of its kind with the probability."""
    rows = [row for row in sample.on_shelves().rows if row.position.quadrant]
    return [
        replace(row, position=replace(row.position, quadrant=kind, probability=probability))
        for row, (kind, probability) in zip(rows, kinds, strict=False)
    ]


def test_the_headline_names_the_territory_that_probably_has_the_most_stranded_demand():
    answer = sample.on_shelves()
    chances = answer.push_pull.most_stranded
    (most,) = (row for row in answer.rows if chances.get(row.code, 0) >= 0.5)
    said = finding(answer).headline

    assert said.startswith(f"In {most.name} about €")
    assert "of aware demand meets an empty shelf (€" in said
    assert f"probably the most ({round(100 * chances[most.code])}" in said
    assert said.endswith(answer.stamp.period_label)


def test_no_territory_is_named_that_less_likely_than_not_has_the_most():
    """It named the largest point estimate, however many others were as large within their intervals."""
    said = finding(with_chances(DE_HE=0.48, DE_BB=0.44, DE_SH=0.05, DE_BY=0.03)).headline

    assert said.startswith("About €")
    assert "Hessen, Brandenburg and 1 more are among the largest" in said
    assert (
        "no territory stands out" in finding(with_chances(**dict.fromkeys(("DE_HE", "DE_BB"), 0.01))).headline
    )


def test_a_territory_alone_is_not_the_most_of_anything():
    said = finding(with_chances(DE_HE=1.0)).headline

    assert said.startswith("In Hessen about €")
    assert "most" not in said


def test_idle_shelf_is_told_the_same_way():
    answer = sample.on_shelves()
    said = []
    for chances in ({"DE.SN": 0.93, "DE.ST": 0.07}, {"DE.SN": 0.4, "DE.ST": 0.35}, {"DE.SN": 1.0}):
        findings = finding(replace(answer, push_pull=replace(answer.push_pull, most_idle=chances))).findings
        said.append(findings[0])

    assert said[0].startswith("Probably the most idle shelf (93\N{NO-BREAK SPACE}%): Sachsen, where about €")
    assert said[1].startswith("Idle shelf: about €")
    assert said[1].endswith("; Sachsen and Sachsen-Anhalt are among the largest.")
    assert said[2].startswith("Idle shelf in Sachsen: about €")


def test_what_it_does_not_prove_is_said():
    """M09 as corrected: the label, and that A x D assumes independence."""
    assert "Association, not proof" in insights.NOT_PROVEN
    assert "independent inside a territory" in insights.NOT_PROVEN


def test_only_what_is_more_likely_than_not_is_counted():
    """A kind of 35 % is drawn, hatched; the title does not count it."""
    answer = sample.on_shelves()
    doubtful = [row for row in answer.rows if row.position.quadrant]
    rows = [replace(row, position=replace(row.position, probability=0.4)) for row in doubtful]

    assert finding(answer).title.startswith("Probably ")
    assert finding(replace(answer, rows=tuple(rows))).title.startswith("Too uncertain to tell")


def test_certain_cases_are_not_called_too_uncertain():
    """Every territory surely had both or neither, and the title was "Too uncertain to tell"."""
    sure = placed((Quadrant.BOTH, 0.97), (Quadrant.BOTH, 0.9), (Quadrant.NEITHER, 0.99))
    mixed = placed((Quadrant.BOTH, 0.97), (Quadrant.NEEDS_BRAND, 0.6))
    said = [push_pull_title(rows) for rows in (sure, mixed, placed((Quadrant.BOTH, 0.4)))]

    assert said == [
        "Probably 2 territories have shelf and brand, 1 has neither",
        "Probably 0 territories need shelf, 1 needs brand",
        "Too uncertain to tell which territory needs shelf and which needs brand",
    ]


def test_what_is_missing_is_named_with_the_import_that_brings_it():
    said = " ".join(finding(sample.on_shelves()).findings)

    assert "Unknown in Berlin: no visit has looked at a shelf here. Import visits to outlets" in said
    assert "Unknown in Saarland: neither its population nor its potential is known." in said
    assert "Unknown in Bremen: nobody was asked in this wave." in said


def test_without_visits_anywhere_the_headline_says_so():
    said = finding(without(Missing.AUDITS)).headline

    assert said == "No territory can be placed yet: no visit has looked at a shelf here"


def test_the_first_territory_is_held_against_its_kind():
    """Each part with its interval. Where all sold alike (as in the sample) there is nothing to divide."""
    answer = with_chances(DE_BY=0.9, DE_BB=0.1)
    sold = {"DE.BY": 20, "DE.BB": 5}
    placed = push_pull(sample.markets(lambda row: sold.get(row.code, 10)))
    rows = tuple(replace(row, position=placed.positions[row.code]) for row in answer.rows)
    (said,) = (each for each in finding(replace(answer, rows=rows)).findings if "its size would" in each)
    against = placed.positions["DE.BY"].against

    assert said.startswith("Bayern sold €")
    assert "more than its size would bring at the rates of its stratum: awareness " in said
    for name in ("awareness", "shelf", "conversion"):
        part = getattr(against, name)
        signed = [
            f"{'+' if minor > 0 else ''}{value(minor, Unit.MONEY, 'EUR', compact=True)}"
            for minor in (part.value, part.low, part.high)
        ]
        assert f"{name} {signed[0]} ({signed[1]} to {signed[2]})" in said
    assert not any("its size would" in each for each in finding(answer).findings)


def test_the_potential_is_named_where_it_stands_in():
    answer = sample.on_shelves()
    said = " ".join(
        finding(replace(answer, push_pull=replace(answer.push_pull, size=Size.POTENTIAL))).findings
    )

    assert "Money is potential ×" in said


def test_no_territory_is_no_error():
    answer = replace(sample.on_shelves(), rows=(), push_pull=push_pull([]))

    assert finding(answer).headline.startswith("No territory can be placed yet")


def test_the_in_stock_layer_names_where_nobody_has_looked_and_what_is_not_listed():
    said = insights.territories_finding(sample.on_shelves(), Layer.IN_STOCK)

    assert said.headline.startswith("In-stock distribution of Gouda runs from 10\N{NO-BREAK SPACE}% in ")
    assert "Nobody has looked at a shelf in Berlin: unknown, not empty." in said.findings[0]
    assert "Import listings" in said.findings[1]


def test_the_in_stock_layer_tells_a_shelf_that_nobody_saw_from_one_where_nobody_sold_the_category():
    answer = sample.on_shelves()
    unsold = Stock(cells=(StockCell(seen=Seen.IN_STOCK, age=0, outlets=3, minor=0, squares=0.0),))
    rows = [replace(row, stock=unsold) if row.code == "DE.BY" else row for row in answer.rows]
    said = insights.territories_finding(replace(answer, rows=tuple(rows)), Layer.IN_STOCK).findings

    assert said[0].startswith("Nobody has looked at a shelf in Berlin: ")
    assert said[1].startswith("Unknown in Bayern: no outlet whose shelf is known sold any of the category.")
