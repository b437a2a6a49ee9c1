"""The last touches to a report's page: nothing active, contents listed, tables and images as readers need them."""

import re
from collections.abc import Collection, Iterator

from lxml import html
from lxml.html import HtmlElement
from lxml.html.builder import CLASS, DIV, LI, OL, A

ACTIVE_ELEMENTS = ("script", "iframe", "frame", "object", "embed", "applet", "form", "base", "link", "meta")

URL_ATTRIBUTES = ("src", "href", "xlink:href", "action", "formaction", "poster", "background", "data", "ping", "srcset")

PARSER = html.HTMLParser(huge_tree=True)


def finish(page: str, reports: Collection[str] = ()) -> str:
    """The page as it is written: its cells may hold any HTML. `reports` are the notebooks with a page beside it."""
    root = html.document_fromstring(page.replace("\0", "\N{REPLACEMENT CHARACTER}"), parser=PARSER)
    main = root.get_element_by_id("report")
    _make_inert(main)
    _lead_to_reports(main, reports)
    _drop_titles(main)
    _join_code(main)
    _list_contents(root.get_element_by_id("contents"), main)
    _wrap_tables(main)
    _name_images(main)
    _let_scroll(main)
    return str(html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))


def _make_inert(main: HtmlElement) -> None:
    """Takes out of the cells what could run, send or redirect, and styles that the page has already."""
    for element in list(main.iter(*ACTIVE_ELEMENTS)) + main.find_class("fu-style"):
        element.drop_tree()
    for element in main.iter(html.etree.Element):
        for name in list(element.attrib):
            if name.lower().startswith("on") or (name.lower() in URL_ATTRIBUTES and not _harmless(element, name)):
                del element.attrib[name]


def _harmless(element: HtmlElement, name: str) -> bool:
    """Whether the address leads somewhere only when a reader follows it, or is an image in the page itself."""
    address = re.sub(r"[\x00-\x20]", "", element.attrib[name]).lower()
    if element.tag in ("a", "area") and name == "href":
        return not re.match(r"(javascript|data|vbscript|file|blob):", address)
    return address.startswith(("data:image/", "#"))


def _lead_to_reports(main: HtmlElement, reports: Collection[str]) -> None:
    """Makes a link to a notebook beside this one a link to its report, and where there is none mere text."""
    for link in list(main.iter("a")):
        beside = re.fullmatch(r"([\w-]+)\.ipynb", link.get("href", ""))
        if beside and beside[1] in reports:
            link.set("href", f"{beside[1]}.html")
        elif beside:
            link.drop_tag()


def _drop_titles(main: HtmlElement) -> None:
    """Takes the notebook's own first-level headings out: the page has its title above."""
    for heading in list(main.iter("h1")):
        heading.drop_tree()


def _join_code(main: HtmlElement) -> None:
    """Folds the code of a cell that shows nothing together with that of the next cell."""
    for cell in main.find_class("cell"):
        following = cell.getnext()
        if following is not None and _shows_nothing(cell) and following.find("details") is not None:
            code = following.find("details")
            for number, block in enumerate(cell.find("details")[1:]):
                code.insert(1 + number, block)
            cell.drop_tree()


def _shows_nothing(cell: HtmlElement) -> bool:
    return [child.tag for child in cell] == ["details"] and not cell.get("id") and not (cell[0].tail or "").strip()


def _list_contents(contents: HtmlElement, main: HtmlElement) -> None:
    """Fills the table of contents from the headings of second and third level."""
    entries = [_entry(heading, anchor) for heading, anchor in _anchored(list(main.iter("h2", "h3")))]
    if entries:
        contents.append(OL(*entries))
    else:
        contents.clear()


def _entry(heading: HtmlElement, anchor: str) -> HtmlElement:
    heading.set("id", anchor)
    link = A(heading.text_content(), href=f"#{anchor}")
    return LI(link, CLASS("deeper")) if heading.tag == "h3" else LI(link)


def _anchored(headings: list[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """Each heading with an id that no other has; in ASCII, since lxml would write others in links as %E8%A6%81."""
    taken: set[str] = set()
    for heading in headings:
        base = re.sub("[^a-z0-9]+", "-", heading.text_content().lower()).strip("-") or "section"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name)
        yield heading, name


def _wrap_tables(main: HtmlElement) -> None:
    """Gives every table a container of its own in which it scrolls."""
    for table in list(main.iter("table")):
        if not any("fu-table" in parent.classes for parent in table.iterancestors("div")):
            frame = DIV(CLASS("scroll"))
            table.addprevious(frame)
            frame.tail, table.tail = table.tail, None
            frame.append(table)


def _name_images(main: HtmlElement) -> None:
    """Names an image without alternative text after the heading above it."""
    for image in main.iter("img"):
        if not image.get("alt"):
            above = image.xpath("(preceding::h1 | preceding::h2 | preceding::h3 | preceding::h4)[last()]")
            image.set("alt", above[0].text_content() if above else "")


def _let_scroll(main: HtmlElement) -> None:
    """Lets the keyboard reach what may be wider than the page."""
    for wide in [*main.iter("figure"), *main.find_class("scroll"), *main.find_class("fu-table"), *main.iter("pre")]:
        wide.set("tabindex", "0")
