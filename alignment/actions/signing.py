"""Signatures of both teams on one version of something that needs both."""

from datetime import datetime
from typing import Protocol

from alignment.access import SIGNS_FOR, Actor
from alignment.vocabulary import Team


class Signable(Protocol):
    """A version with a place for each team's signature."""

    signed_sales_by_id: int | None
    signed_sales_at: datetime | None
    signed_marketing_by_id: int | None
    signed_marketing_at: datetime | None
    signed_locally: bool


def put_signature(version: Signable, actor: Actor, at: datetime) -> None:
    """The actor signs for their team."""
    if SIGNS_FOR[actor.role] is Team.SALES:
        version.signed_sales_by_id, version.signed_sales_at = actor.person_id, at
    else:
        version.signed_marketing_by_id, version.signed_marketing_at = actor.person_id, at
    version.signed_locally = version.signed_locally or actor.is_local


def is_signed(version: Signable, team: Team) -> bool:
    at = version.signed_sales_at if team is Team.SALES else version.signed_marketing_at
    return at is not None
