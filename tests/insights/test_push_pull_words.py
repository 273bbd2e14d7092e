"""The push-pull map in words: the money with its interval, what it does not prove, what is missing."""

from dataclasses import replace

from alignment import insights
from alignment.metrics.push_pull import Missing, Size, push_pull
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
    return replace(answer, rows=tuple(rows))


def test_the_headline_is_the_territory_with_the_most_stranded_demand():
    answer = sample.on_shelves()
    most = max(
        (row for row in answer.rows if row.position.demand), key=lambda row: row.position.stranded.value
    )
    said = finding(answer).headline

    assert said.startswith(f"In {most.name} about €")
    assert "of aware demand meets an empty shelf (€" in said
    assert said.endswith(answer.stamp.period_label)


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


def test_what_is_missing_is_named_with_the_import_that_brings_it():
    said = " ".join(finding(sample.on_shelves()).findings)

    assert "Unknown in Berlin: no visit has looked at a shelf here. Import visits to outlets" in said
    assert "Unknown in Saarland: neither its population nor its potential is known." in said
    assert "Unknown in Bremen: nobody was asked in this wave." in said


def test_without_visits_anywhere_the_headline_says_so():
    said = finding(without(Missing.AUDITS)).headline

    assert said == "No territory can be placed yet: no visit has looked at a shelf here"


def test_the_first_territory_is_held_against_its_kind():
    said = [each for each in finding(sample.on_shelves()).findings if "than its size would bring" in each]

    assert len(said) == 1
    assert all(name in said[0] for name in ("awareness", "shelf", "conversion"))


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
