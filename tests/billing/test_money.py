"""Integers all the way: minutes, amounts and terms."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.billing.money import (
    add_terms,
    cost_micros,
    format_micros,
    format_minor,
    minor_units,
    minute_steps,
    package_micros,
    parse_amount,
    round_half_up,
)
from greenroom.billing.products import PRODUCTS, Item, Term


@pytest.mark.parametrize(
    ("seconds", "steps"), [(0, 0), (0.29, 0), (0.3, 1), (60, 100), (89.7, 150), (90, 150), (754.2, 1257)]
)
def test_seconds_become_minutes_with_two_decimals(seconds: float, steps: int) -> None:
    assert minute_steps(seconds) == steps


def test_a_price_of_thirds_is_rounded_once() -> None:
    assert cost_micros(PRODUCTS[Item.VIDEO], 1257, 333_333) == 4_189_996
    assert minor_units(4_189_996, "USD") == 419
    assert format_minor(419, "USD") == "4.19"
    assert (minor_units(4_500_000, "JPY"), format_minor(5, "JPY")) == (5, "5")
    assert format_minor(minor_units(4_500_400, "KWD"), "KWD") == "4.500"
    assert (format_micros(-250_000), format_micros(333_333), format_micros(10**12)) == (
        "-0.25",
        "0.333333",
        "1000000.00",
    )


def test_packages_cost_by_term_and_number() -> None:
    prices = {"chat_channel_2d_model.month": Decimal("10"), "chat_channel_2d_model.year": Decimal("99.5")}
    assert package_micros(prices, Item.DIALOG, 3, Term.MONTH, 2) == 60_000_000
    assert package_micros(prices, Item.DIALOG, 1, Term.YEAR, 2) == 199_000_000
    assert package_micros(prices, Item.AVATAR, 1, Term.YEAR, 1) == 0


def test_the_last_day_of_a_month_stays_one() -> None:
    moment = datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert add_terms(moment, Term.MONTH, 1) == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert add_terms(moment, Term.MONTH, 12) == datetime(2025, 1, 31, 12, tzinfo=UTC)
    assert add_terms(datetime(2024, 2, 29, tzinfo=UTC), Term.YEAR, 1) == datetime(2025, 2, 28, tzinfo=UTC)
    with pytest.raises(OverflowError):
        add_terms(moment, Term.YEAR, 9000)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_rounding_is_to_the_nearest_and_halves_go_away_from_zero(dividend: int, divisor: int) -> None:
    rounded = round_half_up(dividend, divisor)
    assert abs(rounded * divisor - dividend) * 2 <= divisor
    assert round_half_up(-dividend, divisor) == -rounded


@pytest.mark.parametrize("text", ["", "one", "1.2345678", "NaN", "Infinity", "1e30"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount(text)


def test_amounts() -> None:
    assert [parse_amount(text) for text in ("12.5", "-0.000001", "0")] == [12_500_000, -1, 0]
