"""
Campaigns: qualified leads against their plan, and what each of them cost with its interval.

Two panels over the same rows, each with its own axis: counts from zero as bars,
costs as dots, because a cost has an interval and no natural length.
"""

from math import ceil, floor, log10

import plotly.graph_objects as go

from alignment.figures.drawing import Drawing
from alignment.figures.frame import Margins, axis_end, bare, framed, label_room
from alignment.figures.style import Medium, Style
from alignment.figures.text import quiet, safe, shortened, text_width
from alignment.metrics.campaigns import CampaignRow, CampaignsAnswer
from alignment.metrics.catalog import CATALOG, Unit
from alignment.stats import Estimate
from alignment.view import NOT_ASSIGNED
from alignment.wording import UNKNOWN, count, interval, money, not_enough, plural

_ROW = {Medium.SCREEN: 40, Medium.PHONE: 84}
_NAME = {Medium.SCREEN: 26, Medium.PHONE: 26, Medium.PROJECTOR: 18}
_MOST_ON_THE_WALL = 6
_LEFT_PANEL, _RIGHT_PANEL = (0.0, 0.58), (0.62, 1.0)
# A cost from two or three leads has an interval many times its value: its end may leave the panel.
_CLIPPED_AT = 3.0


def campaign_figure(answer: CampaignsAnswer, *, title: str, subtitle: str, style: Style) -> go.Figure:
    """
    Draw the campaigns, the largest plan first; a click on a row gives the campaign's code.

    Leads that no campaign created are in the table, not here: they have neither plan nor cost.
    """
    rows = _ordered(answer, style)
    return (_narrow if style.is_phone else _wide)(answer, rows, title, subtitle, style)


def _ordered(answer: CampaignsAnswer, style: Style) -> list[CampaignRow]:
    rows = [row for row in answer.whole if row.code != NOT_ASSIGNED]
    rows.sort(key=lambda row: (-(row.planned_qualified or 0), -row.marketing_qualified, row.code))
    return rows[:_MOST_ON_THE_WALL] if style.is_projector else rows


def _wide(
    answer: CampaignsAnswer, rows: list[CampaignRow], title: str, subtitle: str, style: Style
) -> go.Figure:
    size = style.type.small
    names = [shortened(row.name, _NAME[style.medium]) for row in rows]
    left = label_room(names, size, most=0.3 * style.width)
    right = size * 9.4
    panel = (style.width - left - right) * (_LEFT_PANEL[1] - _LEFT_PANEL[0])
    places = [_label_place(row, _longest(rows) / panel, style) for row in rows]
    widths = [text_width(_count_text(row), size) for row in rows]
    end = max(_longest(rows) * 1.02, axis_end(list(zip(places, widths, strict=True)), panel))
    drawing = Drawing()
    _add_bars(drawing, rows, style, width=0.5, down=0.0)
    _add_plans(drawing, rows, style, half=0.36, down=0.0)
    for at, row in enumerate(rows):
        drawing.note(
            name="count",
            text=_counts(row, style),
            x=places[at],
            xanchor="left",
            xshift=8,
            y=at,
            font={"size": size},
        )
    _add_costs(drawing, rows, answer.stamp.currency, style)
    _add_numbers(drawing, rows, answer.stamp.currency, right, style)
    _add_headers(drawing, style)
    _add_touch(drawing, rows, answer.stamp.currency, end)
    drawing.layout(
        barmode="overlay",
        xaxis={"domain": _LEFT_PANEL, "range": [0, end], "visible": False},
        xaxis2=_cost_axis(rows, answer.stamp.currency),
        yaxis={
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": list(range(len(rows))),
            "ticktext": [safe(name) + "  " for name in names],
            "tickfont": {"size": size, "color": style.palette.ink},
            "ticks": "",
            "linecolor": style.palette.ground,
        },
    )
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(left=left, right=right, top=size * 1.5, bottom=size * 1.6),
        height=None if style.is_projector else _ROW[style.medium] * max(1, len(rows)),
    )


