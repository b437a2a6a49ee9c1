"""What every check has, and the checks whose verdict is found when they are made."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from fiscal_utils import specs
from fiscal_utils.identities import Cell, Verdict, name_of
from fiscal_utils.normalise import Number


class Test(Protocol):
    """A check made for one document."""

    @property
    def id(self) -> str:
        """Unique in the document: the declared id, and what it is made for."""

    @property
    def declared(self) -> str:
        """The id of the declaration."""

    @property
    def kind(self) -> str:
        """The kind of check."""

    @property
    def left(self) -> tuple[Cell, ...]:
        """The cells of the left side."""

    @property
    def right(self) -> tuple[Cell, ...]:
        """The cells of the right side."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that the verdict depends on."""

    def meant(self, values: Mapping[Cell, Number]) -> "Test":
        """The check as it is meant, where two readings are possible."""

    def verdict(self, values: Mapping[Cell, Number]) -> Verdict:
        """The verdict with these values."""

    def repairs(self, values: Mapping[Cell, Number]) -> Iterator[tuple[Cell, Decimal]]:
        """Cells with the value that would make the check hold."""


class Observation(NamedTuple):
    """A check of words, a form or completeness: the rule that it applies, what it saw on both sides, the verdict."""

    declared: str
    subject: str
    holds: bool
    fields: Mapping[str, str]
    """What the rule's message is filled with."""
    left: tuple[Cell, ...] = ()
    right: tuple[Cell, ...] = ()
    numbers: tuple[Decimal, Decimal, Decimal] | None = None
    """Both sides and the difference that rounding allows, where they are numbers."""
    touches: tuple[Cell, ...] = ()
    """What it looked at that is no cell of a table: failures that touch the same are one finding."""

    @property
    def id(self) -> str:
        """The rule and its subject."""
        return name_of(self.declared, self.subject, "")

    @property
    def kind(self) -> str:
        """The kind of the rule."""
        return specs.rules()[self.declared].kind

    @property
    def cells(self) -> tuple[Cell, ...]:
        """None: its verdict is not computed anew from other values."""
        return ()

    def meant(self, values: Mapping[Cell, Number]) -> "Observation":
        """Itself."""
        return self

    def verdict(self, values: Mapping[Cell, Number]) -> Verdict:
        """The verdict found when it was made."""
        lhs, rhs, tolerance = self.numbers or (Decimal(0),) * 3
        status = "fail" if not self.holds else "rounding" if self.numbers and lhs != rhs else "pass"
        return Verdict(status, lhs, rhs, lhs - rhs, tolerance)

    def repairs(self, values: Mapping[Cell, Number]) -> Iterator[tuple[Cell, Decimal]]:
        """None."""
        return iter(())


def compared(
    declared: str, subject: str, lhs: Number, rhs: Number, fields: Mapping[str, str],
    *, at_most: bool = False, touches: tuple[Cell, ...] = (),
) -> Observation:  # fmt: skip
    """The observation that two numbers are equal, or the first at most the second, within rounding of both."""
    tolerance = lhs.half_unit + rhs.half_unit
    difference = lhs.value - rhs.value
    holds = (difference if at_most else abs(difference)) <= tolerance
    shown = (lhs.value, lhs.value if at_most and holds else rhs.value, tolerance)
    return Observation(declared, subject, holds, fields, numbers=shown, touches=touches)
