"""Campaign tests in words: what was agreed, what could be told, what came of it, and why not yet."""

from alignment.insights.evidence import evidence_headline, evidence_lines
from alignment.insights.finding import Empty, Finding
from alignment.metrics.design_screen import DesignForm, DesignsAnswer
from alignment.metrics.designs import DesignCard, StatedPlan
from alignment.metrics.effect import Effect, Lead, Measured, Verdict, Why
from alignment.metrics.effect_plan import WindowWarning
from alignment.metrics.effect_power import Advice
from alignment.vocabulary import DesignStanding
from alignment.wording import as_of, count, day, decimal, listed, percent, plural, points
from alignment.wording.designs import done_sentence

_VERDICTS = {
    Verdict.WORKED: "Worked",
    Verdict.DID_NOT: "Did not work",
    Verdict.TOO_SMALL_TO_TELL: "Too small to tell",
    Verdict.NOT_YET: "Not yet",
}
_STANDINGS = {
    DesignStanding.DRAFT: "draft",
    DesignStanding.FROZEN: "approved by both teams, frozen",
    DesignStanding.WITHDRAWN: "withdrawn",
    DesignStanding.REPLACED: "replaced by a newer version",
}
_IN_THE_WAY = {
    Why.NOT_ASKED_BEFORE: "nobody was asked there in the waves before",
    Why.NO_COMPARISON: "no territory to compare with was asked in every wave",
    Why.TOO_FEW_TERRITORIES: "with so few territories chance could always look like this",
    Why.NOT_PARALLEL: "the territories did not run alike before, so their difference says little",
}
_METHODS = {
    Lead.DIFFERENCE: "difference in differences",
    Lead.SYNTHETIC: "synthetic control, as the territories did not run alike before",
}


def design_title(card: DesignCard) -> str:
    """'Test 1, version 2: N01 gets to know us'."""
    return f"Test {card.number}, version {card.version}: {card.doing.name}"


def design_choice(card: DesignCard) -> str:
    """One line of the list of versions: 'Test 1, version 2: Saxony ... (worked)'."""
    told = verdict_words(card.effect).lower() if card.effect else _STANDINGS[card.standing]
    return f"{design_title(card)} ({told})"


def verdict_words(effect: Effect) -> str:
    return _VERDICTS[effect.verdict]


def changed_by(card: DesignCard) -> str:
    """
    What the campaign changed, for the headline and the receipt.

    Example: 'Worked: aided awareness changed by +16.2 pp (95 % interval +2.1 to +30.3 pp) against elsewhere'.
    """
    effect = card.effect
    if effect is None:
        return _waiting_for(card)
    if effect.verdict is Verdict.NOT_YET:
        return f"Not yet: {wave_to_come(card.plan)}"
    if effect.leading is None:
        why = f": {_IN_THE_WAY[effect.why]}" if effect.why in _IN_THE_WAY else ""
        return f"{verdict_words(effect)}{why}"
    found = effect.leading
    size = f"{measured_words(found, card.plan.level)}"
    why = f": {_IN_THE_WAY[effect.why]}" if effect.why in _IN_THE_WAY else ""
    return f"{verdict_words(effect)}: aided awareness changed by {size} against elsewhere{why}"


def wave_to_come(plan: StatedPlan) -> str:
    return f"no wave of the survey from {day(plan.after_from)} to {day(plan.after_until)} is in"


def measured_words(found: Measured, level: float) -> str:
    """'+16.2 pp (95 % interval +2.1 to +30.3 pp)'."""
    low, high = points(found.low), points(found.high)
    return f"{points(found.estimate)} ({percent(level, places=0)} interval {low} to {high})"


def _waiting_for(card: DesignCard) -> str:
    if card.standing is not DesignStanding.DRAFT:
        return _STANDINGS[card.standing].capitalize()
    missing = [
        team
        for team, at in (("sales", card.signed_sales_at), ("marketing", card.signed_marketing_at))
        if at is None
    ]
    return f"Draft: waits for {listed(missing)} to approve it"


def designs_finding(answer: DesignsAnswer, card: DesignCard) -> Finding:
    """The chosen version: its verdict first."""
    headline = f"{card.doing.name}: {_lowered(changed_by(card)).replace(': ', ', ', 1)}"
    where = listed([place.name for place in card.doing.treated])
    others = plural(len(card.doing.comparison), "other territory", "other territories")
    n = f"{plural(len(card.doing.treated), 'territory', 'territories')} against {len(card.doing.comparison)}"
    title = f"Aided awareness in {where} against {others}"
    return Finding(
        headline=headline,
        title=title,
        subtitle=f"Raw shares of each wave, {n}, {as_of(answer.stamp)}",
        alt=f"{title}. {headline}",
        findings=effect_lines(card),
        slide_title=title,
    )


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def design_lines(card: DesignCard) -> tuple[str, ...]:
    """The design card: where, when, against what, and how sure it could be."""
    doing, plan = card.doing, card.plan
    return (
        done_sentence(
            name=doing.name,
            treated=[place.name for place in doing.treated],
            compared=len(doing.comparison),
            starts_on=doing.starts_on,
            ends_on=doing.ends_on,
        ),
        *plan_lines(plan),
        f"Drafted on {day(card.drafted_at.date())} by {card.drafted_by or 'marketing'}. {approvals(card)}",
    )


