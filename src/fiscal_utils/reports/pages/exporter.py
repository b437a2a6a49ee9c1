"""The nbconvert exporter of report pages. It imports nbconvert, which takes a second: import it where it is used."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from fiscal_utils.language import LANGUAGES

if TYPE_CHECKING:
    from jinja2.runtime import Context

# What a cell shows of an output that comes in several forms: the first of these.
FORMS = ("text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain")


class PageExporter(TemplateExporter):
    """Executed notebooks as pages; nbconvert's HTMLExporter would parse each once more for the look of JupyterLab."""

    output_mimetype = "text/html"

    @property
    def default_config(self) -> Config:
        """The configuration that makes the outputs HTML."""
        config = Config({"NbConvertBase": {"display_data_priority": list(FORMS)}})
        config.merge(super().default_config)
        return config

    def default_filters(self) -> Iterable[tuple[str, Any]]:
        """nbconvert's filters, and those that make HTML of Markdown and of code."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "markdown2html", _markdown
        yield "highlight_code", Highlight2HTML(pygments_lexer="ipython3")  # type: ignore[no-untyped-call]


@cache
def exporter(language: str) -> PageExporter:
    """The exporter of a language: cells tagged for the other one are left out."""
    others = {name for name in LANGUAGES if name != language}
    config = Config()
    # nbconvert validates the notebook anew after each of its preprocessors, most of which have nothing to do here.
    config.PageExporter.default_preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_cell_tags = others | {"papermill-error-cell-tag"}
    folder = str(files("fiscal_utils.reports").joinpath("template"))
    return PageExporter(  # type: ignore[no-untyped-call]
        config=config, file_extension=".html", template_name="report", extra_template_basedirs=[folder]
    )


_CHINESE = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BREAK = re.compile(rf"(?<=[{_CHINESE}])\n(?=[{_CHINESE}“‘])|(?<=[”’])\n(?=[{_CHINESE}])")
"""Where a line ends between two Chinese sentences: browsers draw a space there."""


class _Renderer(IPythonRenderer):
    """Markdown with its formulas as MathML, which browsers draw without a script; no spaces between Chinese lines."""

    def paragraph(self, text: str) -> str:
        return super().paragraph(_BREAK.sub("", text))

    def inline_math(self, body: str) -> str:
        return formula(body, "inline")

    def block_math(self, body: str) -> str:
        return formula(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


@cache
def formula(tex: str, display: str) -> str:
    """A formula as MathML; as its source where it cannot be read."""
    try:
        return str(convert(tex, display=display))
    except Exception:  # whatever the converter meets in the source, the page shows the source
        return f'<code class="formula">{escape(tex)}</code>'


@pass_context
def _markdown(context: "Context", source: str) -> str:
    """The HTML of Markdown; images that it names stand in the page."""
    renderer = _Renderer(
        escape=False,
        attachments=context["cell"].get("attachments", {}),
        embed_images=True,
        path=context["resources"]["metadata"]["path"],
        exclude_anchor_links=True,
    )
    return str(MarkdownWithMath(renderer=renderer).render(source))
