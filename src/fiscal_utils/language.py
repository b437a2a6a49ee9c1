"""The language of messages, labels, charts and reports: Chinese (`zh`) or English (`en`)."""

import locale
import os
import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")

_current: list[str] = []


def language() -> str:
    """The language in use: the one set, else `FISCAL_LANGUAGE`, else that of the locale (`en` if neither zh)."""
    if _current:
        return _current[-1]
    name = os.environ.get("FISCAL_LANGUAGE") or locale.getlocale(locale.LC_MESSAGES)[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def set_language(name: str) -> None:
    """Use `name` (`zh` or `en`) from now on; any other name raises ValueError."""
    if name not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {name!r}")
    _current[:] = [name]


def t(zh: str, en: str) -> str:
    """The wording in the language in use."""
    return zh if language() == "zh" else en


def on_page(*pages: int | None) -> str:
    """What a message about these pages begins with: 第 3 页： or page 3: ; nothing where the format has no pages."""
    known = [str(page) for page in pages if page]
    if not known:
        return ""
    return t(f"第 {'、'.join(known)} 页：", f"{'page' if len(known) == 1 else 'pages'} {', '.join(known)}: ")


def message(key: str, **fields: object) -> str:
    """The message `key` of messages.toml in the language in use, with its fields filled in.

    `{place}` stands for the field `page`, a number, several or none, as `on_page` words it.
    """
    page = fields.get("page")
    place = on_page(*page) if isinstance(page, tuple) else on_page(page if isinstance(page, int) else None)
    return _messages()[key][language()].format(place=place, **fields)


@cache
def _messages() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("fiscal_utils").joinpath("messages.toml").read_text("utf-8"))
