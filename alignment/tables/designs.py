"""Campaign tests: what was agreed before a campaign, and which flags asked for it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Table, key, moment, reference, words
from alignment.vocabulary import DesignOutcome, DesignWaveUse


class CampaignDesign(Table, table=True):
    """
    One version of the design of a campaign test. Appended; only signatures and the withdrawal are filled in
    later, once.

    `number` is shared by the versions of one design. The plan, with what it can
    detect, is stated when the version is drafted, so that both teams sign what they
    read; with both signatures it is frozen. `after_from` and `after_until` bound
    the days whose waves tell the effect: those waves are still to come.
    `lag_before` and `lag_after` are days between the flag's wave and the middle of
    each window; `worth` is the smallest effect worth having. `territories_needed`
    is null where no number of territories could reach `alpha`.
    """

    __tablename__ = "campaign_design"
    __table_args__ = (
        sa.UniqueConstraint("number", "version"),
        sa.CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        sa.CheckConstraint("after_from <= after_until", name="after_has_days"),
    )

    id: int | None = key()
    number: int
    version: int
    supersedes_id: int | None = reference("campaign_design.id", default=None)
    name: str
    campaign_id: int | None = reference("campaign.id", default=None)
    outcome: DesignOutcome = words(DesignOutcome, "outcome")
    starts_on: date
    ends_on: date
    after_from: date
    after_until: date
    lag_before: float | None = None
    lag_after: float
    alpha: float
    level: float
    worth: float | None = None
    smallest_detectable: float | None = None
    best_p: float
    territories_needed: int | None = None
    saw_note_id: int | None = reference("note.id", default=None)
    why_note_id: int | None = reference("note.id", default=None)
    day: int
    drafted_at: datetime = moment()
    drafted_by_id: int | None = reference("person.id", default=None)
    signed_sales_by_id: int | None = reference("person.id", default=None)
    signed_sales_at: datetime | None = moment(default=None)
    signed_marketing_by_id: int | None = reference("person.id", default=None)
    signed_marketing_at: datetime | None = moment(default=None)
    signed_locally: bool = False
    withdrawn_by_id: int | None = reference("person.id", default=None)
    withdrawn_at: datetime | None = moment(default=None)


class CampaignDesignTerritory(Table, table=True):
    """A territory of a design: with the campaign, or compared with."""

    __tablename__ = "campaign_design_territory"

    design_id: int = reference("campaign_design.id", primary_key=True)
    territory_id: int = reference("territory.id", primary_key=True)
    is_treated: bool


class CampaignDesignWave(Table, table=True):
    """
    A wave that the design names by its code: it is in before the campaign, or it raised the question.

    The code and not the row: a survey that is taken back and imported again is the same wave.
    """

    __tablename__ = "campaign_design_wave"

    design_id: int = reference("campaign_design.id", primary_key=True)
    wave: str = Field(primary_key=True)
    used_as: DesignWaveUse = words(DesignWaveUse, "used_as")


class CampaignDesignFlag(Table, table=True):
    """A flag that the design answers, named like in `flag_event`: not its row."""

    __tablename__ = "campaign_design_flag"
    __table_args__ = (sa.Index("ix_campaign_design_flag_source_origin", "source", "origin"),)

    design_id: int = reference("campaign_design.id", primary_key=True)
    source: str = Field(max_length=64, primary_key=True)
    origin: str = Field(max_length=200, primary_key=True)
