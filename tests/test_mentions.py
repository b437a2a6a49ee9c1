"""The item that is named last in a text."""

import pytest

from fiscal_utils.parse.mentions import mentions

NAMES = {"total": ("“三公”经费支出", "支出"), "vehicles": ("公务用车支出",), "basic": ("基本支出",), "none": ()}


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("基本支出决算为", "basic"),
        ("基本支出和公务用车支出为", "vehicles"),
        ("公务用车支出和基本支出为", "basic"),
        ("其他支出", "total"),
        ('"三公"经费', ""),
        ("", ""),
    ],
)
def test_the_name_that_ends_last_counts_the_longest_of_these(text: str, item: str) -> None:
    assert mentions(NAMES).last(text) == item


def test_without_names_nothing_is_named() -> None:
    assert mentions({}).last("支出") == ""


def test_a_name_of_two_items_is_the_last_ones() -> None:
    assert mentions({"b": ("支出",), "a": ("支出",)}).last("支出") == "b"
