"""LangChain's chat message history, kept in PACT."""

from typing import List, Optional, Sequence

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import BaseMessage

from ._messages import batches, from_wire, to_wire
from ._sessions import Clients, metadata_of
from .client import AsyncPACTClient, PACTClient


class PACTChatMessageHistory(BaseChatMessageHistory):
    """The messages of one conversation, word for word, folded ones too.

        history = PACTChatMessageHistory("support-42")
        history.add_user_message("Where is my espresso machine?")

    Every type of message comes back as it was, tool calls and multimodal content included, but for
    `usage_metadata` and `response_metadata`, which tell of a call and not of what was said. A message that
    has an id is stored once, however
    often it is added. When PACT does not answer, the error reaches the caller: nothing is dropped silently.

    Args:
        external_id: Your own id of the conversation; the same id is the same conversation, in any process.
        session_id: PACT's id of a session (`sess_…`), in its place. With neither, a new conversation begins.
        user_id: The end user, for recall across conversations and for erasure; used when the conversation is
            new.
        client: Calls PACT; default: one made from the environment.
        async_client: The same, for the asynchronous methods.
        track_emotion: False: nothing about emotion is ever read from a new conversation.
    """

    def __init__(
        self,
        external_id: Optional[str] = None,
        *,
        session_id: Optional[str] = None,
        user_id: Optional[str] = None,
        client: Optional[PACTClient] = None,
        async_client: Optional[AsyncPACTClient] = None,
        track_emotion: Optional[bool] = None,
    ) -> None:
        self._clients = Clients(client, async_client)
        self._external_id, self._session_id = external_id, session_id
        self._metadata, self._track_emotion = metadata_of(user_id), track_emotion

    @property
    def session_id(self) -> str:
        """PACT's id of the session, which is opened when it is first needed."""
        if self._session_id is None:
            created = self._clients.sync.create_session(
                self._metadata, self._external_id, track_emotion=self._track_emotion
            )
            self._session_id = created["session_id"]
        return self._session_id

    async def _asession_id(self) -> str:
        if self._session_id is None:
            created = await self._clients.asynchronous.create_session(
                self._metadata, self._external_id, track_emotion=self._track_emotion
            )
            self._session_id = created["session_id"]
        return self._session_id

    @property
    def messages(self) -> List[BaseMessage]:  # type: ignore[override]
        """All messages, oldest first."""
        return from_wire(self._clients.sync.list_messages(self.session_id, limit=200))

    async def aget_messages(self) -> List[BaseMessage]:
        """All messages, oldest first."""
        page = await self._clients.asynchronous.list_messages(await self._asession_id(), limit=200)
        return from_wire([message async for message in page])

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Adds messages to the end."""
        for batch in batches(to_wire(messages)):
            self._clients.sync.save_messages(self.session_id, batch)

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Adds messages to the end."""
        for batch in batches(to_wire(messages)):
            await self._clients.asynchronous.save_messages(await self._asession_id(), batch)

    def clear(self) -> None:
        """Erases the conversation from every store of PACT, and goes on in an empty one of the same
        `external_id`.
        """
        self._clients.sync.delete_session(self.session_id)
        self._session_id = None

    async def aclear(self) -> None:
        """Erases the conversation from every store of PACT, and goes on in an empty one of the same
        `external_id`.
        """
        await self._clients.asynchronous.delete_session(await self._asession_id())
        self._session_id = None
