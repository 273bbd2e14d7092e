"""The map in words: who is weakest and how sure that is, or how many interviews would tell."""

from alignment.insights.empty import no_data
from alignment.insights.finding import NOT_COMPARED, Empty, Finding
from alignment.insights.left_out import left_out_lines
from alignment.insights.push_pull import (
    push_pull_headline,
    push_pull_lines,
    push_pull_measure,
    push_pull_title,
)
from alignment.insights.shelf import (
    nothing_sold,
    shelf_headline,
    shelf_lines,
    shelf_measure,
    shelf_noun,
    shelf_title,
    stock_lines,
    stock_noun,
)
from alignment.metrics.catalog import Unit
from alignment.metrics.common import NOT_KEPT, Stamp
from alignment.metrics.mix import NOT_FOLLOWED
from alignment.metrics.territories import TerritoriesAnswer, TerritoryCard, TerritoryRow
from alignment.stats import Estimate
from alignment.view import View
from alignment.vocabulary import label
from alignment.wording import (
    as_of,
    change_sentence,
    count,
    day,
    listed,
    outcome_sentence,
    percent,
    plural,
    rough,
    rough_interval,
)
from alignment.wording.layers import LAYERS, Layer, layer_basis, layer_n, layer_number, layer_outcome

SMALL = 30
"""metrics.md: below 30 an interval is obligatory and a raw share is not to be read alone."""

_LONGEST_LIST = 32  # characters, so that the headline stays within two lines on the wall


def territories_finding(answer: TerritoriesAnswer, layer: Layer) -> Finding:
    """What the map says in the chosen layer."""
    return Finding(
        headline=_headline(answer, layer),
        title=_title(answer, layer),
        subtitle=_subtitle(answer, layer),
        alt=_alt(answer, layer),
        findings=(
            *(_about_brand(answer) if layer is Layer.AWARENESS else _about_layer(answer, layer)),
            *(shelf_lines(answer.shelf, answer.stamp) if layer is Layer.SHELF and answer.shelf else ()),
            *(_about_stock(answer) if layer is Layer.IN_STOCK else ()),
            *(_about_both(answer) if layer is Layer.PUSH_PULL else ()),
            *_running(answer),
            *_unplaced(answer),
            *left_out_lines(answer.left_out),
        ),
        slide_title=_measure(answer, layer),
    )


def _headline(answer: TerritoriesAnswer, layer: Layer) -> str:
    if layer is Layer.AWARENESS:
        return _awareness(answer)
    if layer is Layer.PUSH_PULL and answer.shelf:
        return (
            push_pull_headline(answer)
            if answer.push_pull
            else nothing_sold(answer.shelf, answer.stamp).sentence
        )
    return _extremes(answer, layer)


def strip_title(layer: Layer) -> str:
    """What stands over the ranked strip; where the map shows kinds, the strip names its measure."""
    words = LAYERS[layer]
    return f"{words.measure}, with intervals" if words.position else "Ranked, with intervals"


def _awareness(answer: TerritoriesAnswer) -> str:
    if answer.wave is None:
        return _no_survey(answer.stamp)
    asked = [row for row in answer.rows if row.has_interviews]
    if not asked:
        return f"Nobody was asked here in wave {answer.wave.code}: awareness is unknown, not zero"
    if len(asked) == 1:
        return _alone(asked[0])
    weakest = answer.weakest
    if weakest is not None and isinstance(weakest.awareness, Estimate):
        probability = percent(weakest.p_weakest, places=0)
        return (
            f"{weakest.name} is probably the weakest: {rough(weakest.awareness)} know the brand "
            f"({rough_interval(weakest.awareness)}, {plural(weakest.asked, 'interview')}); "
            f"probability {probability}"
        )
    return f"Too few interviews to tell which territory is weakest{_needed(answer)}"


def _no_survey(stamp: Stamp) -> str:
    if stamp.at == stamp.today:
        return "There is no survey yet: import one to see where the brand is weak"
    return f"No survey wave had ended by {day(stamp.at)}"


def _alone(row: TerritoryRow) -> str:
    """One territory is not the weakest of anything."""
    estimate = row.awareness
    assert isinstance(estimate, Estimate), "a territory with interviews has an estimate"
    return (
        f"{rough(estimate)} know the brand in {row.name} "
        f"({rough_interval(estimate)}, {plural(row.asked, 'interview')})"
    )


