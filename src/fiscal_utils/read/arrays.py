"""What is on many pages in one array: to calculate with it at once takes less time than page by page."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


def by_page(on: Indices, pages: int) -> list[slice]:
    """The things on each of so many pages; `on` is the index of the page of each thing, in ascending order."""
    return [slice(a, b) for a, b in pairwise(np.searchsorted(on, range(pages + 1)).tolist())]


def page_of(lengths: list[int]) -> Indices:
    """For each of so many things a page the index of its page."""
    return np.repeat(np.arange(len(lengths)), lengths)
