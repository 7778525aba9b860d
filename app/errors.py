"""The refusals the domain can give.

A refusal carries a stable ``code`` (documented in docs/problems.md), the ``field`` it is about and the facts its
message needs. It never carries a sentence: ``app.web.problems`` speaks to people, in their language.
"""

from __future__ import annotations


class Refusal(Exception):
    """Base of every refusal; ``facts`` are interpolated into the translated message."""

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts


class NotFound(Refusal):
    """The thing does not exist, or the actor may not know that it does."""


class Unauthenticated(Refusal):
    """No valid token, link or session."""


class NotAllowed(Refusal):
    """The actor is known and may not do this."""


class Invalid(Refusal):
    """What was sent cannot be used; ``field`` names the part to mend."""


class Closed(Refusal):
    """The arena or process takes nothing now; nothing the sender holds is lost."""


class Conflict(Refusal):
    """The wanted state change does not follow from the present state."""


class TooFew(Refusal):
    """Fewer distinct people than the process lets anyone see."""


class TooLarge(Refusal):
    """More bytes, rows or vertices than the service takes at once."""


class Unavailable(Refusal):
    """The store cannot be reached now; the same request may be sent again."""
