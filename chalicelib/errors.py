"""Every refusal of Stampbook, by what the caller can do about it. The rim turns the class into a status.

    StampbookError                 code (stable, snake_case), message (a sentence for a person), param (the field it is about)
    ├── InvalidInput               the request itself is malformed: mend it                                  400
    ├── Unauthenticated            no credential, or none that we know                                       401
    ├── Forbidden                  a known caller without the grant                                          403
    ├── NotFound                   no such thing, or not yours: both look the same                           404
    ├── Conflict                   it clashes with what is stored: read, then decide                         409
    │   └── Busy                   too much contention: the same request may be sent again                   409
    ├── Refused                    a law of the business says no: the same request will be refused again     422
    ├── TooManyRequests            slow down: see Retry-After                                                429
    └── Unavailable                what we rest on did not answer: the same request may be sent again        503
        └── NewerDataError         it does, in a version of its own: this code was rolled back               503

Codes are part of the API: a code never changes its meaning, messages may be improved.
"""

from __future__ import annotations


class StampbookError(Exception):
    def __init__(self, code: str, message: str, *, param: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.param = param


class InvalidInput(StampbookError):
    pass


class Unauthenticated(StampbookError):
    pass


class Forbidden(StampbookError):
    pass


class NotFound(StampbookError):
    pass


class Conflict(StampbookError):
    pass


class Busy(Conflict):
    pass


class Refused(StampbookError):
    pass


class TooManyRequests(StampbookError):
    pass


class Unavailable(StampbookError):
    pass


class NewerDataError(Unavailable, ValueError):
    pass


def newer_data(what: str, written: object, known: object) -> NewerDataError:
    """For what a version of the code behind this one has written, and this one would misread."""
    return NewerDataError(
        "newer_data",
        f"A newer version of Stampbook, which is not at work just now, wrote this: {what} was written in version "
        f"{written}; {known} is the newest known here.",
    )
