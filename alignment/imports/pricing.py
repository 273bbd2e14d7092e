"""Amounts and their currency: from the currency column, the cell, the heading, else the company's."""

import re
from typing import Any

from alignment.imports.draft import Draft
from alignment.imports.kinds import Parse
from alignment.imports.phrases import counted
from alignment.imports.values import Priced
from alignment.imports.words import ISO_CURRENCIES, SIGNS
from alignment.money import exponent


def price(draft: Draft) -> None:
    """
    Turn Priced into Decimal and settle each row's currency.

    The field "currency" is in the rows if the file has such a column, or if a
    cell or heading names another currency than the company's. A cell that
    contradicts its row's currency column is bad.
    """
    money = [
        spec.name for spec in draft.kind.fields if spec.parse is Parse.MONEY and spec.name in draft.columns
    ]
    spend = [
        spec.name for spec in draft.kind.fields if spec.parse is Parse.MICROS and spec.name in draft.columns
    ]
    if not money and not spend:
        return
    has_field = any(spec.name == "currency" for spec in draft.kind.fields)
    own = draft.columns.get("currency")
    currencies: list[str | None] = list(own) if own is not None else [None] * draft.n_rows
    for name in (*money, *spend):
        _from_heading(draft, name, currencies, has_column=own is not None)
    for name in money:
        _from_cells(draft, name, currencies, has_field=has_field)
    _settle(draft, currencies, has_field=has_field, has_column=own is not None)
    for name in money:
        _note_fractions(draft, name)


def _from_heading(draft: Draft, name: str, currencies: list[str | None], *, has_column: bool) -> None:
    """A heading such as "Wert (€)" or "Amount USD" gives the currency of rows that name none."""
    found = _named(draft.mapping[name], draft.context.currency) if name in draft.mapping else None
    if found is None or has_column:
        return
    for row, currency in enumerate(currencies):
        currencies[row] = currency or found


def _named(heading: str, company: str) -> str | None:
    for word in re.split(r"[\s()\[\]/_-]+", heading):
        if word in ISO_CURRENCIES:
            return word
    for sign in SIGNS:
        if sign in heading and not sign.isalpha():
            return meaning(sign, company)
    return None


def meaning(sign: str, company: str) -> str:
    """The currency code of a sign or code; the company's own currency where a sign has several meanings."""
    if sign.upper() in ISO_CURRENCIES:
        return sign.upper()
    return company if company in SIGNS[sign] else SIGNS[sign][0]


def _from_cells(draft: Draft, name: str, currencies: list[str | None], *, has_field: bool) -> None:
    values: list[Any] = list(draft.columns[name])
    given = draft.columns.get("currency")
    for row, priced in enumerate(values):
        if not isinstance(priced, Priced):
            continue
        values[row] = priced.amount
        if not priced.sign:
            continue
        named = meaning(priced.sign, draft.context.currency)
        if given is not None and given[row] not in (None, named):
            draft.refuse(
                row,
                name,
                f"is in {named}, but the currency column says {given[row]}.",
                "Make the two agree.",
            )
        elif not has_field and named != draft.context.currency:
            draft.refuse(
                row,
                name,
                f"is in {named}; these amounts are kept in {draft.context.currency}.",
                "Convert it.",
            )
        currencies[row] = named
    draft.put(name, values)


def _settle(draft: Draft, currencies: list[str | None], *, has_field: bool, has_column: bool) -> None:
    company = draft.context.currency
    if not has_field:
        return
    n_assumed = sum(currency is None for currency in currencies)
    others = [row for row, currency in enumerate(currencies) if currency not in (None, company)]
    if has_column or others:
        draft.put("currency", (currency or company for currency in currencies))
    if not has_column and others:
        draft.note("", "Another currency than the company's is named", others)
    if n_assumed and not has_column:
        draft.notes.append(f"The file has no currency column, so amounts without one are in {company}.")
    elif n_assumed:
        draft.notes.append(f"{counted(n_assumed, 'row')} without a currency taken as {company}.")


def _note_fractions(draft: Draft, name: str) -> None:
    """Name amounts finer than the currency's minor unit: they are rounded when they are stored."""
    column = draft.columns[name]
    own = draft.columns.get("currency")
    rows = []
    for row, amount in enumerate(column):
        if amount is not None:
            digits = exponent(own[row] if own else draft.context.currency)
            if -amount.as_tuple().exponent > digits and amount != round(amount, digits):
                rows.append(row)
    if rows:
        draft.note(name, "fractions of the smallest unit, rounded half to even,", rows)