def _needed(answer: TerritoriesAnswer) -> str:
    """How many more would tell, and where: by name where two names fit a headline, else by number."""
    if not answer.needed_computed or not answer.candidates:
        return ""
    names = {row.code: row.name for row in answer.rows}
    where = listed([names.get(code, code) for code in answer.candidates])
    if len(where) > _LONGEST_LIST:
        where = f"{count(len(answer.candidates))} territories"
    if answer.interviews_needed is None:
        return f": more than 400 more in each of {where} would be needed"
    return f": about {count(answer.interviews_needed)} more in each of {where} would"


def _extremes(answer: TerritoriesAnswer, layer: Layer) -> str:
    known = _known(answer, layer)
    if layer is Layer.SHELF and answer.shelf and not known:
        shelf = answer.shelf
        return shelf_headline(shelf) if shelf.names else nothing_sold(shelf, answer.stamp).sentence
    if not known:
        return f"No territory has data for {LAYERS[layer].label.lower()} in {answer.stamp.period_label}"
    low, high = known[0], known[-1]
    what = _noun(answer, layer)
    if low.code == high.code:
        return f"{what} in {low.name}: {layer_number(layer_outcome(low, layer), layer)}"
    return (
        f"{what} runs from {layer_number(layer_outcome(low, layer), layer)} in {low.name} "
        f"to {layer_number(layer_outcome(high, layer), layer)} in {high.name}"
        f"{_overlap(low, high, layer)}"
    )


def _noun(answer: TerritoriesAnswer, layer: Layer) -> str:
    about = {Layer.SHELF: shelf_noun, Layer.IN_STOCK: stock_noun}.get(layer)
    return about(answer.shelf) if about and answer.shelf and answer.shelf.names else LAYERS[layer].label


def _overlap(low: TerritoryRow, high: TerritoryRow, layer: Layer) -> str:
    first, last = layer_outcome(low, layer), layer_outcome(high, layer)
    if isinstance(first, Estimate) and isinstance(last, Estimate) and first.high >= last.low:
        return "; their intervals overlap"
    return ""


def _known(answer: TerritoriesAnswer, layer: Layer) -> list[TerritoryRow]:
    rows = [row for row in answer.rows if isinstance(layer_outcome(row, layer), Estimate)]
    return sorted(rows, key=lambda row: (_value(row, layer), row.name))


def _value(row: TerritoryRow, layer: Layer) -> float:
    outcome = layer_outcome(row, layer)
    return outcome.value if isinstance(outcome, Estimate) else 0.0


def _title(answer: TerritoriesAnswer, layer: Layer) -> str:
    if layer is not Layer.AWARENESS:
        if layer is Layer.SHELF and answer.shelf and answer.shelf.names:
            return shelf_title(answer.shelf)
        if layer is Layer.PUSH_PULL:
            return push_pull_title(answer.rows)
        return f"{LAYERS[layer].label} by territory"
    company = answer.company
    if not isinstance(company, Estimate):
        return "Brand awareness by territory"
    return f"{rough(company)} of all know the brand ({rough_interval(company)})"


def _subtitle(answer: TerritoriesAnswer, layer: Layer) -> str:
    stamp, wave = answer.stamp, answer.wave
    if layer is not Layer.AWARENESS:
        n = sum(layer_n(row, layer) for row in answer.rows)
        return f"{_measure(answer, layer)}, {plural(n, LAYERS[layer].noun)}. {as_of(stamp)}"
    if wave is None:
        return f"{_measure(answer, layer)}. {as_of(stamp)}"
    return (
        f"{_measure(answer, layer)} ({day(wave.start_on)} to {day(wave.end_on)}), "
        f"{plural(wave.asked, 'interview')}. {as_of(stamp)}"
    )


def _measure(answer: TerritoriesAnswer, layer: Layer) -> str:
    """What is drawn, and when it was measured."""
    if layer in (Layer.CHANGE, Layer.CONSIDERATION) and answer.wave:
        return f"{LAYERS[layer].measure}, wave {answer.wave.code}"
    if layer is Layer.SHELF and answer.shelf and answer.shelf.names:
        return f"{shelf_measure(answer.shelf)}, {answer.stamp.period_label}"
    if layer is Layer.PUSH_PULL:
        return push_pull_measure(answer)
    if layer is not Layer.AWARENESS:
        return f"{LAYERS[layer].measure}, {answer.stamp.period_label}"
    return f"Aided awareness, wave {answer.wave.code}" if answer.wave else "Aided awareness, no survey yet"


