"""LangChain's messages on PACT's wire, and back.

A message of the wire has a role, a speaker's name and a text. What is more than that (tool calls, pictures,
ids of tool calls) goes into a second message, of role `tool` and the name `langchain-message`: the whole
message as JSON. It takes the place of the text before it when both are read back. A message without any text
is stored as the second one alone.
"""

import hashlib
import json
import uuid
from typing import Any, Dict, Iterable, List, Optional, Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    message_to_dict,
    messages_from_dict,
)

from ._generated.models import Message, SaveMessagesMessage

WHOLE = "langchain-message"
_ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "tool"}
_LONGEST_NAME = 128
# Facts about the call of a model, not about what was said.
_OF_THE_CALL = ("usage_metadata", "response_metadata")


def text_of(content: Any) -> str:
    """What a content says in words: the text itself, or the text blocks of a multimodal one."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return "" if content is None else str(content)
    blocks = (block if isinstance(block, str) else block.get("text") for block in content)
    return "\n".join(text for text in blocks if isinstance(text, str) and text)


def role_of(message: BaseMessage) -> str:
    """The wire's role of a message."""
    if isinstance(message, ChatMessage):
        return message.role if message.role in ("user", "assistant", "system", "tool") else "user"
    return _ROLES.get(message.type, "user")


def external_id_of(message: BaseMessage, part: str = "") -> Optional[str]:
    """An id that a message keeps when it is saved again; None when it has none of its own."""
    if not message.id:
        return None
    # With its content, so that an id that somebody uses twice loses nothing.
    told = json.dumps([message.id, message.type, message.content, part], default=str, sort_keys=True)
    return f"lc-{hashlib.sha256(told.encode()).hexdigest()[:40]}"


def to_wire(messages: Iterable[BaseMessage]) -> List[SaveMessagesMessage]:
    """What is saved of messages: one or two of the wire's for each."""
    return [part for message in messages for part in _parts(message)]


def from_wire(messages: Iterable[Message]) -> List[BaseMessage]:
    """The messages as LangChain knows them, oldest first."""
    read: List[BaseMessage] = []
    for message in messages:
        envelope = _envelope(message)
        if envelope is None:
            read.append(_plain(message))
            continue
        if envelope["has_text"] and read:
            read.pop()
        read.extend(messages_from_dict([envelope["message"]]))
    return read


def is_whole(message: Message) -> bool:
    """Whether a message of the wire is one of LangChain's as JSON, and no words that somebody said."""
    return _envelope(message) is not None


def _parts(message: BaseMessage) -> List[SaveMessagesMessage]:
    text, is_plain = text_of(message.content), _is_plain(message)
    identity = external_id_of(message) or f"lc-{uuid.uuid4().hex}"
    parts: List[SaveMessagesMessage] = []
    if text or is_plain:
        said: Dict[str, Any] = {"role": role_of(message), "content": text, "external_id": identity}
        if message.name and len(message.name) <= _LONGEST_NAME:
            said["name"] = message.name
        parts.append(said)  # type: ignore[arg-type]
    if not is_plain:
        envelope = {"has_text": bool(text), "message": _stored(message)}
        content = json.dumps(envelope, ensure_ascii=False, default=str)
        parts.append({"role": "tool", "name": WHOLE, "content": content, "external_id": f"{identity}-whole"})
    return parts


def _stored(message: BaseMessage) -> Dict[str, Any]:
    told = message_to_dict(message)
    told["data"] = {name: value for name, value in told["data"].items() if name not in _OF_THE_CALL}
    return told


def _is_plain(message: BaseMessage) -> bool:
    """Whether role, name and text are all there is to a message."""
    if type(message) not in (HumanMessage, AIMessage, SystemMessage) or not isinstance(message.content, str):
        return False
    if message.name is not None and not 0 < len(message.name) <= _LONGEST_NAME:
        return False
    if any(value is not None for value in message.additional_kwargs.values()):
        return False
    return not (isinstance(message, AIMessage) and (message.tool_calls or message.invalid_tool_calls))


def _plain(message: Message) -> BaseMessage:
    role = message["role"]
    known: Dict[str, Any] = {"content": message["content"], "id": message["id"], "name": message.get("name")}
    if role == "user":
        return HumanMessage(**known)
    if role == "assistant":
        return AIMessage(**known)
    if role == "system":
        return SystemMessage(**known)
    # Saved by somebody else, without the id of the call that LangChain's own tool message needs.
    return ChatMessage(role=role, **known)


def _envelope(message: Message) -> Optional[Dict[str, Any]]:
    if message.get("name") != WHOLE or message["role"] != "tool":
        return None
    try:
        envelope = json.loads(message["content"])
        return envelope if "message" in envelope and "has_text" in envelope else None
    except (ValueError, TypeError):
        return None


def batches(messages: Sequence[SaveMessagesMessage]) -> List[List[SaveMessagesMessage]]:
    """Lists as long as one call takes."""
    return [list(messages[start : start + 1000]) for start in range(0, len(messages), 1000)]
