"""Functions of pdfium called for many things at once: what they write lands in arrays."""

import ctypes
from collections import deque
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

_LEAST = 1024

Numbers = npt.NDArray[Any]
Pointers = list[list[Any]]
"""For each column of an array the pointers to its numbers."""


def unchecked(function: Any) -> Callable[..., Any]:
    """The function of pdfium for short calls: ctypes checks no arguments and keeps the GIL, as both take longer."""
    return ctypes.cast(function, ctypes.PYFUNCTYPE(function.restype))


def call(function: Callable[..., Any], *arguments: Iterable[Any]) -> None:
    """Calls the function with the first of all arguments, with the second ones, and so on."""
    deque(map(function, *arguments), maxlen=0)


def room(kind: Any, columns: int, count: int) -> tuple[Numbers, Pointers]:
    """An array of `count` rows of this kind of number for pdfium to write to, and the pointers into it.

    It is the same memory at every call: copy what is to stay.
    """
    numbers, pointers = _room(kind, columns, max(_LEAST, 1 << (count - 1).bit_length()))
    return numbers[:count], pointers


@cache
def _room(kind: Any, columns: int, rows: int) -> tuple[Numbers, Pointers]:
    memory, size = (kind * (columns * rows))(), ctypes.sizeof(kind)
    every = range(0, columns * rows * size, columns * size)
    pointers = [[ctypes.byref(memory, place + column * size) for place in every] for column in range(columns)]
    return np.ctypeslib.as_array(memory).reshape(rows, columns), pointers