def _narrow(
    answer: CampaignsAnswer, rows: list[CampaignRow], title: str, subtitle: str, style: Style
) -> go.Figure:
    currency = answer.stamp.currency
    drawing = Drawing()
    _add_bars(drawing, rows, style, width=0.2, down=0.0)
    _add_plans(drawing, rows, style, half=0.14, down=0.0)
    for at, row in enumerate(rows):
        cost = row.cost_per_qualified_lead
        each = f"{money(cost.value, currency)} each" if isinstance(cost, Estimate) else safe(cost.reason)
        for y, x, anchor, text, color in (
            (at - 0.28, 0, "left", safe(shortened(row.name, _NAME[style.medium])), style.palette.ink),
            (at - 0.28, 1, "right", f"<b>{_count_text(row)}</b>", style.palette.ink),
            (at + 0.28, 0, "left", f"{each} · {plural(row.leads, 'lead')}", style.palette.muted),
        ):
            drawing.note(
                name="row",
                text=text,
                x=x,
                xref="paper",
                xanchor=anchor,
                y=y,
                font={"size": style.type.small, "color": color},
            )
    _add_touch(drawing, rows, currency, _longest(rows))
    drawing.x_axis(visible=False, range=[0, _longest(rows) * 1.01])
    drawing.y_axis(visible=False, range=[len(rows) - 0.5, -0.5])
    drawing.layout(barmode="overlay")
    return framed(
        drawing,
        title=title,
        subtitle=subtitle,
        style=style,
        margins=Margins(top=4, bottom=4),
        height=_ROW[style.medium] * max(1, len(rows)),
    )


def _longest(rows: list[CampaignRow]) -> float:
    lengths = [max(row.marketing_qualified, row.planned_qualified or 0) for row in rows]
    return float(max(lengths, default=0) or 1)


def _count_text(row: CampaignRow) -> str:
    planned = f" of {count(row.planned_qualified)}" if row.planned_qualified is not None else ""
    return f"{count(row.marketing_qualified)}{planned}" + (", running" if row.running else "")


def _counts(row: CampaignRow, style: Style) -> str:
    number = count(row.marketing_qualified)
    return f"<b>{number}</b>{quiet(_count_text(row).removeprefix(number), style)}"


def _label_place(row: CampaignRow, per_px: float, style: Style) -> float:
    """Behind the bar; behind the plan's mark where that would run through the count."""
    plan = row.planned_qualified or 0
    reach = row.marketing_qualified + (text_width(_count_text(row), style.type.small) + 16) * per_px
    is_in_the_way = row.marketing_qualified - 8 * per_px <= plan < reach
    return max(plan, row.marketing_qualified) if is_in_the_way else row.marketing_qualified


def _add_bars(drawing: Drawing, rows: list[CampaignRow], style: Style, *, width: float, down: float) -> None:
    drawing.bar(
        name="qualified",
        orientation="h",
        x=[row.marketing_qualified for row in rows],
        y=[at + down for at in range(len(rows))],
        width=width,
        marker={"color": style.palette.actual, "line": {"width": 0}},
        hoverinfo="skip",
    )


def _add_plans(drawing: Drawing, rows: list[CampaignRow], style: Style, *, half: float, down: float) -> None:
    for at, row in enumerate(rows):
        if row.planned_qualified is None:
            continue
        for color, width in ((style.palette.ground, 7), (style.palette.ink, 3)):
            drawing.shape(
                name="plan",
                type="line",
                x0=row.planned_qualified,
                x1=row.planned_qualified,
                y0=at + down - half,
                y1=at + down + half,
                line={"color": color, "width": width},
            )


def _add_costs(drawing: Drawing, rows: list[CampaignRow], currency: str, style: Style) -> None:
    known = [
        (at, row.cost_per_qualified_lead)
        for at, row in enumerate(rows)
        if isinstance(row.cost_per_qualified_lead, Estimate)
    ]
    drawing.scatter(
        name="cost",
        mode="markers",
        xaxis="x2",
        x=[cost.value for _, cost in known],
        y=[at for at, _ in known],
        marker={"color": style.palette.actual, "size": style.mark},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [cost.high - cost.value for _, cost in known],
            "arrayminus": [cost.value - cost.low for _, cost in known],
            "color": style.palette.actual,
            "thickness": style.line_width,
            "width": 0,
        },
        hoverinfo="skip",
    )
    for at, row in enumerate(rows):
        cost = row.cost_per_qualified_lead
        if not isinstance(cost, Estimate) and not style.is_projector:
            drawing.note(
                name="no cost",
                text=quiet(safe(cost.reason), style),
                x=_RIGHT_PANEL[0],
                xref="paper",
                xanchor="left",
                y=at,
            )