def _alt(answer: TerritoriesAnswer, layer: Layer) -> str:
    parts = [
        f"{row.name} {layer_number(layer_outcome(row, layer), layer, answer.stamp.currency)} "
        f"({layer_basis(row, layer)})"
        for row in _known(answer, layer)
    ]
    return f"Map of {LAYERS[layer].label.lower()}: {', '.join(parts) or 'no data'}."


def _about_brand(answer: TerritoriesAnswer) -> list[str]:
    if answer.wave is None:
        return [
            "Import a survey to fill the map: a row for each wave and territory with how many were asked "
            "and how many know the brand, or a row for each answer."
        ]
    sentences = []
    asked = [row for row in answer.rows if row.has_interviews]
    if len(asked) > 1 and answer.weakest is not None and answer.weakest.p_weakest is not None:
        sentences.append(
            f"The probability that {answer.weakest.name} is the weakest is "
            f"{percent(answer.weakest.p_weakest, places=0)}; "
            "a flag or a campaign there starts on firm ground."
        )
    sentences += [_only_looks_weak(row) for row in asked if len(asked) > 1 and _looks_weak(row, answer)]
    if asked and not isinstance(answer.company, Estimate):
        sentences.append(
            f"The mean of all is unknown: {answer.company.reason}. Import a table of territories with theirs."
        )
    few = [row.name for row in asked if row.asked < SMALL]
    if few:
        sentences.append(
            f"Fewer than {SMALL} interviews in {listed(few)}: the intervals are wide. "
            "Ask more there in the next wave."
        )
    silent = [row.name for row in answer.rows if not row.has_interviews]
    if silent:
        sentences.append(
            f"No interviews in {listed(silent)}: hatched, not zero. Ask for them in the next wave."
        )
    return sentences


def _about_layer(answer: TerritoriesAnswer, layer: Layer) -> list[str]:
    """Why a layer is empty, and what would fill it."""
    if _known(answer, layer) or layer in (Layer.SHELF, Layer.PUSH_PULL):
        return []
    if any(layer_outcome(row, layer) in (NOT_KEPT, NOT_FOLLOWED) for row in answer.rows):
        return []  # what is left out says so by itself
    if layer is Layer.LEADS and not any(row.population for row in answer.rows):
        return ["Import a table of territories with their population to see leads per 100,000 inhabitants."]
    newest = answer.stamp.last_fact_on
    return [f"The newest data are of {day(newest)}. Choose a period up to then."] if newest else []


def _about_stock(answer: TerritoriesAnswer) -> tuple[str, ...]:
    unknown = [row for row in answer.rows if not isinstance(row.stock.weighted, Estimate)]
    unseen, unsold = (
        [row.name for row in unknown if bool(row.stock.audited) is seen] for seen in (False, True)
    )
    any_seen = len(unseen) < len(answer.rows)
    return stock_lines(answer.shelf, unseen, unsold) if answer.shelf and any_seen else ()


def _about_both(answer: TerritoriesAnswer) -> tuple[str, ...]:
    """Awareness and shelf together; without sales in the period there is no product to ask about."""
    if answer.shelf is None:
        return ()
    if answer.push_pull is None:
        return (nothing_sold(answer.shelf, answer.stamp).next_step,)
    return push_pull_lines(answer, answer.push_pull)


def _running(answer: TerritoriesAnswer) -> list[str]:
    """Campaigns of the day: those of one territory are outlined, those of all cannot be."""
    everywhere = answer.running_everywhere
    here = list(dict.fromkeys(name for row in answer.rows for name in row.running))
    lines = [f"Running in the territories outlined: {listed(here)}."] if here else []
    return lines + ([f"Running everywhere, so not outlined: {listed(everywhere)}."] if everywhere else [])


def _unplaced(answer: TerritoriesAnswer) -> list[str]:
    """What is in no territory, and so in no colour."""
    sentences = []
    if answer.unassigned_leads:
        sentences.append(f"{plural(answer.unassigned_leads, 'lead')} without a territory are not on the map.")
    if answer.unassigned_interviews:
        sentences.append(
            f"{plural(answer.unassigned_interviews, 'interview')} could not be placed in a territory."
        )
    unshaped = [row.name for row in answer.rows if not _has_shape(row, answer)]
    if has_map(answer) and unshaped:
        sentences.append(
            f"Not on the map: {listed(unshaped)}. No shape of the boundary file has that name; "
            "the strip and the table have the numbers."
        )
    return sentences


