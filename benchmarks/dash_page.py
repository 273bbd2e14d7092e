"""
The Funnel page in plotly Dash, as a peer: the same answer from the same cubes, the same figure.

Strip, chart and table of the split by territory, and one filter. Started by
`benchmarks.filters`; Dash is a requirement of the benchmarks alone.
"""

import os
import sys

from dash import Dash, Input, Output, dash_table, dcc, html

from alignment import answers, insights, wording
from alignment.db import Database
from alignment.exports import frames
from alignment.figures.funnel import funnel_figure
from alignment.figures.style import Medium, Style
from alignment.metrics.strips import funnel_numbers
from alignment.periods import from_epoch_day, last_full_weeks
from alignment.view import Split, View
from benchmarks.companies import LAST_DAY, TERRITORIES
from benchmarks.screens import SEES

CODES = [f"T{number:03d}" for number in range(1, TERRITORIES + 1)]


def page(url: str) -> Dash:
    database, today = Database(url), from_epoch_day(LAST_DAY + 1)
    app = Dash(__name__, serve_locally=True)
    app.layout = html.Div(
        [
            dcc.Dropdown(CODES, [], id="territory", multi=True),
            html.Div(id="strip"),
            dcc.Graph(id="chart", className="js-chart"),
            html.Div(id="table"),
        ]
    )

    @app.callback(
        Output("strip", "children"),
        Output("chart", "figure"),
        Output("table", "children"),
        Input("territory", "value"),
    )
    def change(chosen: list[str]) -> tuple[object, object, object]:
        view = View(period=last_full_weeks(today), at=today, territories=tuple(chosen or ()))
        with database.reading() as session:
            answer = answers.funnel(session, SEES, view)
        finding = insights.funnel_finding(answer)
        currency = answer.stamp.currency
        strip = [
            html.P(f"{each.metric.label} {wording.number_value(each, currency)}")
            for each in funnel_numbers(answer)
        ]
        figure = funnel_figure(
            answer, title=finding.title, subtitle=finding.subtitle, style=Style(medium=Medium.SCREEN)
        )
        table = frames.funnel_split(answer, Split.TERRITORY).astype(str)
        rows = dash_table.DataTable(table.to_dict("records"), page_size=20)
        return strip, figure, rows

    return app


if __name__ == "__main__":
    page(os.environ["ALIGN_DATABASE_URL"]).run(host="127.0.0.1", port=int(sys.argv[1]), debug=False)
