"""LangChain's memory of chains, with the names and arguments of version 0.1."""

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, cast

from langchain_core.messages import BaseMessage
from pydantic import ConfigDict, Field, PrivateAttr

from ._generated.models import Consolidated, Context, EmotionalState, MemoryGraph, Priority
from ._messages import from_wire, text_of
from ._sessions import Clients
from .client import AsyncPACTClient, PACTClient
from .history import PACTChatMessageHistory

if TYPE_CHECKING:
    from langchain_classic.memory.chat_memory import BaseChatMemory
else:
    try:
        from langchain_classic.memory.chat_memory import BaseChatMemory
    except ImportError:
        from langchain.memory.chat_memory import BaseChatMemory


class PACTMemory(BaseChatMemory):
    """Memory of a chain that knows how its user feels, and folds old turns into a summary.

        memory = PACTMemory(api_key="sk_test_…")
        chain = ConversationChain(llm=llm, memory=memory)

    Works with the chains of `langchain` below 1 and of `langchain-classic`. A chain without `input_key` saves
    its one
    input; where there are several, it says so instead of saving nothing. When PACT does not answer, the error
    (`PACTError`) reaches the caller of the chain: no turn is lost in silence.
    """

    api_key: Optional[str] = Field(default=None, repr=False, exclude=True)
    """`sk_test_…` or `sk_prod_…`. Default: `PACT_API_KEY` of the environment."""
    api_url: Optional[str] = None
    """Up to and with `/pact/v1`. Default: `PACT_BASE_URL` of the environment, or the production service."""
    emotional_tracking: bool = True
    """False: nothing about emotion is read or stored."""
    context_consolidation: bool = True
    """False: saving a turn never folds older ones."""
    consolidation_threshold: int = 10
    """Messages that may stand before older ones fold, 2 to 1000; holds for a new session."""
    max_token_limit: Optional[int] = 2000
    """Tokens of the context at most, 1 to 1,000,000; None: the service's default."""
    return_emotional_context: bool = True
    """False: `history` is the only memory variable."""
    session_id: Optional[str] = None
    """Goes on in this session; without one, a new session is opened at once."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    _clients: Clients = PrivateAttr()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._clients = Clients(api_key=self.api_key, base_url=self.api_url)
        self.api_url = self._pact_client.base_url
        if self.session_id is None:
            self.session_id = self._open()
        else:
            self._follow()

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "session_id":
            self._follow()

    @property
    def _pact_client(self) -> PACTClient:
        return self._clients.sync

    @property
    def _async_pact_client(self) -> AsyncPACTClient:
        return self._clients.asynchronous

    @property
    def memory_variables(self) -> List[str]:
        """What `load_memory_variables` gives."""
        return (
            ["history", "emotional_state", "context_summary"]
            if self.return_emotional_context
            else ["history"]
        )

    def load_memory_variables(self, inputs: Dict[str, Any]) -> Dict[str, Any]:
        """The context that matters now.

        `history`: the messages, one a line, or as messages with `return_messages=True`; `emotional_state`:
        how the user feels, in one word; `context_summary`: what was folded, empty at first.
        """
        return self._variables(
            self._pact_client.get_context(self._session, self.max_token_limit, self.emotional_tracking)
        )

    async def aload_memory_variables(self, inputs: Dict[str, Any]) -> Dict[str, Any]:
        """See `load_memory_variables`."""
        return self._variables(
            await self._async_pact_client.get_context(
                self._session, self.max_token_limit, self.emotional_tracking
            )
        )

    def save_context(self, inputs: Dict[str, Any], outputs: Dict[str, Any]) -> None:
        """Saves a turn.

        Raises:
            ValueError: There are several inputs or outputs, and `input_key` or `output_key` does not say
                which one.
        """
        user_message, ai_message = self._turn(inputs, outputs)
        self._pact_client.save_interaction(
            self._session, user_message, ai_message, self.emotional_tracking, self.context_consolidation
        )

    async def asave_context(self, inputs: Dict[str, Any], outputs: Dict[str, Any]) -> None:
        """See `save_context`."""
        user_message, ai_message = self._turn(inputs, outputs)
        await self._async_pact_client.save_interaction(
            self._session, user_message, ai_message, self.emotional_tracking, self.context_consolidation
        )

    def clear(self) -> None:
        """Erases the session from every store of PACT, and goes on in a new one."""
        self._pact_client.delete_session(self._session)
        self.session_id = self._open()

    async def aclear(self) -> None:
        """See `clear`."""
        await self._async_pact_client.delete_session(self._session)
        created = await self._async_pact_client.create_session(
            consolidation_threshold=self.consolidation_threshold, track_emotion=self.emotional_tracking
        )
        self.session_id = created["session_id"]

    def get_emotional_state(self) -> EmotionalState:
        """How the session feels, and how it came there."""
        return self._pact_client.get_emotional_state(self._session)

    def get_context_graph(self) -> MemoryGraph:
        """The graph of messages, topics, entities and emotions."""
        return self._pact_client.get_memory_graph(self._session)

    def force_consolidation(self) -> Consolidated:
        """Folds older turns into the summary now."""
        return self._pact_client.consolidate(self._session)

    def set_context_priority(self, topic: str, priority: str) -> None:
        """Ranks a topic `high` (its messages stay verbatim), `medium` or `low` (it leaves the summary
        first).
        """
        self._pact_client.set_priority(self._session, topic, cast(Priority, priority))

    async def aget_emotional_state(self) -> EmotionalState:
        """See `get_emotional_state`."""
        return await self._async_pact_client.get_emotional_state(self._session)

    async def aget_context_graph(self) -> MemoryGraph:
        """See `get_context_graph`."""
        return await self._async_pact_client.get_memory_graph(self._session)

    async def aforce_consolidation(self) -> Consolidated:
        """See `force_consolidation`."""
        return await self._async_pact_client.consolidate(self._session)

    async def aset_context_priority(self, topic: str, priority: str) -> None:
        """See `set_context_priority`."""
        await self._async_pact_client.set_priority(self._session, topic, cast(Priority, priority))

    def __enter__(self) -> "PACTMemory":
        return self

    def __exit__(self, *_: object) -> None:
        self._pact_client.close()

    @property
    def _session(self) -> str:
        return cast(str, self.session_id)

    def _open(self) -> str:
        created = self._pact_client.create_session(
            consolidation_threshold=self.consolidation_threshold, track_emotion=self.emotional_tracking
        )
        return created["session_id"]

    def _follow(self) -> None:
        """The messages behind the memory are those of its session."""
        self.chat_memory = PACTChatMessageHistory(session_id=self.session_id, client=self._pact_client)

    def _turn(self, inputs: Dict[str, Any], outputs: Dict[str, Any]) -> Tuple[str, str]:
        for key, given, name in (
            (self.input_key, inputs, "input_key"),
            (self.output_key, outputs, "output_key"),
        ):
            if key is not None and key not in given:
                raise ValueError(
                    f"There is no {key!r}, which {name} names, among {sorted(given)}: nothing was saved."
                )
        user_message, ai_message = self._get_input_output(inputs, outputs)
        return _said(user_message), _said(ai_message)

    def _variables(self, context: Context) -> Dict[str, Any]:
        messages = context["messages"]
        lines = [f"{message['role'].capitalize()}: {message['content']}" for message in messages]
        result: Dict[str, Any] = {
            "history": from_wire(messages) if self.return_messages else "\n".join(lines)
        }
        if self.return_emotional_context:
            result["emotional_state"] = context["emotional_state"] or "neutral"
            result["context_summary"] = context["consolidated_summary"]
        return result


class AsyncPACTMemory(PACTMemory):
    """`PACTMemory` under the name that version 0.1 had for asynchronous chains. Both have every asynchronous
    method.
    """


def create_pact_memory(
    api_key: Optional[str] = None, emotional_tracking: bool = True, **kwargs: Any
) -> PACTMemory:
    """A `PACTMemory`, as version 0.1 made it."""
    return PACTMemory(api_key=api_key, emotional_tracking=emotional_tracking, **kwargs)


def _said(value: Any) -> str:
    """What a chain took or gave, in words: it may be a message, or messages."""
    if isinstance(value, BaseMessage):
        return text_of(value.content)
    if isinstance(value, list) and value and isinstance(value[-1], BaseMessage):
        return text_of(value[-1].content)
    return value if isinstance(value, str) else str(value)


__all__ = ["AsyncPACTMemory", "PACTMemory", "create_pact_memory"]
