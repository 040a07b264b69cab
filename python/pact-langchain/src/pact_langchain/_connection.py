"""What both clients know of where they call, and how they say that they could not."""

import os
import re
from dataclasses import dataclass, field
from typing import Dict, NoReturn, Optional
from urllib.parse import urlsplit

import httpx

from ._answer import where
from ._errors import PACTConnectionError, PACTError, PACTTimeoutError
from ._request import Request
from ._version import __version__

PRODUCTION = "https://api.neurobloom.ai/pact/v1"


@dataclass(frozen=True)
class Connection:
    """How a client's calls travel."""

    base_url: str
    timeout: float
    max_retries: int
    # Never shown: a client that is printed or logged tells no key.
    api_key: Optional[str] = field(repr=False)

    def headers(self, request: Request) -> Dict[str, str]:
        if not request.operation.needs_key:
            return {"User-Agent": f"pact-langchain/{__version__}", **request.headers}
        if not self.api_key:
            raise PACTError("There is no API key: set PACT_API_KEY, or give api_key to the client.")
        return {
            "User-Agent": f"pact-langchain/{__version__}",
            "Authorization": f"Bearer {self.api_key}",
            **request.headers,
        }


def connection_of(
    api_key: Optional[str], base_url: Optional[str], timeout: Optional[float], max_retries: int
) -> Connection:
    """A connection; what is not given comes from the environment."""
    key = (os.environ.get("PACT_API_KEY") if api_key is None else api_key) or ""
    if not re.fullmatch(r"[\x21-\x7e]*", key.strip()):
        raise PACTError("The API key holds a character that no key has: was it copied whole, and alone?")
    url = (base_url or os.environ.get("PACT_BASE_URL") or PRODUCTION).strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PACTError(f"The base URL {url!r} is not an http(s) URL.")
    return Connection(url.rstrip("/"), 30.0 if timeout is None else timeout, max_retries, key.strip() or None)


def raise_unreached(url: str, timeout: float, has_begun: bool, cause: Exception) -> NoReturn:
    """Raises the sentence about a call that got no whole answer."""
    if isinstance(cause, (httpx.TimeoutException, TimeoutError)):
        raise PACTTimeoutError(f"{where(url)} did not answer within {timeout:g} s.") from cause
    if has_begun:
        raise PACTConnectionError(f"The answer of {where(url)} broke off.") from cause
    reason = str(cause).rstrip(".") or type(cause).__name__
    raise PACTConnectionError(f"Cannot reach {where(url)}: {reason}.") from cause