def _looks_weak(row: TerritoryRow, answer: TerritoriesAnswer) -> bool:
    """A small sample whose raw share is as low as the weakest's, although nothing says that it is weak."""
    if row.raw_share is None or row.asked >= SMALL or row is answer.weakest:
        return False
    lowest = min(other.raw_share for other in answer.rows if other.raw_share is not None)
    reference = (
        answer.weakest.raw_share if answer.weakest and answer.weakest.raw_share is not None else lowest
    )
    return row.raw_share <= reference


def _only_looks_weak(row: TerritoryRow) -> str:
    estimate = row.awareness
    assert isinstance(estimate, Estimate), "a territory with interviews has an estimate"
    return (
        f"{row.name} only looks weak: {count(row.yes)} of {plural(row.asked, 'interview')} say yes, "
        f"too few to read; the estimate is {rough(estimate)} ({rough_interval(estimate)})."
    )


def territories_empty(answer: TerritoriesAnswer, view: View) -> Empty:
    """No territories at all."""
    empty = no_data("territories", answer.stamp, view, path="/territories")
    if answer.stamp.last_fact_on is None:
        return empty
    return Empty(
        sentence="There are no territories yet.",
        next_step="Import a table of territories, or boundaries as GeoJSON: each shape becomes a territory.",
        path="/import",
        link="Open the Import page",
    )


def has_map(answer: TerritoriesAnswer) -> bool:
    """Whether at least one of the territories shown has a shape."""
    return any(_has_shape(row, answer) for row in answer.rows)


def _has_shape(row: TerritoryRow, answer: TerritoriesAnswer) -> bool:
    return answer.shape is not None and row.boundary_key in answer.shape.labels


def no_map_line(answer: TerritoriesAnswer) -> str:
    """Said in place of the map: no boundaries came in, or their shapes are none of these territories."""
    if answer.shape is None:
        return (
            "No boundaries yet: import a GeoJSON file to see the map. "
            "The strip and the table show the same numbers."
        )
    names = listed([row.name for row in answer.rows])
    return (
        f"No map of {names}: none of the {plural(len(answer.shape.labels), 'shape')} that came in has such a "
        'name. Import a GeoJSON file with a shape for each, or a table of territories whose column "map id" '
        "names the shape of each. The strip and the table show the same numbers."
    )


def card_lines(card: TerritoryCard) -> tuple[str, ...]:
    """One territory: what is known of it, what changed, what to do next."""
    row = card.row
    lines = [f"Win rate: {outcome_sentence(row.win_rate, Unit.RATE)}"]
    if row.has_interviews:
        lines.insert(0, f"Awareness: {outcome_sentence(row.awareness, Unit.RATE)}")
    else:
        lines.insert(0, "No interviews in this wave: the estimate is what territories of its kind show.")
    if card.change is not None:
        lines.append(f"Since the wave before: {change_sentence(card.change, Unit.RATE)}")
    if row.p_weakest is not None and row.p_weakest >= 0.05:
        lines.append(f"Weakest with a probability of {percent(row.p_weakest, places=0)}.")
    if card.flags:
        kinds = listed(list(dict.fromkeys(label(flag.kind).lower() for flag in card.flags)))
        lines.append(f"{plural(len(card.flags), 'flag')} from the field: {kinds}.")
    if card.is_uncompared:
        lines.append(f"Its funnel: {NOT_COMPARED[:1].lower()}{NOT_COMPARED[1:]}")
    return (*lines, *left_out_lines(card.left_out))


def trend_words(card: TerritoryCard) -> tuple[str, str]:
    """Title and subtitle of the trend over the waves."""
    asked = [point for point in card.trend if point.asked]
    n = sum(point.asked for point in asked)
    subtitle = (
        f"Aided awareness with 95 % intervals, {plural(len(card.trend), 'wave')}, {plural(n, 'interview')}"
    )
    if card.change is None:
        return f"{card.row.name}: awareness over the waves", subtitle
    return f"{card.row.name}: {change_sentence(card.change, Unit.RATE)}", subtitle
