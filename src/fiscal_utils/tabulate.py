"""Tables: one for print and reports made by great_tables, and an interactive one for JupyterLab made by itables.

Text of documents is escaped here. The style sheet that great_tables writes into every table (8 KB, white on any
page) is left out: `reports/template/output.css` has one for all of them, which follows the page into the dark and onto
paper.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from numbers import Number
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
from great_tables import GT, html, loc, style
from markupsafe import Markup, escape

from fiscal_utils.display import MISSING, is_missing, number_text, say, show_html
from fiscal_utils.language import language, t
from fiscal_utils.numerals import Written

ROWS = 60
"""As many rows of a frame to browse as a report shows; how many there are is said."""

_LONG = re.compile(r"[0-9A-Za-z]{16}(?=[0-9A-Za-z])")

Format = str | Callable[[Any], str]


def in_report() -> bool:
    """Whether a report is being made (`FISCAL_REPORT=1`): a page on which nothing can run."""
    return os.environ.get("FISCAL_REPORT") == "1"


def table(
    frame: pd.DataFrame,
    caption: str,
    *,
    unit: str = "",
    formats: Mapping[str, Format] | None = None,
    source: str = "",
    note: str = "",
    groups: str = "",
    spanners: Mapping[str, Sequence[str]] | None = None,
    folded: bool = False,
) -> None:
    """Shows a table: caption and unit above, source below, missing values as a dash.

    Columns of numbers, and those with a format, are right-aligned. Floats get two decimals, integers none; `formats`
    says otherwise by column (`"{:.1f}"` or a function). `note`, such as a denominator, stands above the source. The
    column `groups` becomes headings over its rows; `spanners` are headings over several columns. A `folded` table opens
    by its caption, and is open on paper. A frame without rows is said to have none.
    """
    if frame.empty:
        return say(zh="{caption}：没有记录。", en="{caption}: no rows.", caption=caption)
    names = {column: f"c{place}" for place, column in enumerate(frame.columns)}
    made = _body(frame.reset_index(drop=True), names, formats or {}, groups, _id(caption, frame))
    if not folded:
        made = made.tab_header(html(_still(_heading(caption, unit))))
    for label, columns in (spanners or {}).items():
        made = made.tab_spanner(html(_safe(label)), [names[column] for column in columns])
    for line in filter(None, (note, _source(source))):
        made = made.tab_source_note(html(_still(_safe(line))))
    shown = _fold(_table_alone(made), _heading(caption, unit)) if folded else _table_alone(made)
    return show_html(shown, f"{caption}\n{frame.to_string(index=False)}")


def browse(frame: pd.DataFrame, caption: str = "", **options: Any) -> None:
    """Shows a frame to search, sort and page through in JupyterLab; in a report its first rows as `table` does.

    Nothing is fetched. `options` are those of `table`, of which only `unit` and `source` count in JupyterLab.
    """
    if in_report():
        return _first_rows(frame, caption, options)
    from itables import show

    _start_itables()
    about = (caption, options.get("unit", ""), _source(options.get("source", "")))
    heading = str(escape(t("；", "; ").join(filter(None, about))))
    # maxBytes: itables would else show a sample of a long frame
    return show(
        frame, heading, connected=False, allow_html=False, showIndex=False, language=_words(), maxBytes=0, maxRows=0
    )


def _first_rows(frame: pd.DataFrame, caption: str, options: Mapping[str, Any]) -> None:
    left = t(f"共 {len(frame)} 行，此处为前 {ROWS} 行", f"The first {ROWS} of {len(frame)} rows")
    note = [options.get("note", ""), left if len(frame) > ROWS else ""]
    said = t("；", "; ").join(part for part in note if part)
    table(frame.head(ROWS), caption or t("数据", "Data"), **{**options, "note": said})


@cache
def _start_itables() -> None:
    """Put the script of the interactive tables into the notebook, once."""
    from itables import init_notebook_mode

    init_notebook_mode(all_interactive=False, connected=False)


def _words() -> dict[str, str]:
    """The words of an interactive table where they are not English."""
    if language() == "en":
        return {}
    return {
        "search": "搜索：",
        "lengthMenu": "每页 _MENU_ 行",
        "info": "第 _START_ 至 _END_ 行，共 _TOTAL_ 行",
        "infoEmpty": "没有记录",
        "infoFiltered": "（由 _MAX_ 行筛选）",
        "zeroRecords": "没有符合的记录",
        "emptyTable": "没有记录",
    }


def _body(frame: pd.DataFrame, names: Mapping[str, str], formats: Mapping[str, Format], groups: str, name: str) -> GT:
    """The rows and column heads: texts in columns no narrower than ten Chinese characters, or their longest."""
    shown = [column for column in frame.columns if column != groups]
    texts = pd.DataFrame({names[column]: _texts(frame[column], formats.get(column)) for column in shown})
    if groups:
        texts[names[groups]] = frame[groups].map(lambda value: MISSING if is_missing(value) else str(value))
    made = GT(texts, id=name, groupname_col=names.get(groups)).fmt(str)
    made = made.cols_label({names[column]: html(_safe(column)) for column in shown})
    for column in shown:
        numbers = column in formats or _numeric(frame[column])
        made = made.cols_align("right" if numbers else "left", [names[column]])
        if not numbers:
            width = min(10.0, max(4.0, *map(_width, texts[names[column]])))
            made = made.tab_style(style.css(f"--least: {width:.1f}em"), loc.column_labels([names[column]]))
    return made


def _texts(values: "pd.Series[Any]", form: Format | None) -> list[str]:
    """The values as written, escaped; a checksum may break, where it would have the table scroll."""
    texts = [MISSING if is_missing(value) else str(escape(_text(value, form))) for value in values]
    return [_LONG.sub(r"\g<0><wbr>", text) for text in texts]


def _text(value: Any, form: Format | None) -> str:
    if isinstance(form, str):
        return form.format(Written(value))
    return (form or number_text)(value)


def _numeric(values: "pd.Series[Any]") -> bool:
    present = values.dropna()
    return bool(len(present)) and all(isinstance(v, Number) and not isinstance(v, bool) for v in present)


def _width(text: str) -> float:
    """About how wide a text is printed, in ems."""
    return sum(1.0 if east_asian_width(character) in "WF" else 0.6 for character in text)


def _id(caption: str, frame: pd.DataFrame) -> str:
    """An id made from the content, not at random: the page of the same figures stays the same."""
    return "t" + hashlib.sha1((caption + frame.to_csv()).encode(), usedforsecurity=False).hexdigest()[:6]


def _heading(caption: str, unit: str) -> str:
    label = t(f"（单位：{unit}）", f"({unit})") if unit else ""
    return f'{_safe(caption)} <span class="fu-unit">{_safe(label)}</span>'


def _still(text: str) -> str:
    """A line about the whole table, which stays in view while the table scrolls sideways."""
    return f'<span class="fu-still">{text}</span>'


def _safe(text: object) -> str:
    """A text as it is: escaped, and its braces kept from being read as notation of units."""
    return str(escape(text)).replace("{", "&#123;")


def _source(source: str) -> str:
    return t(f"资料来源：{source}", f"Source: {source}") if source else ""


def _fold(table: Markup, heading: str) -> Markup:
    folded = Markup('<div><details class="fu-fold"><summary>{}</summary>{}</details></div>')
    return folded.format(Markup(heading), table)


def _table_alone(made: GT) -> Markup:
    """The table without the style sheet before it."""
    with pd.option_context("mode.string_storage", "python"):  # great_tables sets cell by cell, which Arrow is slow at
        whole = made.as_raw_html()
    bare = whole[whole.index("<table") : whole.rindex("</table>") + len("</table>")]
    return Markup('<div class="fu-table">{}</div>').format(Markup(bare))
