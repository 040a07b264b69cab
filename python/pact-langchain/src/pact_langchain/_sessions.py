"""Which session an integration speaks to, and the clients that it speaks with."""

from typing import Any, Dict, Optional

from .client import AsyncPACTClient, PACTClient


class Clients:
    """The two clients of an integration, each made when it is first needed."""

    def __init__(
        self,
        client: Optional[PACTClient] = None,
        async_client: Optional[AsyncPACTClient] = None,
        **settings: Any,
    ) -> None:
        self._sync, self._async, self._settings = client, async_client, settings

    @property
    def sync(self) -> PACTClient:
        if self._sync is None:
            self._sync = PACTClient(**self._settings_of(self._async))
        return self._sync

    @property
    def asynchronous(self) -> AsyncPACTClient:
        if self._async is None:
            self._async = AsyncPACTClient(**self._settings_of(self._sync))
        return self._async

    def _settings_of(self, twin: Any) -> Dict[str, Any]:
        """A client that was given tells its twin where to call."""
        if twin is None:
            return self._settings
        known = twin._connection
        return {
            "api_key": known.api_key or "",
            "base_url": known.base_url,
            "timeout": known.timeout,
            "max_retries": known.max_retries,
        }


def metadata_of(user_id: Optional[str], application: Optional[str] = None) -> Optional[Dict[str, Any]]:
    """The metadata of a new session; None when there is nothing to say."""
    given = {"user_id": user_id, "application": application}
    return {name: value for name, value in given.items() if value is not None} or None
