"""What goes wrong between us and AWS, whatever the service.

CloudError                    AWS did not answer, or did not do it: the same again is safe and may help
└── RefusedByServiceError     it answered that it will not; `code` is its word for why
"""

from __future__ import annotations


class CloudError(Exception):
    """Whoever catches it may do the same again, and must expect that it was done the first time."""


class RefusedByServiceError(CloudError):
    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code
