"""The form of a campaign test: what is done, where, against what, and what such a test could tell."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from alignment import insights
from alignment.actions import designs
from alignment.metrics.design_screen import Begun, DesignForm, begun
from alignment.metrics.designs import DesignCard
from alignment.ui import commands, loaders, parts, session, shown


@dataclass(frozen=True, kw_only=True)
class _Fields:
    """The widgets of one form; each campaign has its own name and days."""

    key: str
    form: DesignForm
    card: DesignCard | None

    def campaign(self) -> str | None:
        names = {campaign.code: campaign.name for campaign in self.form.campaigns}
        options = [None, *names]
        proposed = self.card.doing.campaign if self.card else self.form.campaign
        chosen: str | None = st.selectbox(
            "Campaign",
            options,
            index=options.index(proposed) if proposed in options else 0,
            format_func=lambda code: names.get(code, "not planned yet"),
            key=f"{self.key}_campaign",
        )
        return chosen

    def places(self, treated: tuple[str, ...], comparison: tuple[str, ...]) -> tuple[list[str], list[str]]:
        names = {place.code: place.name for place in self.form.places}

        def pick(label: str, codes: list[str], chosen: tuple[str, ...], help: str | None = None) -> list[str]:
            default = [code for code in chosen if code in codes]
            found: list[str] = st.multiselect(
                label,
                codes,
                default=default,
                format_func=names.__getitem__,
                key=f"{self.key}_{label}",
                help=help,
            )
            return found

        where = pick("With the campaign", list(names), treated)
        others = [code for code in names if code not in where]
        help = "Territories that were asked and get no campaign of their own."
        return where, pick("Compared with", others, comparison, help)

    def read(self) -> designs.DesignFields:
        """
        Raises:
            Invalid: Only one of the two days was chosen.
        """
        campaign = self.campaign()
        first = begun(self.form.campaign_of(campaign), self.card, session.company().today)
        name, days = self._name_and_days(campaign, first)
        if self.card is None:
            where, against = self.places(self.form.treated, self.form.comparison)
        else:
            doing = self.card.doing
            where, against = self.places(
                *(tuple(p.code for p in of) for of in (doing.treated, doing.comparison))
            )
        worth = st.number_input(
            "Smallest effect worth having, points",
            min_value=0.5,
            max_value=50.0,
            value=insights.worth_points(self.card),
            step=0.5,
            key=f"{self.key}_worth",
        )
        written = (self.card.saw, self.card.why) if self.card else (insights.saw_words(self.form), None)
        saw = st.text_area("What we saw", written[0] or "", key=f"{self.key}_saw")
        why = st.text_area("Why this campaign", written[1] or "", key=f"{self.key}_why")
        starts_on, ends_on = parts.both_days(days)
        return designs.DesignFields(
            name=name,
            campaign=campaign,
            treated=tuple(where),
            comparison=tuple(against),
            starts_on=starts_on,
            ends_on=ends_on,
            saw=saw,
            why=why,
            worth=insights.worth_share(worth),
        )

    def _name_and_days(self, campaign: str | None, first: Begun) -> tuple[str, Any]:
        name = st.text_input("What it is called", first.name, key=f"{self.key}_{campaign}_name")
        days = st.date_input(
            "From and to", (first.starts_on, first.ends_on), key=f"{self.key}_{campaign}_days"
        )
        return name, days


def show_form(form: DesignForm, card: DesignCard | None = None) -> None:
    """A first version, or with `card` the one that follows it."""
    about = card.design_id if card else "_".join([*map(str, form.flag_ids[:1]), *form.treated])
    key = f"design_{'after' if card else 'new'}_{about}"
    if commands.show_confirmation(key):
        return
    with parts.told():
        fields = _Fields(key=key, form=form, card=card).read()
        seen_version = parts.seen(key, card.newest) if card else 0
        plan = loaders.load_design_preview(
            treated=fields.treated,
            comparison=fields.comparison,
            starts_on=fields.starts_on,
            ends_on=fields.ends_on,
            worth=fields.worth,
            flag_ids=card.flag_ids if card else form.flag_ids,
        )
        shown.show_findings(insights.plan_lines(plan))
        if st.button("Draft the test", key=key, type="primary"):
            saved = _send(fields, form, card, seen_version, commands.command_id(key))
            parts.renew_seen(key)
            commands.confirm(key, insights.design_drafted(saved.number, saved.version))


def _send(
    fields: designs.DesignFields, form: DesignForm, card: DesignCard | None, seen_version: int, command: str
) -> designs.DesignSaved:
    actor = session.actor()
    with session.writing() as db:
        if card is None:
            return designs.draft_design(db, actor, fields=fields, flag_ids=form.flag_ids, command_id=command)
        return designs.revise_design(
            db,
            actor,
            design_id=card.design_id,
            seen_version=seen_version,
            fields=fields,
            command_id=command,
        )
