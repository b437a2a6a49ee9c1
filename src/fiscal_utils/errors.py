"""Errors that say what happened, where, and what to do, in the reader's language."""

from fiscal_utils.language import message


class FiscalError(Exception):
    """Base of all errors of this package: a key of messages.toml and the fields its wording needs."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key, fields)
        self.key = key
        self.fields = fields

    def __str__(self) -> str:
        return message(self.key, **self.fields)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.key, self.fields)


def _rebuild(cls: type[FiscalError], key: str, fields: dict[str, object]) -> FiscalError:
    return cls(key, **fields)


class DocumentError(FiscalError):
    """A file could not be read as departmental final accounts."""


class DataError(FiscalError):
    """A document, table or column that was asked for is not in the data folder."""


class ReportError(FiscalError):
    """A report could not be planned or made: unknown notebook, unknown parameter, failed cells."""


class ClusterError(FiscalError):
    """A cluster could not be reached, or did not do its work."""
