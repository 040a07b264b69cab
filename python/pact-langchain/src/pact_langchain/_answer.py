"""What an answer says, and whether it is worth asking again."""

import json
import random
from typing import Any, Dict, NoReturn, Optional

import httpx

from ._errors import PACTAPIError, PACTConnectionError, class_for
from ._request import Operation

_RETRIED = frozenset((408, 409, 429))
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 8.0
# A server that asks for a longer wait is not asked again: the caller knows better what to do meanwhile.
_LONGEST_RETRY_AFTER = 60.0
_MISSING = object()


def read_answer(operation: Operation, url: str, response: httpx.Response, content: bytes) -> Any:
    """The answer of a call, or the error that it stands for."""
    body = _json_of(response, content)
    is_object = isinstance(body, dict)
    answers_anyway = (
        response.status_code in operation.answering_statuses and is_object and not _error_in(body)
    )
    if not response.is_success and not answers_anyway:
        raise_refusal(url, response, content)
    if operation.answer_header:
        return _header_answer(response, *operation.answer_header)
    if not operation.has_answer:
        return None
    if body is _MISSING and _is_json(response):
        raise PACTConnectionError(f"The answer of {where(url)} is cut short: it is not whole JSON.")
    if not is_object:
        raise_foreign(url, response)
    return body


def raise_refusal(url: str, response: httpx.Response, content: bytes) -> NoReturn:
    """Raises the error that a refusing answer stands for."""
    error = _error_in(_json_of(response, content)) or {}
    retry_after = _seconds(response.headers.get("Retry-After"))
    details = error.get("details")
    raise class_for(response.status_code)(
        error.get("message") or _foreign(url, response),
        status=response.status_code,
        code=error.get("code") or "unreadable_answer",
        details=details if isinstance(details, dict) else None,
        request_id=error.get("request_id") or response.headers.get("X-Request-Id"),
        retry_after=_seconds(error.get("retry_after")) if retry_after is None else retry_after,
    )


def raise_foreign(url: str, response: httpx.Response) -> NoReturn:
    """Raises the error of an answer that PACT did not give."""
    request_id = response.headers.get("X-Request-Id")
    status = response.status_code
    raise PACTAPIError(
        _foreign(url, response), status=status, code="unreadable_answer", request_id=request_id
    )


def retry_delay(error: Exception, attempt: int, chance: Optional[float] = None) -> Optional[float]:
    """Seconds to wait before trying again after an error; None when trying again does not help.

    `attempt` counts from 0. `chance`, from 0 to 1 and random by default, takes up to a quarter off, so that
    clients that failed together do not return together.
    """
    if isinstance(error, PACTAPIError):
        if error.status not in _RETRIED and error.status < 500:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= _LONGEST_RETRY_AFTER else None
    elif not isinstance(error, PACTConnectionError):
        return None
    chance = random.random() if chance is None else chance
    return min(_FIRST_DELAY * 2.0 ** min(attempt, 10), _LONGEST_DELAY) * (1 - chance / 4)


def where(url: str) -> str:
    """A URL without its query, which may hold what somebody said."""
    return url.split("?")[0]


def _header_answer(response: httpx.Response, header: str, key: str) -> Dict[str, str]:
    value = response.headers.get(header)
    if value is None:
        # Asked again, it would only be told that there is nothing left.
        raise PACTAPIError(
            f"It is done, but the answer lacks the header {header}: a proxy may have removed it.",
            status=response.status_code,
            code="unreadable_answer",
        )
    return {key: value}


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "").lower()


def _json_of(response: httpx.Response, content: bytes) -> Any:
    if not _is_json(response):
        return _MISSING
    try:
        return json.loads(content)
    except ValueError:
        return _MISSING


def _error_in(body: Any) -> Optional[Dict[str, Any]]:
    """The error in a body, when it is one of PACT's."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    return error if isinstance(error.get("code"), str) and isinstance(error.get("message"), str) else None


def _foreign(url: str, response: httpx.Response) -> str:
    kind = response.headers.get("Content-Type", "").split(";")[0].strip()
    what = (
        "an HTML page" if kind == "text/html" else f"an answer of type {kind}" if kind else "an empty answer"
    )
    return (
        f"{where(url)} answered {response.status_code} with {what} that PACT does not give: "
        "is it the right base URL, or is a proxy between?"
    )


def _seconds(value: Any) -> Optional[float]:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < float("inf") else None
