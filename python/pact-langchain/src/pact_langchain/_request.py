"""An operation's input as a request."""

import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import quote, urlencode

from ._errors import PACTError

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """Where an operation lives on the wire."""

    method: str
    path: str
    """With its path fields in braces."""
    has_body: bool = False
    has_answer: bool = True
    answer_header: Optional[Tuple[str, str]] = None
    """The header that is the answer of an operation without a body, and its key in the answer."""
    answering_statuses: Tuple[int, ...] = ()
    """Statuses of 400 and above that carry an answer all the same."""
    needs_key: bool = True


class CallOptions(NamedTuple):
    """What one call may have of its own."""

    idempotency_key: Optional[str] = None
    timeout: Optional[float] = None
    max_retries: Optional[int] = None


@dataclass(frozen=True)
class Request:
    """A call, ready to be sent, any number of times."""

    operation: Operation
    url: str
    headers: Dict[str, str]
    content: Optional[bytes]


def to_request(
    operation: Operation,
    base_url: str,
    path: Fields,
    query: Fields,
    body: Fields,
    idempotency_key: Optional[str],
) -> Request:
    """The request of a call. Fields that are None are left out. A POST gets its idempotency key here, once a
    call.
    """
    headers = {"Accept": "application/json"}
    content = None
    if operation.has_body:
        headers["Content-Type"] = "application/json"
        given = {name: value for name, value in body.items() if value is not None}
        content = _utf8(json.dumps(given, default=_json_value, ensure_ascii=False))
    if operation.method == "POST":
        headers["Idempotency-Key"] = idempotency_key or secrets.token_hex(16)
    return Request(operation, base_url + _path(operation.path, path) + _query(query), headers, content)


def _path(path: str, fields: Fields) -> str:
    def value_of(match: "re.Match[str]") -> str:
        name = match.group(1)
        value = fields.get(name)
        # An empty or dotted id would make a request of another path: of all sessions, say.
        if not isinstance(value, str) or value in ("", ".", ".."):
            raise PACTError(f"{name} must be an id, not {value!r}.")
        return quote(value, safe="")

    return re.sub(r"\{(\w+)\}", value_of, path)


def _query(fields: Fields) -> str:
    given = {name: _query_value(value) for name, value in fields.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _query_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _utf8(text: str) -> bytes:
    """Text on the wire. Half of a pair, as a model's output that was cut leaves it, becomes a replacement
    character.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        # One without a zone is local time, as everywhere in Python.
        return value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise PACTError(f"A value of type {type(value).__name__} cannot be sent as JSON.")
