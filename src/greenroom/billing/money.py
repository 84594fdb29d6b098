"""Amounts, minutes and terms, in integers: money in millionths, minutes in hundredths."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from greenroom.billing.products import PRODUCTS, Item, Product, Term

MICROS = 1_000_000
_STEP_MS = 600
"""A hundredth of a minute."""
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}
"""Decimals of currencies that have not two (ISO 4217)."""


def round_half_up(dividend: int, divisor: int) -> int:
    """The quotient of two integers, rounded to the nearest; halves go away from zero."""
    sign = -1 if dividend < 0 else 1
    return sign * ((abs(dividend) * 2 + divisor) // (divisor * 2))


def minute_steps(seconds: float) -> int:
    """Hundredths of a minute in a video's duration.

    Chapter 6: "the actual charging will convert the duration from seconds to minutes. The value is accurate
    to two decimal places and the last digit is rounded off."
    """
    return round_half_up(round(seconds * 1000), _STEP_MS)


def cost_micros(product: Product, steps: int, price_micros: int) -> int:
    """What a quantity costs at a price for one unit."""
    return round_half_up(steps * price_micros, product.scale)


def price_micros(prices: Mapping[Any, Decimal], item: Item, term: Term | None) -> int:
    """The price of one unit: for a term, or with None of a minute by use. What has no price is free."""
    periods = {None: "minute", Term.MONTH: "month", Term.YEAR: "year", Term.ONE_OFF: "year"}
    return int(prices.get(f"{item}.{periods[term]}", Decimal(0)) * MICROS)


def package_micros(prices: Mapping[Any, Decimal], item: Item, steps: int, term: Term, count: int) -> int:
    """What a package of so much costs for `count` terms."""
    return cost_micros(PRODUCTS[item], steps, price_micros(prices, item, term)) * count


def add_terms(moment: datetime, term: Term, count: int) -> datetime:
    """The moment `count` terms later; the 31st becomes the last day of a shorter month.

    Raises:
        OverflowError: later than the year 9999.
    """
    months = count if term is Term.MONTH else count * 12
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def minor_units(micros: int, currency: str) -> int:
    """The amount in the currency's smallest coin, rounded."""
    return round_half_up(micros, 10 ** (6 - _DECIMALS.get(currency, 2)))


def format_minor(amount: int, currency: str) -> str:
    """An amount in the smallest coin as `1234.50`."""
    decimals = _DECIMALS.get(currency, 2)
    return f"{Decimal(amount).scaleb(-decimals):.{decimals}f}"


def format_micros(micros: int) -> str:
    """The exact amount, with at least two decimals: `0.25`, `0.333333`."""
    whole, _, rest = f"{Decimal(micros).scaleb(-6):.6f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


def parse_amount(text: str) -> int:
    """`12.50` in millionths.

    Raises:
        ValueError: not a number with at most six decimals, or beyond a million million.
    """
    try:
        amount = Decimal(text)
    except ArithmeticError:
        raise ValueError(f"{text!r} is not an amount: give a number such as 12.50") from None
    if not amount.is_finite() or abs(amount) > 10**12 or amount != amount.quantize(Decimal("0.000001")):
        raise ValueError(f"{text!r} is not an amount: give a number with at most six decimals, such as 12.50")
    return int(amount * MICROS)