def _cost_axis(rows: list[CampaignRow], currency: str) -> dict[str, object]:
    """
    Logarithmic: campaigns cost from tens to thousands each, and twice as much is twice as much everywhere.

    Ticks are 1, 2 and 5 times powers of ten, thinned to four.
    """
    costs = [row.cost_per_qualified_lead for row in rows if isinstance(row.cost_per_qualified_lead, Estimate)]
    positive = [cost for cost in costs if cost.value > 0]
    low = min((cost.low for cost in positive), default=10_00.0) / 1.3
    high = max((min(cost.high, _CLIPPED_AT * cost.value) for cost in positive), default=1_000_00.0) * 1.3
    steps = [
        times * 10.0**power
        for power in range(floor(log10(low)), ceil(log10(high)) + 1)
        for times in (1, 2, 5)
    ]
    inside = [step for step in steps if low <= step <= high]
    shown = inside[:: ceil(len(inside) / 4) or 1]
    return {
        "type": "log",
        "domain": _RIGHT_PANEL,
        "anchor": "y",
        "range": [log10(low), log10(high)],
        "tickvals": shown,
        "ticktext": [bare(money(step, currency, compact=True)) for step in shown],
        "showgrid": True,
        "ticks": "",
        "tickangle": 0,
    }


def _add_numbers(
    drawing: Drawing, rows: list[CampaignRow], currency: str, right: float, style: Style
) -> None:
    """Two right-aligned columns: the cost of each, and how many leads stand behind the row."""
    columns = {
        "each": [_cost_text(row, currency) for row in rows],
        "leads": [quiet(count(row.leads), style) for row in rows],
    }
    for column, (header, texts) in enumerate(columns.items(), start=1):
        place = {"x": 1, "xref": "paper", "xanchor": "right", "xshift": right * (0.58, 1)[column - 1]}
        drawing.note(
            **place,
            name="header",
            text=header if column == 1 else "n leads",
            y=-0.5,
            yanchor="bottom",
            font={"size": style.type.small, "color": style.palette.muted},
        )
        for at, text in enumerate(texts):
            drawing.note(**place, name=header, text=text, y=at, font={"size": style.type.small})


def _cost_text(row: CampaignRow, currency: str) -> str:
    cost = row.cost_per_qualified_lead
    return f"<b>{money(cost.value, currency, compact=True)}</b>" if isinstance(cost, Estimate) else UNKNOWN


def _add_headers(drawing: Drawing, style: Style) -> None:
    for start, text in (
        (_LEFT_PANEL[0], "Qualified leads, line: planned"),
        (_RIGHT_PANEL[0], "Cost of each, 95 % interval"),
    ):
        drawing.note(
            name="header",
            text=text,
            x=start,
            xref="paper",
            xanchor="left",
            y=-0.5,
            yanchor="bottom",
            font={"size": style.type.small, "color": style.palette.muted},
        )


def _add_touch(drawing: Drawing, rows: list[CampaignRow], currency: str, end: float) -> None:
    """An unseen bar over each row: a short bar is no target for a finger."""
    drawing.bar(
        name="touch",
        orientation="h",
        x=[end] * len(rows),
        y=list(range(len(rows))),
        width=0.98,
        opacity=0,
        customdata=[row.code for row in rows],
        hovertext=[_hover(row, currency) for row in rows],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
    )


def _hover(row: CampaignRow, currency: str) -> str:
    cost = row.cost_per_qualified_lead
    lines = [
        f"<b>{safe(row.name)}</b>",
        f"qualified leads {_count_text(row)}, of {plural(row.leads, 'lead')}",
    ]
    if row.open_leads:
        lines.append(f"still open: {count(row.open_leads)}")
    if isinstance(cost, Estimate):
        label = CATALOG["cost_per_qualified_lead"].label
        lines.append(f"{label} {money(cost.value, currency)} ({interval(cost, Unit.MONEY, currency)})")
    else:
        lines.append(safe(not_enough(cost)))
    if row.spend_minor is not None:
        planned = f" of {money(row.planned_spend_minor, currency)} planned" if row.planned_spend_minor else ""
        lines.append(f"spend {money(row.spend_minor, currency)}{planned}")
    return "<br>".join(lines)
