"""What can go wrong, as classes."""

from typing import Any, Dict, Optional, Type


class PACTError(Exception):
    """Whatever this package raises of its own accord."""


class PACTConnectionError(PACTError):
    """No whole answer came: the host cannot be reached, or the connection broke."""


class PACTTimeoutError(PACTConnectionError):
    """No whole answer came in time."""


class PACTAPIError(PACTError):
    """The API answered, and refused."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        details: Optional[Dict[str, Any]] = None,
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status."""
        self.code = code
        """The refusal's name, which stays when its words change; `unreadable_answer`: it was not PACT that
        answered.
        """
        self.details = details
        """The field that was wrong, in the wire's name, and what came in its place."""
        self.request_id = request_id
        """Names this request to support."""
        self.retry_after = retry_after
        """Seconds after which trying again makes sense."""


class InvalidRequestError(PACTAPIError):
    """400, 413, 422: the request is not valid, too large, or its idempotency key belongs to another."""


class AuthenticationError(PACTAPIError):
    """401: the API key is missing, unknown, expired or revoked."""


class PermissionDeniedError(PACTAPIError):
    """403: the API key lacks the scope."""


class NotFoundError(PACTAPIError):
    """404: there is no such thing in the key's workspace."""


class ConflictError(PACTAPIError):
    """409: a twin of this request is still running."""


class RateLimitError(PACTAPIError):
    """429: the key's rate limit is used up; `retry_after` tells for how long."""


class ServerError(PACTAPIError):
    """5xx: something went wrong on the other side."""


_BY_STATUS: Dict[int, Type[PACTAPIError]] = {
    400: InvalidRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: InvalidRequestError,
    422: InvalidRequestError,
    429: RateLimitError,
}


def class_for(status: int) -> Type[PACTAPIError]:
    """The class of a refusal with this HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else PACTAPIError)
