"""How sentences, tables and charts write a number."""


class Written:
    """A number that formats as it is printed: with a true minus (−), and no sign before what rounds to zero."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return minus(format(self.value, spec))


def minus(text: str) -> str:
    """A formatted number with a true minus, which no line breaks after; a sign before a zero is dropped."""
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("+-")
    return "−" + text[1:] if text.startswith("-") else text
