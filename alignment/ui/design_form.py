"""The form of a campaign test: what is done, where, against what, and what such a test could tell."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from alignment import insights
from alignment.actions import designs
from alignment.metrics.design_screen import DesignForm, begun
from alignment.metrics.designs import DesignCard
from alignment.ui import kept, loaders, parts, session, shown
from alignment.ui.text import md_escape

FIELDS = ("campaign", "treated", "comparison", "worth", "saw", "why", "seen_version")


@dataclass(frozen=True, kw_only=True)
class _Fields:
    """The widgets of one form, kept as they are typed; each campaign has its own name and days."""

    key: str
    form: DesignForm
    card: DesignCard | None

    @property
    def names(self) -> tuple[str, ...]:
        """Every field there may be."""
        codes = [None, *(campaign.code for campaign in self.form.campaigns)]
        return (*FIELDS, *(f"{code}_{part}" for code in codes for part in ("name", "days")))

    def restored(self) -> dict[str, Any]:
        """What stands in the form: as it was typed, else as the card or the proposal has it."""
        form, card = self.form, self.card
        treated, comparison = form.treated, form.comparison
        if card is not None:
            places = card.doing.treated, card.doing.comparison
            treated, comparison = (tuple(place.code for place in of) for of in places)
        defaults: dict[str, Any] = {
            "campaign": card.doing.campaign if card else form.campaign,
            "treated": treated,
            "comparison": comparison,
            "worth": insights.worth_points(card),
            "saw": (card.saw if card else insights.saw_words(form)) or "",
            "why": (card.why if card else None) or "",
            "seen_version": card.newest if card else 0,
        }
        today = session.company().today
        for code in (None, *(campaign.code for campaign in form.campaigns)):
            first = begun(form.campaign_of(code), card, today)
            defaults |= {f"{code}_name": first.name, f"{code}_days": [first.starts_on, first.ends_on]}
        values = kept.restore(self.key, defaults)
        st.session_state[kept.key(self.key, "seen_version")] = values["seen_version"]
        return values

    def renew_seen(self) -> None:
        """From now on the form follows the newest version; what was typed stays."""
        st.session_state[kept.key(self.key, "seen_version")] = self.card.newest if self.card else 0
        kept.keep(self.key, self.names)

    def _widget(self, name: str) -> dict[str, Any]:
        return {"key": kept.key(self.key, name), "on_change": partial(kept.keep, self.key, self.names)}

    def campaign(self, chosen: str | None) -> str | None:
        names = {campaign.code: campaign.name for campaign in self.form.campaigns}
        options = [None, *names]
        found: str | None = st.selectbox(
            "Campaign",
            options,
            index=options.index(chosen) if chosen in options else 0,
            format_func=lambda code: names.get(code, "not planned yet"),
            **self._widget("campaign"),
        )
        return found

    def places(self, treated: list[str], comparison: list[str]) -> tuple[list[str], list[str]]:
        names = {place.code: place.name for place in self.form.places}

        def pick(name: str, label: str, codes: list[str], chosen: list[str], help: str | None) -> list[str]:
            found: list[str] = st.multiselect(
                label,
                codes,
                default=[code for code in chosen if code in codes],
                format_func=names.__getitem__,
                help=help,
                **self._widget(name),
            )
            return found

        where = pick("treated", "With the campaign", list(names), treated, None)
        others = [code for code in names if code not in where]
        help = "Territories that were asked and get no campaign of their own."
        return where, pick("comparison", "Compared with", others, comparison, help)

    def read(self) -> designs.DesignFields:
        """
        Raises:
            Invalid: Only one of the two days was chosen.
        """
        values = self.restored()
        campaign = self.campaign(values["campaign"])
        name, days = self._name_and_days(campaign, values)
        where, against = self.places(values["treated"], values["comparison"])
        worth = st.number_input(
            "Smallest effect worth having, points",
            min_value=0.5,
            max_value=50.0,
            value=float(values["worth"]),
            step=0.5,
            **self._widget("worth"),
        )
        saw = st.text_area("What we saw", values["saw"], **self._widget("saw"))
        why = st.text_area("Why this campaign", values["why"], **self._widget("why"))
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

    def _name_and_days(self, campaign: str | None, values: dict[str, Any]) -> tuple[str, Any]:
        name = st.text_input(
            "What it is called", values[f"{campaign}_name"], **self._widget(f"{campaign}_name")
        )
        days: Any = [date.fromisoformat(day) for day in values[f"{campaign}_days"]]
        return name, st.date_input("From and to", days, **self._widget(f"{campaign}_days"))


def show_form(form: DesignForm, card: DesignCard | None = None, *, taken: DesignCard | None = None) -> None:
    """A first version, or with `card` the one that follows it; `taken` is the test the flag has already."""
    about = card.number if card else "_".join([*map(str, form.flag_ids[:1]), *form.treated])
    key = f"design_{'after' if card else 'new'}_{about}"
    fields = _Fields(key=key, form=form, card=card)
    if kept.confirmed(key, drafted_sentence, fields.names):
        return
    if taken is not None:
        st.markdown(f"{md_escape(insights.design_title(taken))} answers this flag.")
        return
    with parts.told():
        values = fields.read()
        seen_version = st.session_state[kept.key(key, "seen_version")]
        plan = loaders.load_design_preview(
            treated=values.treated,
            comparison=values.comparison,
            starts_on=values.starts_on,
            ends_on=values.ends_on,
            worth=values.worth,
            flag_ids=card.flag_ids if card else form.flag_ids,
        )
        shown.show_findings(insights.plan_lines(plan))
        if st.button("Draft the test", key=key, type="primary"):
            try:
                _send(fields, values, seen_version)
            except designs.StaleDesign as stale:
                st.warning(md_escape(str(stale)))
                st.button("I have read it: draft mine as the version after it", key=f"{key}_renew",
                          on_click=fields.renew_seen)  # fmt: skip
            else:
                st.rerun()


def drafted_sentence(done: dict[str, Any]) -> str:
    return insights.design_drafted(done["number"], done["version"])


def _send(fields: _Fields, values: designs.DesignFields, seen_version: int) -> None:
    actor, card = session.actor(), fields.card
    with kept.sending(fields.key, fields.names) as (db, command_id):
        if card is None:
            flag_ids = fields.form.flag_ids
            designs.draft_design(db, actor, fields=values, flag_ids=flag_ids, command_id=command_id)
            return
        designs.revise_design(
            db,
            actor,
            design_id=card.design_id,
            seen_version=seen_version,
            fields=values,
            command_id=command_id,
        )
