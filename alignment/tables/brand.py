"""What people know of the brand, and what reps see in the field."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import (
    Entity,
    Observation,
    Table,
    key,
    moment,
    one_living_origin,
    reference,
    words,
)
from alignment.vocabulary import FlagKind, FlagState, FlagStep


class SurveyWave(Entity, Table, table=True):
    """
    One wave of the awareness survey.

    `interviews_needed` is the smallest equal number of further interviews in the
    candidate territories after which the weakest would be known (method M04);
    null with `needed_computed` means more than the search limit.
    """

    __tablename__ = "survey_wave"

    id: int | None = key()
    code: str = Field(unique=True)
    start_on: date
    end_on: date
    interviews_needed: int | None = None
    needed_computed: bool = False


class SurveyCell(Observation, Table, table=True):
    """
    The answers of one wave in one territory.

    `asked` and `yes` are raw counts. Weighted surveys fill the three sums of
    weights; null sums mean that every weight is 1. `considering` are those of the
    aware who would consider the brand, and `sum_wc` their weights; null where the
    wave did not ask.
    """

    __tablename__ = "survey_cell"
    __table_args__ = (
        sa.CheckConstraint("yes >= 0 AND yes <= asked", name="yes_within_asked"),
        sa.CheckConstraint("considering >= 0 AND considering <= yes", name="considering_within_yes"),
        one_living_origin("survey_cell"),
        sa.Index("ix_survey_cell_wave", "wave_id"),
    )

    id: int | None = key()
    wave_id: int = reference("survey_wave.id")
    territory_id: int | None = reference("territory.id", default=None)
    asked: int
    yes: int
    sum_w: float | None = None
    sum_w2: float | None = None
    sum_wy: float | None = None
    considering: int | None = None
    sum_wc: float | None = None


class Flag(Observation, Table, table=True):
    """A rep saw something in `seen` of `conversations` conversations."""

    __table_args__ = (one_living_origin("flag"), sa.Index("ix_flag_territory_day", "territory_id", "day"))

    id: int | None = key()
    territory_id: int | None = reference("territory.id", default=None)
    kind: FlagKind = words(FlagKind, "kind")
    seen: int | None = None
    conversations: int | None = None
    product_id: int | None = reference("product.id", default=None)
    note_id: int | None = reference("note.id", default=None)
    person_id: int | None = reference("person.id", default=None)
    state: FlagState = words(FlagState, "state", default=FlagState.OPEN)


class FlagEvent(Table, table=True):
    """
    What followed a flag: seen by others too, taken on, answered, closed, the receipt read. Only ever added.

    `source` and `origin` name the flag, not its row: a corrected file ends the row
    and appends another, and what was answered stays answered. Where a flag stands
    follows from its steps, so it can be told for any moment.

    `seen` of `conversations` belong to `seen_too`; they count unless they were
    `same_conversations` as the flag's own. `owner_id` and `promised_on` belong to
    `triaged`. An answer has three notes: what we saw, what we did, and why
    (`note_id`). `day` is the epoch day of the business day.

    `design_id`: the answer is a campaign test that both teams approved, or (`read`)
    the verdict of that test was read.
    """

    __tablename__ = "flag_event"
    __table_args__ = (
        sa.CheckConstraint(
            "seen IS NULL OR conversations IS NULL OR (seen >= 0 AND seen <= conversations)",
            name="seen_within_conversations",
        ),
        sa.Index("ix_flag_event_source_origin", "source", "origin"),
    )

    id: int | None = key()
    source: str = Field(max_length=64)
    origin: str = Field(max_length=200)
    step: FlagStep = words(FlagStep, "step")
    at: datetime = moment()
    day: int
    person_id: int | None = reference("person.id", default=None)
    seen: int | None = None
    conversations: int | None = None
    same_conversations: bool = False
    owner_id: int | None = reference("person.id", default=None)
    promised_on: date | None = None
    product_id: int | None = reference("product.id", default=None)
    note_id: int | None = reference("note.id", default=None)
    saw_note_id: int | None = reference("note.id", default=None)
    did_note_id: int | None = reference("note.id", default=None)
    photo_id: int | None = reference("photo.id", default=None)
    design_id: int | None = reference("campaign_design.id", default=None)
