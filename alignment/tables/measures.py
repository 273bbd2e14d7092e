"""Numbers that a territory or the whole market shows by day; what outlets carry, sell and show."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Observation, Table, big, key, one_living_origin, reference


class Measure(Observation, Table, table=True):
    """
    One number of one day: conversions, revenue, a price index. No territory: the whole market.

    `amount_micros` are millionths, so that sums are exact and the same on both
    databases; what rounding left over is on the receipt of the batch.
    """

    __table_args__ = (
        one_living_origin("measure"),
        sa.Index("ix_measure_name_day", "name", "day"),
    )

    id: int | None = key()
    name: str = Field(max_length=64)
    territory_id: int | None = reference("territory.id", default=None)
    amount_micros: int = big()


class Outlet(Entity, Table, table=True):
    """
    A shop, restaurant or other place where the product is sold to those who use it.

    `closed_day` is the first epoch day on which it is closed for good.
    """

    __table_args__ = (sa.UniqueConstraint("source", "external_id"),)

    id: int | None = key()
    source: str = Field(max_length=64)
    external_id: str = Field(max_length=128)
    name: str | None = None
    territory_id: int | None = reference("territory.id", default=None)
    segment_id: int | None = reference("segment.id", default=None)
    channel_id: int | None = reference("channel.id", default=None)
    closed_day: int | None = None


class OutletSale(Observation, Table, table=True):
    """
    What an outlet sold of a product, as its till or its weekly report says.

    `units_micros` are millionths of a unit (weighed goods); `company_minor` is the
    amount in the company's currency at the day's rate, null without one.
    """

    __tablename__ = "outlet_sale"
    __table_args__ = (
        one_living_origin("outlet_sale"),
        sa.Index("ix_outlet_sale_outlet_day", "outlet_id", "day"),
        sa.Index("ix_outlet_sale_product_day", "product_id", "day"),
    )

    id: int | None = key()
    outlet_id: int = reference("outlet.id")
    product_id: int | None = reference("product.id", default=None)
    units_micros: int | None = big(default=None)
    amount_minor: int | None = big(default=None)
    currency: str | None = Field(default=None, max_length=3)
    company_minor: int | None = big(default=None)


class Listing(Observation, Table, table=True):
    """An outlet carries a product from its day on; up to `until`, included, or still."""

    __table_args__ = (
        one_living_origin("listing"),
        sa.Index("ix_listing_outlet_day", "outlet_id", "day"),
        sa.Index("ix_listing_product_day", "product_id", "day"),
    )

    id: int | None = key()
    outlet_id: int = reference("outlet.id")
    product_id: int | None = reference("product.id", default=None)
    until: date | None = None


class Visit(Observation, Table, table=True):
    """
    What was seen of a product in an outlet. Null means that nobody looked, not that it was missing.

    Who visited is not stored: what is measured here is the shelf.
    """

    __table_args__ = (
        one_living_origin("visit"),
        sa.Index("ix_visit_outlet_day", "outlet_id", "day"),
        sa.Index("ix_visit_product_day", "product_id", "day"),
    )

    id: int | None = key()
    outlet_id: int = reference("outlet.id")
    product_id: int | None = reference("product.id", default=None)
    in_stock: bool | None = None
    pos_material: bool | None = None
    facings: int | None = None
