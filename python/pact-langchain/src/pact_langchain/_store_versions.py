"""How a store's items lie in PACT: each version of one is a session, as in the store for LangChain.js."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from urllib.parse import quote

from langgraph.store.base import Item

from ._errors import PACTError
from ._store_filter import Namespace
from ._store_steps import Call, Steps, all_pages, unless_gone
from ._store_texts import LONGEST_TEXT, length_of, texts_at

# Under this, a session's metadata holds the value itself, and one list reads many; PACT takes 16,384 bytes.
_MOST_METADATA_BYTES = 16_000
# The most messages that PACT takes in one call: texts after them are not searched.
_MOST_MESSAGES = 1_000
# The speakers of an item's messages: a value too large for the metadata, and the texts of a search.
_VALUE_NAME = "value"
INDEX_NAME = "index"


class Version(NamedTuple):
    """One version of an item: a session of its own, because PACT changes no session and erases whole ones."""

    session: Dict[str, Any]
    namespace: Namespace
    key: str

    @property
    def session_id(self) -> str:
        """The session's id."""
        return str(self.session["session_id"])

    @property
    def group(self) -> str:
        """What `group_of` made of its namespace."""
        return str(self.session["metadata"].get("user_id"))

    @property
    def created_at(self) -> str:
        """When the item's first version was made."""
        return str(self.session["metadata"].get("created_at") or self.session["created_at"])

    @property
    def updated_at(self) -> str:
        """When this version was made."""
        return str(self.session["metadata"].get("updated_at") or self.session["created_at"])


@dataclass(frozen=True)
class NewVersion:
    """A version that is to be written."""

    application: str
    namespace: Namespace
    key: str
    value: Mapping[str, Any]
    paths: Sequence[str]
    """Paths whose texts a search by meaning looks in."""
    created_at: Optional[str]
    """When the item's first version was made; None when this is it."""


def group_of(namespace: Namespace) -> str:
    """Where the items of a namespace are listed, searched and erased together: an end user of PACT.

    It is named after the first two labels, and marked, so that no person's memory is mixed with it.
    """
    group = "store:" + "/".join(quote(label, safe="!~*'()") for label in namespace[:2])
    return group if len(group) <= 256 else f"store:sha256:{hashlib.sha256(group.encode()).hexdigest()}"


def list_versions(application: str, group: Optional[str]) -> Steps[List[Version]]:
    """The versions of all items in a group, or of all in the store; newest first."""
    versions = []
    asked = {"application": application, "user_id": group, "limit": 200}
    for session in (yield from all_pages("list_sessions", asked)):
        metadata = session["metadata"]
        namespace, key = metadata.get("namespace"), metadata.get("key")
        # Without a value or a message it is half written.
        is_written = isinstance(metadata.get("value"), str) or session["message_count"] > 0
        if isinstance(namespace, list) and isinstance(key, str) and is_written:
            versions.append(Version(session, tuple(namespace), key))
    return versions


def by_item(versions: Iterable[Version]) -> List[List[Version]]:
    """Of each item its versions, newest first, in the order in which the items were first put."""
    items: Dict[Tuple[Namespace, str], List[Version]] = {}
    for version in versions:
        items.setdefault((version.namespace, version.key), []).append(version)
    return sorted(items.values(), key=lambda item: (item[0].created_at, item[0].key))


def read_item(versions: Iterable[Version]) -> Steps[Optional[Tuple[str, Item]]]:
    """The newest of an item's versions that is whole, and its session's id."""
    for version in versions:
        text = yield from _value_text(version)
        # Half written, or erased meanwhile.
        if text is None:
            continue
        item = Item(
            value=json.loads(text),
            key=version.key,
            namespace=version.namespace,
            created_at=_time(version.created_at),
            updated_at=_time(version.updated_at),
        )
        return version.session_id, item
    return None


def _value_text(version: Version) -> Steps[Optional[str]]:
    text = version.session["metadata"].get("value")
    if isinstance(text, str):
        return text
    page = yield from unless_gone("list_messages", {"session_id": version.session_id, "limit": 1})
    first = page.data[0] if page is not None and page.data else {}
    return str(first["content"]) if first.get("name") == _VALUE_NAME else None


def write_version(version: NewVersion) -> Steps[None]:
    """Writes a version whole. Until it has returned, readers may still see the version before."""
    text = _json(version.value)
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    metadata: Dict[str, Any] = {
        "application": version.application,
        "user_id": group_of(version.namespace),
        "namespace": list(version.namespace),
        "key": version.key,
        "created_at": version.created_at or now,
        "updated_at": now,
    }
    with_value = {**metadata, "value": text}
    is_small = len(_json(with_value).encode()) <= _MOST_METADATA_BYTES
    if not is_small and length_of(text) > LONGEST_TEXT:
        raise ValueError(
            f"The value of {_json(version.key)} has {length_of(text)} characters as JSON; "
            f"PACT stores {LONGEST_TEXT} at most."
        )
    texts = [] if is_small else [{"role": "tool", "name": _VALUE_NAME, "content": text}]
    for indexed in texts_at(version.value, version.paths):
        texts.append({"role": "tool", "name": INDEX_NAME, "content": indexed})
    yield from _save(with_value if is_small else metadata, texts[:_MOST_MESSAGES])


def _save(metadata: Dict[str, Any], messages: List[Dict[str, str]]) -> Steps[None]:
    created = yield Call(
        "create_session",
        {
            "metadata": metadata,
            "track_emotion": False,
            "consolidation_threshold": 1_000,
            "token_threshold": 1_000_000,
        },
    )
    session_id = created["session_id"]
    if not messages:
        return
    try:
        yield Call("save_messages", {"session_id": session_id, "messages": messages})
    except PACTError:
        # Refused here, the put must not be seen by readers; what stopped it is told, not what may stop this.
        try:
            yield Call("delete_session", {"session_id": session_id})
        except PACTError:
            pass
        raise


def erase(versions: Iterable[Version]) -> Steps[None]:
    """Erases versions from every store of PACT."""
    for version in versions:
        yield from unless_gone("delete_session", {"session_id": version.session_id})


def _json(value: Any) -> str:
    """Compact JSON that any reader takes: no NaN, and half a surrogate pair only as an escape."""
    value = dict(value) if isinstance(value, Mapping) else value
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", text)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
