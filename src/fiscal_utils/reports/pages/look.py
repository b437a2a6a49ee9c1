"""What the pages share: style, security policy, names of languages, moments and numbers as printed."""

import base64
import datetime
import hashlib
import math
from functools import cache
from importlib.resources import files

from markupsafe import Markup

HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
LANGUAGE_NAME = {"zh": "中文", "en": "English"}
INDEX = {"zh": "index.html", "en": "index.en.html"}
"""The file of the index in each language."""

MISSING = "—"


def policy(style: str = "'unsafe-inline'", script: str = "'none'") -> str:
    """The content security policy of a page: nothing is fetched, and no script runs but the one named by its hash."""
    return (
        f"default-src 'none'; img-src data:; style-src {style}; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


def source_hash(text: str) -> str:
    """The source expression by which a policy allows an inline script or style of this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def minute(moment: str) -> str:
    """An ISO 8601 moment to the minute, in the time zone of this machine."""
    return datetime.datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def time_zone() -> str:
    """The time zone in which moments are printed, as UTC+08:00."""
    return f"UTC{datetime.datetime.now().astimezone().isoformat()[-6:]}"


def number(value: float | None, decimals: int) -> str:
    """A figure with separators, a true minus sign and this many decimals."""
    return MISSING if value is None else f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def decimals(old: float | None, new: float | None) -> int:
    """With how many decimals two figures are printed: none if both are whole, else two, or so many that they differ."""
    known = [value for value in (old, new) if value is not None]
    if all(value == int(value) for value in known):
        return 0
    change = abs(known[0] - known[-1])
    return max(2, min(8, 1 - math.floor(math.log10(change)))) if change else 2


@cache
def css(*names: str) -> Markup:
    """The style sheets of these names as one."""
    return Markup("".join(template(f"{name}.css") for name in names))


@cache
def template(name: str) -> str:
    """The text of a file in the template folder."""
    return files("fiscal_utils.reports").joinpath("template", name).read_text("utf-8")
