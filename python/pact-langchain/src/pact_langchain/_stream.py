"""Server-sent events."""

import json
from typing import Any, Dict, List, Mapping, Optional, Union

from typing_extensions import Literal, NotRequired, TypedDict

from ._generated.models import ConsolidationTriggered, EmotionalStateChanged, MessageAdded, SessionDeleted
from ._request import Operation

STREAM = Operation("GET", "/sessions/{session_id}/stream")
LAST_EVENT = "session_deleted"


class StreamEvent(TypedDict):
    """Something that happened in a session."""

    event: Literal["message_added", "emotional_state_changed", "consolidation_triggered", "session_deleted"]
    id: NotRequired[str]
    """Given as `last_event_id`, a stream goes on right behind it."""
    data: Union[MessageAdded, EmotionalStateChanged, ConsolidationTriggered, SessionDeleted]


class EventReader:
    """Puts lines together into events, and remembers where a stream stands."""

    def __init__(self, last_event_id: Optional[str]) -> None:
        self.last_event_id = last_event_id
        self.retry_after: Optional[float] = None
        """Seconds after which the server wants to be asked again."""
        self._event, self._rest = "", b""
        self._data: List[str] = []
        self._id: Optional[str] = None

    def feed(self, chunk: bytes) -> List[StreamEvent]:
        """Takes what arrived; returns the events that it completes.

        Lines end at a line feed alone: a message may hold other line separators of Unicode, which JSON does
        not escape.
        """
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        events = (self._line(line.decode("utf-8", "replace").rstrip("\r")) for line in lines)
        return [event for event in events if event is not None]

    def _line(self, line: str) -> Optional[StreamEvent]:
        if line == "":
            return self._complete()
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id":
            self._id = value
        elif name == "retry" and value.isdigit():
            self.retry_after = int(value) / 1000
        return None

    def restart(self) -> None:
        """Forgets half an event: its id was never reached, so it comes again."""
        self._event, self._data, self._id, self._rest = "", [], None, b""

    def headers(self) -> Mapping[str, str]:
        return {
            "Accept": "text/event-stream",
            **({"Last-Event-ID": self.last_event_id} if self.last_event_id else {}),
        }

    def _complete(self) -> Optional[StreamEvent]:
        event, data, identity = self._event, self._data, self._id
        self._event, self._data, self._id = "", [], None
        if identity is not None:
            self.last_event_id = identity
        if not event or not data:
            return None
        told: Dict[str, Any] = {"event": event, "data": json.loads("\n".join(data))}
        if identity is not None:
            told["id"] = identity
        return told  # type: ignore[return-value]
