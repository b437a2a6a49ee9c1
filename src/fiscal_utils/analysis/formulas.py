"""The formulas that several metrics share. Arguments are exact fractions; a zero base raises ZeroDivisionError."""

from fractions import Fraction

YUAN = 10_000
"""Yuan in 万元."""


def itself(amount: Fraction) -> Fraction:
    """The published figure."""
    return amount


def share(part: Fraction, whole: Fraction) -> Fraction:
    """part ÷ whole × 100."""
    return 100 * part / whole


def share_of_sum(part: Fraction, rest: Fraction) -> Fraction:
    """part ÷ (part + rest) × 100, for a whole of which the part is printed apart."""
    return 100 * part / (part + rest)


def share_to_rest(part: Fraction, whole: Fraction) -> Fraction:
    """part ÷ (whole − part) × 100."""
    return 100 * part / (whole - part)


def change(new: Fraction, old: Fraction) -> Fraction:
    """(new ÷ old − 1) × 100."""
    return 100 * new / old - 100


def per_unit(amount: Fraction, count: Fraction) -> Fraction:
    """amount ÷ count, in the amount's unit."""
    return amount / count


def yuan_per_unit(amount: Fraction, count: Fraction) -> Fraction:
    """amount (万元) × 10,000 ÷ count, in yuan."""
    return YUAN * amount / count