def plan_lines(plan: StatedPlan) -> tuple[str, ...]:
    """What a design says before any money is spent."""
    lines = [_detectable(plan), _best_p(plan)]
    used = f"Before: wave {listed(list(plan.before), most=6)}. "
    if plan.flagged:
        used += f"Never used: {listed(list(plan.flagged), most=6)}, in which it looked weak. "
    used += f"After: waves from {day(plan.after_from)} to {day(plan.after_until)}."
    lines.append(used)
    if plan.flagged and plan.warning is WindowWarning.NOT_MIRRORED and plan.lag_before is not None:
        lines.append(
            f"The wave before lies {count(plan.lag_before)} days before the flag's wave, the wave after "
            f"{count(plan.lag_after)} days behind it: a dip that passes by itself may look like an effect."
        )
    return tuple(lines)


def _detectable(plan: StatedPlan) -> str:
    if plan.smallest_detectable is None:
        return "What this test can detect is not known: the past does not tell the noise."
    found = (
        f"We can detect {points(plan.smallest_detectable, places=0)} or more, in four of five such campaigns."
    )
    if plan.worth is not None and plan.worth < plan.smallest_detectable:
        found += (
            f" An effect of {points(plan.worth, places=0)}, which would be worth having, may well be missed."
        )
    return found


def _best_p(plan: StatedPlan) -> str:
    best = f"The best possible p is {decimal(plan.best_p, places=2)}; an effect counts from {plan.alpha:g}."
    if plan.advice is Advice.STAGGER:
        needed = plural(plan.territories_needed or 0, "territory", "territories")
        return (
            f"{best} One territory alone cannot tell: start in {needed}, one after the other, in an order "
            "that chance decides."
        )
    if plan.advice is Advice.TOO_FEW:
        return f"{best} With so few territories no test can tell; add territories to compare with."
    return best


def stagger_line(card: DesignCard) -> str | None:
    """The territories in a random order, where one alone cannot tell."""
    needed = card.plan.territories_needed
    if card.plan.advice is not Advice.STAGGER or needed is None:
        return None
    return f"In the order of the draw: {listed(list(card.doing.order(card.number)[:needed]), most=needed)}."


def approvals(card: DesignCard) -> str:
    local = " (in local mode)" if card.signed_locally else ""
    parts = [
        f"{team}: {by or 'approved'}{local}" if at else f"{team}: not yet"
        for team, by, at in (
            ("Sales", card.signed_sales_by, card.signed_sales_at),
            ("marketing", card.signed_marketing_by, card.signed_marketing_at),
        )
    ]
    return f"{', '.join(parts)}. Stands: {_STANDINGS[card.standing]}."


def effect_lines(card: DesignCard) -> tuple[str, ...]:
    """What the verdict rests on, and the trap beside it."""
    effect = card.effect
    if effect is None or effect.leading is None or effect.lead is None:
        return ()
    lines = [
        f"By {_METHODS[effect.lead]}; p {decimal(effect.leading.p, places=2)} among "
        f"{count(effect.permutations)} ways to choose the territories, each measured by its own noise."
    ]
    if effect.lead is Lead.DIFFERENCE and effect.synthetic is not None:
        second = measured_words(effect.synthetic.measured, card.plan.level)
        fit = points(effect.synthetic.pre_fit).removeprefix("+")
        lines.append(f"A mix of other territories as second opinion: {second}; it missed the past by {fit}.")
    if effect.parallel.holds is False:
        lines.append("Warning: the territories did not run alike before the flag.")
    if effect.naive is not None:
        lines.append(
            f"Compared with the wave that raised the flag it would be {points(effect.naive.estimate)}: what "
            "looked worst by chance recovers by itself, so that wave is not used."
        )
    if effect.left_out:
        names = listed([each.name for each in effect.left_out])
        lines.append(f"Left out, as nobody was asked there in every wave: {names}.")
    return tuple(lines)


def design_drafted(number: int, version: int) -> str:
    return f"Test {number}, version {version}, is drafted. It waits for both teams to approve it."


def design_approved(*, number: int, is_frozen: bool) -> str:
    if is_frozen:
        return f"Test {number} is approved by both teams and frozen. Whoever raised its flags is told."
    return f"Approved. Test {number} waits for the other team."


def designs_empty(answer: DesignsAnswer, *, may_draft: bool) -> Empty:
    """No design yet; without a survey there is nothing to measure by."""
    if not answer.can_design:
        return Empty(
            sentence="There is no campaign test yet, and nothing to measure one by.",
            next_step="A test compares territories over at least two waves of a survey: import them first.",
            path="/import",
            link="Open the Import page",
        )
    who = "draft one below" if may_draft else "marketing drafts one"
    return Empty(
        sentence="There is no campaign test yet.",
        next_step=f"Choose a flag in the Inbox and design a campaign for it, or {who} for a territory.",
        path="/inbox",
        link="Open the Inbox",
    )


def placebo_words(card: DesignCard) -> Finding:
    """The strip of placebos: what chance alone does."""
    effect = card.effect
    n = len(effect.placebos) if effect else 0
    title = "The effect among what others show by chance"
    others = plural(n, "other territory", "other territories")
    alt = f"{changed_by(card)}. {others} as if they had had the campaign."
    return Finding(headline=title, title=title, subtitle=f"Change against elsewhere, {others}", alt=alt)


def saw_words(form: DesignForm) -> str:
    """The evidence as the text that a design begins with."""
    if form.evidence is None:
        return ""
    return " ".join((evidence_headline(form.evidence), *evidence_lines(form.evidence)))


WORTH = 0.05
"""Five points, until somebody says what the campaign must bring."""


def worth_points(card: DesignCard | None) -> float:
    """What a form shows, in points."""
    worth = card.plan.worth if card else None
    return round((WORTH if worth is None else worth) * 100, 1)


def worth_share(typed: float) -> float:
    """
    Points as a share.

    Example:
        >>> worth_share(7.5)
        0.075
    """
    return round(typed / 100, 4)
