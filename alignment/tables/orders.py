"""What outlets order and get, what is offered there, and what lies in their store."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from alignment.tables.base import Entity, Observation, Table, big, key, one_living_origin, reference, words
from alignment.vocabulary import TouchKind


class TradeOrder(Entity, Table, table=True):
    """An order by its number; what it holds stands in its lines."""

    __tablename__ = "trade_order"
    __table_args__ = (sa.UniqueConstraint("source", "external_id"),)

    id: int | None = key()
    source: str = Field(max_length=64)
    external_id: str = Field(max_length=128)


class OrderLine(Observation, Table, table=True):
    """
    A line of an order, of the day on which it was placed.

    `quantity_micros` are millionths of the product's unit; `promised_day` is the
    last epoch day on which it was to arrive, null where none was promised. `way` says how the
    order came; null means that the file does not say.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        one_living_origin("order_line"),
        sa.Index("ix_order_line_order", "order_id"),
        sa.Index("ix_order_line_outlet_day", "outlet_id", "day"),
        sa.Index("ix_order_line_promised", "promised_day"),
    )

    id: int | None = key()
    order_id: int = reference("trade_order.id")
    line: str | None = Field(default=None, max_length=128)
    outlet_id: int = reference("outlet.id")
    product_id: int | None = reference("product.id", default=None)
    promised_day: int | None = None
    way: TouchKind | None = words(TouchKind, "way", nullable=True, default=None)
    quantity_micros: int = big()
    amount_minor: int | None = big(default=None)
    currency: str | None = Field(default=None, max_length=3)
    company_minor: int | None = big(default=None)
    cancelled: bool = False


class Delivery(Observation, Table, table=True):
    """What arrived of an order's line on a day; a line may come in several deliveries."""

    __table_args__ = (
        one_living_origin("delivery"),
        sa.Index("ix_delivery_order_day", "order_id", "day"),
    )

    id: int | None = key()
    order_id: int = reference("trade_order.id")
    line: str | None = Field(default=None, max_length=128)
    note: str | None = Field(default=None, max_length=128)
    product_id: int | None = reference("product.id", default=None)
    quantity_micros: int = big()


class Promotion(Observation, Table, table=True):
    """
    An offer from its day on; up to `until`, included, or still.

    It runs in an outlet or in a territory; in all of them only where the file names
    neither, so that one of a territory that is not known yet runs nowhere. No product:
    for all. `discount_micros` are millionths of the price.
    """

    __table_args__ = (
        one_living_origin("promotion"),
        sa.Index("ix_promotion_day", "day"),
    )

    id: int | None = key()
    code: str | None = Field(default=None, max_length=128)
    outlet_id: int | None = reference("outlet.id", default=None)
    territory_id: int | None = reference("territory.id", default=None)
    product_id: int | None = reference("product.id", default=None)
    everywhere: bool = False
    until: date | None = None
    discount_micros: int | None = Field(default=None)
    mechanic: str | None = None


class Inventory(Observation, Table, table=True):
    """What of a product an outlet had in store on a day, in millionths of its unit."""

    __table_args__ = (
        one_living_origin("inventory"),
        sa.Index("ix_inventory_outlet_day", "outlet_id", "day"),
    )

    id: int | None = key()
    outlet_id: int = reference("outlet.id")
    product_id: int | None = reference("product.id", default=None)
    quantity_micros: int = big()
