"""What did each campaign cost, whom did it bring, and what was planned? For both teams."""

from alignment import insights
from alignment.access import Permission
from alignment.exports import frames
from alignment.figures.campaigns import campaign_figure
from alignment.ui import facts, loaders, parts, session, shown

actor = session.require(Permission.NUMBERS_READ)

with shown.errors():
    answer = loaders.load_campaigns()
    if not answer.whole:
        has_any = bool(facts.choices().campaigns)
        parts.nothing(insights.campaigns_empty(answer, session.view(), has_any=has_any))
    finding = insights.campaigns_finding(answer)
    parts.page(
        finding,
        stamp=answer.stamp,
        numbers=answer.numbers,
        figure=campaign_figure(answer, title=finding.title, subtitle=finding.subtitle, style=shown.style()),
        key="campaigns",
        table=frames.campaigns_table(answer),
        name="campaigns",
    )
