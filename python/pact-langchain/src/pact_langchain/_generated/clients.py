"""One method an operation, twice. Generated from openapi.json by scripts/generate.py. Do not edit."""

from datetime import datetime
from typing import Any, Literal, Mapping, Optional, Sequence, Union, cast

from .._pages import AsyncPage, Page
from .._request import CallOptions, Fields, Operation
from . import operations
from .models import (
    Consolidated,
    Context,
    CreatedSession,
    DeleteSessionAnswer,
    EmotionalState,
    Erasure,
    Expanded,
    Health,
    MemoryGraph,
    Message,
    Priority,
    PrioritySet,
    RecallFilters,
    Recalled,
    SaveMessagesMessage,
    SavedInteraction,
    SavedMessages,
    Session,
    Usage,
    UserExport,
)


class Operations:
    """The operations of the API, one method each. How a call travels is its subclass's."""

    def _call(self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions) -> Any:
        raise NotImplementedError

    def _list(self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions) -> Page[Any]:
        raise NotImplementedError

    def create_session(
        self,
        metadata: Optional[Mapping[str, Any]] = None,
        external_id: Optional[str] = None,
        consolidation_threshold: Optional[int] = None,
        token_threshold: Optional[int] = None,
        track_emotion: Optional[bool] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> CreatedSession:
        """Open a session.

        `POST /sessions`

        Args:
            external_id: Your own id of this conversation. A second request with it returns the same session. At most 256 characters.
            consolidation_threshold: Messages that may stand before older ones fold. Default 10, 2 to 1000.
            token_threshold: Tokens that may stand before older messages fold. Default 2000, 100 to 1000000.
            track_emotion: False: nothing about emotion is ever read from this session or stored for it. It cannot be changed later. Default true.
        """
        return cast(CreatedSession, self._call(
            operations.CREATE_SESSION,
            {},
            {},
            {"metadata": metadata, "external_id": external_id, "consolidation_threshold": consolidation_threshold, "token_threshold": token_threshold, "track_emotion": track_emotion},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def list_sessions(
        self,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        user_id: Optional[str] = None,
        application: Optional[str] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Page[Session]:
        """List sessions, newest first.

        `GET /sessions`

        Args:
            limit: Default 50, 1 to 200.
            cursor: At most 1000 characters.
            user_id: Only sessions whose metadata names this end user. At most 256 characters.
            application: Only sessions whose metadata names this application. At most 256 characters.
        """
        return self._list(
            operations.LIST_SESSIONS,
            {},
            {"limit": limit, "cursor": cursor, "user_id": user_id, "application": application},
            {},
            CallOptions(None, timeout, max_retries),
        )

    def get_session(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Session:
        """Read a session.

        `GET /sessions/{session_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Session, self._call(
            operations.GET_SESSION,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def delete_session(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> DeleteSessionAnswer:
        """Erase a session from every store.

        `DELETE /sessions/{session_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(DeleteSessionAnswer, self._call(
            operations.DELETE_SESSION,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def save_interaction(
        self,
        session_id: str,
        user_message: str,
        ai_message: str,
        track_emotion: Optional[bool] = None,
        consolidate: Optional[bool] = None,
        occurred_at: Optional[Union[str, datetime]] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> SavedInteraction:
        """Save what the user said and what the agent answered.

        `POST /sessions/{session_id}/interactions`

        Args:
            user_message: At most 200000 characters.
            ai_message: At most 200000 characters.
            track_emotion: False: nothing about emotion is read or stored. True reads it only where the session and the workspace allow it. Default true.
            consolidate: False: this save never folds older turns. Default true.
            occurred_at: When it was said; without it, now.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(SavedInteraction, self._call(
            operations.SAVE_INTERACTION,
            {"session_id": session_id},
            {},
            {"user_message": user_message, "ai_message": ai_message, "track_emotion": track_emotion, "consolidate": consolidate, "occurred_at": occurred_at},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def save_messages(
        self,
        session_id: str,
        messages: Sequence[SaveMessagesMessage],
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> SavedMessages:
        """Save messages of any roles: an import, or a chat of many.

        `POST /sessions/{session_id}/messages`

        Args:
            messages: 1 to 1000 items.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(SavedMessages, self._call(
            operations.SAVE_MESSAGES,
            {"session_id": session_id},
            {},
            {"messages": messages},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def list_messages(
        self,
        session_id: str,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        order: Optional[Literal["asc", "desc"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Page[Message]:
        """Read everything said, folded turns too.

        `GET /sessions/{session_id}/messages`

        Args:
            limit: Default 50, 1 to 200.
            cursor: At most 1000 characters.
            order: Order of arrival: oldest or newest first. Default "asc".

        Raises:
            NotFoundError: There is no such thing.
        """
        return self._list(
            operations.LIST_MESSAGES,
            {"session_id": session_id},
            {"limit": limit, "cursor": cursor, "order": order},
            {},
            CallOptions(None, timeout, max_retries),
        )

    def get_context(
        self,
        session_id: str,
        max_tokens: Optional[int] = None,
        include_emotional: Optional[bool] = None,
        query: Optional[str] = None,
        format: Optional[Literal["json", "text", "openai", "anthropic"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Context:
        """Read the context that matters now, within a token budget.

        `GET /sessions/{session_id}/context`

        Args:
            max_tokens: Default 2000, 1 to 1000000.
            include_emotional: Default true.
            query: What the agent is about to answer: turns that bear on it are served too. At most 4000 characters.
            format: Default "json".

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Context, self._call(
            operations.GET_CONTEXT,
            {"session_id": session_id},
            {"max_tokens": max_tokens, "include_emotional": include_emotional, "query": query, "format": format},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def get_emotional_state(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> EmotionalState:
        """Read how the session feels, and how it came there.

        `GET /sessions/{session_id}/emotional_state`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(EmotionalState, self._call(
            operations.GET_EMOTIONAL_STATE,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def get_memory_graph(
        self,
        session_id: str,
        limit: Optional[int] = None,
        min_importance: Optional[float] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> MemoryGraph:
        """Read the memory graph.

        `GET /sessions/{session_id}/graph`

        Args:
            limit: Nodes served: the most important. Default 200, 1 to 2000.
            min_importance: Default 0, 0 to 1.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(MemoryGraph, self._call(
            operations.GET_MEMORY_GRAPH,
            {"session_id": session_id},
            {"limit": limit, "min_importance": min_importance},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def consolidate(
        self,
        session_id: str,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Consolidated:
        """Fold older turns into the summary now.

        `POST /sessions/{session_id}/consolidate`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Consolidated, self._call(
            operations.CONSOLIDATE,
            {"session_id": session_id},
            {},
            {},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def expand(
        self,
        session_id: str,
        source_ids: Sequence[str],
        around: Optional[int] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Expanded:
        """Read the messages behind a sentence of the summary.

        `POST /sessions/{session_id}/expand`

        Args:
            source_ids: The `source_ids` of a sentence of the summary, or several of them. 1 to 1000 items.
            around: Messages before and after each one to add. Default 0, 0 to 5.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Expanded, self._call(
            operations.EXPAND,
            {"session_id": session_id},
            {},
            {"source_ids": source_ids, "around": around},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def set_priority(
        self,
        session_id: str,
        topic: str,
        priority: Priority,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> PrioritySet:
        """Rank a topic.

        `POST /sessions/{session_id}/priority`

        Args:
            topic: At most 200 characters.
            priority: high: its messages stay verbatim. medium: as if never set. low: it leaves the summary first.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(PrioritySet, self._call(
            operations.SET_PRIORITY,
            {"session_id": session_id},
            {},
            {"topic": topic, "priority": priority},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def recall(
        self,
        query: str,
        session_id: Optional[str] = None,
        user_id: Optional[str] = None,
        limit: Optional[int] = None,
        max_tokens: Optional[int] = None,
        filters: Optional[RecallFilters] = None,
        explain: Optional[bool] = None,
        explain_message_ids: Optional[Sequence[str]] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Recalled:
        """Find the messages that bear on a query.

        `POST /recall`

        Args:
            query: At most 4000 characters.
            session_id: Search one session.
            user_id: Search every session of one end user. Without either: the whole workspace. At most 256 characters.
            limit: Default 10, 1 to 100.
            max_tokens: Results stop before their text exceeds it. 1 to 1000000.
            explain: Default false.
            explain_message_ids: Messages whose place is to be explained, found or not: their rank, and which part of the score kept them out. 0 to 20 items.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Recalled, self._call(
            operations.RECALL,
            {},
            {},
            {"query": query, "session_id": session_id, "user_id": user_id, "limit": limit, "max_tokens": max_tokens, "filters": filters, "explain": explain, "explain_message_ids": explain_message_ids},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    def get_erasure(
        self,
        erasure_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Erasure:
        """Read the receipt of an erasure.

        `GET /erasures/{erasure_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Erasure, self._call(
            operations.GET_ERASURE,
            {"erasure_id": erasure_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def export_user(
        self,
        user_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> UserExport:
        """Read everything held about one end user.

        `GET /users/{user_id}/export`

        Args:
            user_id: As `metadata.user_id` of the sessions names the end user.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(UserExport, self._call(
            operations.EXPORT_USER,
            {"user_id": user_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def erase_user(
        self,
        user_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Erasure:
        """Erase one end user from every store, across sessions. Answers with the receipt. Of a user without sessions it says that nothing was held, so that it may be sent again.

        `DELETE /users/{user_id}`

        Args:
            user_id: As `metadata.user_id` of the sessions names the end user.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Erasure, self._call(
            operations.ERASE_USER,
            {"user_id": user_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def usage(
        self,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        group_by: Optional[Literal["day", "key"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Usage:
        """Read what the workspace used, by day or by key.

        `GET /usage`

        Args:
            from_: First day, in UTC. Without it, the first of the month of the last day.
            to: Last day, counted in. Without it, today.
            group_by: Default "day".
        """
        return cast(Usage, self._call(
            operations.USAGE,
            {},
            {"from": from_, "to": to, "group_by": group_by},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    def health(
        self,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Health:
        """Whether the service can serve; needs no key.

        `GET /health`
        """
        return cast(Health, self._call(
            operations.HEALTH,
            {},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))


class AsyncOperations:
    """The operations of the API, one method each. How a call travels is its subclass's."""

    async def _call(self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions) -> Any:
        raise NotImplementedError

    async def _list(self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions) -> AsyncPage[Any]:
        raise NotImplementedError

    async def create_session(
        self,
        metadata: Optional[Mapping[str, Any]] = None,
        external_id: Optional[str] = None,
        consolidation_threshold: Optional[int] = None,
        token_threshold: Optional[int] = None,
        track_emotion: Optional[bool] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> CreatedSession:
        """Open a session.

        `POST /sessions`

        Args:
            external_id: Your own id of this conversation. A second request with it returns the same session. At most 256 characters.
            consolidation_threshold: Messages that may stand before older ones fold. Default 10, 2 to 1000.
            token_threshold: Tokens that may stand before older messages fold. Default 2000, 100 to 1000000.
            track_emotion: False: nothing about emotion is ever read from this session or stored for it. It cannot be changed later. Default true.
        """
        return cast(CreatedSession, await self._call(
            operations.CREATE_SESSION,
            {},
            {},
            {"metadata": metadata, "external_id": external_id, "consolidation_threshold": consolidation_threshold, "token_threshold": token_threshold, "track_emotion": track_emotion},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def list_sessions(
        self,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        user_id: Optional[str] = None,
        application: Optional[str] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> AsyncPage[Session]:
        """List sessions, newest first.

        `GET /sessions`

        Args:
            limit: Default 50, 1 to 200.
            cursor: At most 1000 characters.
            user_id: Only sessions whose metadata names this end user. At most 256 characters.
            application: Only sessions whose metadata names this application. At most 256 characters.
        """
        return await self._list(
            operations.LIST_SESSIONS,
            {},
            {"limit": limit, "cursor": cursor, "user_id": user_id, "application": application},
            {},
            CallOptions(None, timeout, max_retries),
        )

    async def get_session(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Session:
        """Read a session.

        `GET /sessions/{session_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Session, await self._call(
            operations.GET_SESSION,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def delete_session(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> DeleteSessionAnswer:
        """Erase a session from every store.

        `DELETE /sessions/{session_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(DeleteSessionAnswer, await self._call(
            operations.DELETE_SESSION,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def save_interaction(
        self,
        session_id: str,
        user_message: str,
        ai_message: str,
        track_emotion: Optional[bool] = None,
        consolidate: Optional[bool] = None,
        occurred_at: Optional[Union[str, datetime]] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> SavedInteraction:
        """Save what the user said and what the agent answered.

        `POST /sessions/{session_id}/interactions`

        Args:
            user_message: At most 200000 characters.
            ai_message: At most 200000 characters.
            track_emotion: False: nothing about emotion is read or stored. True reads it only where the session and the workspace allow it. Default true.
            consolidate: False: this save never folds older turns. Default true.
            occurred_at: When it was said; without it, now.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(SavedInteraction, await self._call(
            operations.SAVE_INTERACTION,
            {"session_id": session_id},
            {},
            {"user_message": user_message, "ai_message": ai_message, "track_emotion": track_emotion, "consolidate": consolidate, "occurred_at": occurred_at},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def save_messages(
        self,
        session_id: str,
        messages: Sequence[SaveMessagesMessage],
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> SavedMessages:
        """Save messages of any roles: an import, or a chat of many.

        `POST /sessions/{session_id}/messages`

        Args:
            messages: 1 to 1000 items.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(SavedMessages, await self._call(
            operations.SAVE_MESSAGES,
            {"session_id": session_id},
            {},
            {"messages": messages},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def list_messages(
        self,
        session_id: str,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        order: Optional[Literal["asc", "desc"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> AsyncPage[Message]:
        """Read everything said, folded turns too.

        `GET /sessions/{session_id}/messages`

        Args:
            limit: Default 50, 1 to 200.
            cursor: At most 1000 characters.
            order: Order of arrival: oldest or newest first. Default "asc".

        Raises:
            NotFoundError: There is no such thing.
        """
        return await self._list(
            operations.LIST_MESSAGES,
            {"session_id": session_id},
            {"limit": limit, "cursor": cursor, "order": order},
            {},
            CallOptions(None, timeout, max_retries),
        )

    async def get_context(
        self,
        session_id: str,
        max_tokens: Optional[int] = None,
        include_emotional: Optional[bool] = None,
        query: Optional[str] = None,
        format: Optional[Literal["json", "text", "openai", "anthropic"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Context:
        """Read the context that matters now, within a token budget.

        `GET /sessions/{session_id}/context`

        Args:
            max_tokens: Default 2000, 1 to 1000000.
            include_emotional: Default true.
            query: What the agent is about to answer: turns that bear on it are served too. At most 4000 characters.
            format: Default "json".

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Context, await self._call(
            operations.GET_CONTEXT,
            {"session_id": session_id},
            {"max_tokens": max_tokens, "include_emotional": include_emotional, "query": query, "format": format},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def get_emotional_state(
        self,
        session_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> EmotionalState:
        """Read how the session feels, and how it came there.

        `GET /sessions/{session_id}/emotional_state`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(EmotionalState, await self._call(
            operations.GET_EMOTIONAL_STATE,
            {"session_id": session_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def get_memory_graph(
        self,
        session_id: str,
        limit: Optional[int] = None,
        min_importance: Optional[float] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> MemoryGraph:
        """Read the memory graph.

        `GET /sessions/{session_id}/graph`

        Args:
            limit: Nodes served: the most important. Default 200, 1 to 2000.
            min_importance: Default 0, 0 to 1.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(MemoryGraph, await self._call(
            operations.GET_MEMORY_GRAPH,
            {"session_id": session_id},
            {"limit": limit, "min_importance": min_importance},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def consolidate(
        self,
        session_id: str,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Consolidated:
        """Fold older turns into the summary now.

        `POST /sessions/{session_id}/consolidate`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Consolidated, await self._call(
            operations.CONSOLIDATE,
            {"session_id": session_id},
            {},
            {},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def expand(
        self,
        session_id: str,
        source_ids: Sequence[str],
        around: Optional[int] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Expanded:
        """Read the messages behind a sentence of the summary.

        `POST /sessions/{session_id}/expand`

        Args:
            source_ids: The `source_ids` of a sentence of the summary, or several of them. 1 to 1000 items.
            around: Messages before and after each one to add. Default 0, 0 to 5.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Expanded, await self._call(
            operations.EXPAND,
            {"session_id": session_id},
            {},
            {"source_ids": source_ids, "around": around},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def set_priority(
        self,
        session_id: str,
        topic: str,
        priority: Priority,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> PrioritySet:
        """Rank a topic.

        `POST /sessions/{session_id}/priority`

        Args:
            topic: At most 200 characters.
            priority: high: its messages stay verbatim. medium: as if never set. low: it leaves the summary first.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(PrioritySet, await self._call(
            operations.SET_PRIORITY,
            {"session_id": session_id},
            {},
            {"topic": topic, "priority": priority},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def recall(
        self,
        query: str,
        session_id: Optional[str] = None,
        user_id: Optional[str] = None,
        limit: Optional[int] = None,
        max_tokens: Optional[int] = None,
        filters: Optional[RecallFilters] = None,
        explain: Optional[bool] = None,
        explain_message_ids: Optional[Sequence[str]] = None,
        *,
        idempotency_key: Optional[str] = None,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Recalled:
        """Find the messages that bear on a query.

        `POST /recall`

        Args:
            query: At most 4000 characters.
            session_id: Search one session.
            user_id: Search every session of one end user. Without either: the whole workspace. At most 256 characters.
            limit: Default 10, 1 to 100.
            max_tokens: Results stop before their text exceeds it. 1 to 1000000.
            explain: Default false.
            explain_message_ids: Messages whose place is to be explained, found or not: their rank, and which part of the score kept them out. 0 to 20 items.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Recalled, await self._call(
            operations.RECALL,
            {},
            {},
            {"query": query, "session_id": session_id, "user_id": user_id, "limit": limit, "max_tokens": max_tokens, "filters": filters, "explain": explain, "explain_message_ids": explain_message_ids},
            CallOptions(idempotency_key, timeout, max_retries),
        ))

    async def get_erasure(
        self,
        erasure_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Erasure:
        """Read the receipt of an erasure.

        `GET /erasures/{erasure_id}`

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Erasure, await self._call(
            operations.GET_ERASURE,
            {"erasure_id": erasure_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def export_user(
        self,
        user_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> UserExport:
        """Read everything held about one end user.

        `GET /users/{user_id}/export`

        Args:
            user_id: As `metadata.user_id` of the sessions names the end user.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(UserExport, await self._call(
            operations.EXPORT_USER,
            {"user_id": user_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def erase_user(
        self,
        user_id: str,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Erasure:
        """Erase one end user from every store, across sessions. Answers with the receipt. Of a user without sessions it says that nothing was held, so that it may be sent again.

        `DELETE /users/{user_id}`

        Args:
            user_id: As `metadata.user_id` of the sessions names the end user.

        Raises:
            NotFoundError: There is no such thing.
        """
        return cast(Erasure, await self._call(
            operations.ERASE_USER,
            {"user_id": user_id},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def usage(
        self,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        group_by: Optional[Literal["day", "key"]] = None,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Usage:
        """Read what the workspace used, by day or by key.

        `GET /usage`

        Args:
            from_: First day, in UTC. Without it, the first of the month of the last day.
            to: Last day, counted in. Without it, today.
            group_by: Default "day".
        """
        return cast(Usage, await self._call(
            operations.USAGE,
            {},
            {"from": from_, "to": to, "group_by": group_by},
            {},
            CallOptions(None, timeout, max_retries),
        ))

    async def health(
        self,
        *,
        timeout: Optional[float] = None,
        max_retries: Optional[int] = None,
    ) -> Health:
        """Whether the service can serve; needs no key.

        `GET /health`
        """
        return cast(Health, await self._call(
            operations.HEALTH,
            {},
            {},
            {},
            CallOptions(None, timeout, max_retries),
        ))
