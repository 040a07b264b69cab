"""LangChain's retriever over PACT's recall."""

from typing import Any, Dict, List, Optional

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, PrivateAttr

from ._generated.models import Recalled, RecalledResult, RecallFilters
from ._messages import is_whole
from ._sessions import Clients
from .client import AsyncPACTClient, PACTClient


class PACTRetriever(BaseRetriever):
    """The messages that bear on a query, best first.

        PACTRetriever(user_id="ada", k=5).invoke("what calms her?")

    Each document is one message; its `id` is the message's, its metadata holds `message_id`, `session_id`,
    `score` (comparable within one answer; higher is better), `role`, `timestamp`, and `name`, `external_id`,
    `emotion` where the message has them. When PACT does not answer, the error reaches the caller.
    """

    client: Optional[PACTClient] = Field(default=None, exclude=True)
    """Calls PACT; default: one made from the environment."""
    async_client: Optional[AsyncPACTClient] = Field(default=None, exclude=True)
    """The same, for `ainvoke`."""
    session_id: Optional[str] = None
    """Search one session."""
    user_id: Optional[str] = None
    """Search every session of one end user. Without either: the whole workspace."""
    k: int = 10
    """Documents at most, 1 to 100."""
    max_tokens: Optional[int] = None
    """Documents stop before their text exceeds it."""
    filters: Optional[RecallFilters] = None
    """Only messages of these roles, emotions, times or topics."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    _clients: Clients = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._clients = Clients(self.client, self.async_client)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: Optional[int] = None
    ) -> List[Document]:
        return _documents(self._clients.sync.recall(query, **self._arguments(k)))

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: Optional[int] = None
    ) -> List[Document]:
        return _documents(await self._clients.asynchronous.recall(query, **self._arguments(k)))

    def _arguments(self, k: Optional[int]) -> Dict[str, Any]:
        return {
            "session_id": self.session_id,
            "user_id": self.user_id,
            "limit": self.k if k is None else k,
            "max_tokens": self.max_tokens,
            "filters": self.filters,
        }


def _documents(recalled: Recalled) -> List[Document]:
    # The words of a message are found on their own; what else LangChain's history keeps of it is no text to
    # read.
    return [_document(result) for result in recalled["results"] if not is_whole(result["message"])]


def _document(result: RecalledResult) -> Document:
    message = result["message"]
    known: Dict[str, Any] = {
        "message_id": message["id"],
        "session_id": result["session_id"],
        "score": result["score"],
        "role": message["role"],
        "timestamp": message["timestamp"],
    }
    if "name" in message:
        known["name"] = message["name"]
    if "external_id" in message:
        known["external_id"] = message["external_id"]
    if "emotional_metadata" in message:
        known["emotion"] = message["emotional_metadata"]["detected_emotion"]
    return Document(page_content=message["content"], id=message["id"], metadata=known)
