"""Functions of pdfium called for many things at once: what they write lands in an array."""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

_ROWS = 4096
"""For so many things there is room at a time."""

Numbers = npt.NDArray[Any]
Pointers = list[list[Any]]
"""For each column of an array the pointers to its numbers."""


def unchecked(function: Any) -> Callable[..., Any]:
    """The function of pdfium for short calls: ctypes checks no arguments and keeps the GIL, as both take longer."""
    return ctypes.cast(function, ctypes.PYFUNCTYPE(function.restype))


def written(
    function: Callable[..., Any], kind: Any, columns: int, *arguments: Sequence[Any], pointers: int = 1
) -> tuple[list[Any], Numbers]:
    """What the function returns, and the numbers it writes, called with the first of all arguments, the second ones …

    The array has a row a call. After the arguments the function takes pointers to the first `pointers` numbers of it.
    """
    memory, places = _room(kind, columns, pointers)
    count = len(arguments[0])
    numbers = np.empty((count, columns), memory.dtype)
    returned: list[Any] = []
    for start in range(0, count, _ROWS):
        part = numbers[start : start + _ROWS]
        returned += map(function, *(argument[start : start + _ROWS] for argument in arguments), *places)
        part[:] = memory[: len(part)]
    return returned, numbers


@cache
def _room(kind: Any, columns: int, pointers: int) -> tuple[Numbers, Pointers]:
    memory, size = (kind * (columns * _ROWS))(), ctypes.sizeof(kind)
    every = range(0, columns * _ROWS * size, columns * size)
    places = [[ctypes.byref(memory, place + column * size) for place in every] for column in range(pointers)]
    return np.ctypeslib.as_array(memory).reshape(_ROWS, columns), places
