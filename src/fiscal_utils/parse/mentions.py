"""Which of the declared items a text names last."""

from fiscal_utils.parse.narrative_spec import Names, fold


class Mentions(dict[str, str]):
    """Folded name → item, to be looked for in folded text.

    No expression is made of the names: to compile it takes longer than all searches of a document.
    """

    def last(self, text: str) -> str:
        """The item whose name ends last in the text, the longest such name's; "" if there is none."""
        named = [name for name in self if name in text]
        return self[max(named, key=lambda name: (text.rfind(name) + len(name), len(name)))] if named else ""


def mentions(names: Names) -> Mentions:
    """What finds these names, item → names; a name of two items is the one's that is last in alphabetical order."""
    return Mentions({fold(name): item for item, aliases in sorted(names.items()) for name in aliases})
