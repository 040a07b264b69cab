"""PACT for Python: a client, and memory for LangChain and LangGraph.

The clients need nothing else. Each class below them needs its framework, which is imported when the class is
first used:

- `PACTMemory`, `AsyncPACTMemory`: chains of `langchain` below 1, or of `langchain-classic`
- `PACTMiddleware`: agents of `langchain` 1
- `PACTChatMessageHistory`, `PACTRetriever`: anything on `langchain-core`
- `PACTStore`: the store of `langgraph`
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from ._errors import (
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PACTAPIError,
    PACTConnectionError,
    PACTError,
    PACTTimeoutError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)
from ._generated import models
from ._pages import AsyncPage, Page
from ._stream import StreamEvent
from ._version import __version__
from .client import AsyncPACTClient, PACTClient

if TYPE_CHECKING:
    from .history import PACTChatMessageHistory
    from .memory import AsyncPACTMemory, PACTMemory, create_pact_memory
    from .middleware import PACTMiddleware
    from .retriever import PACTRetriever
    from .store import PACTStore

__all__ = [
    "AsyncPACTClient",
    "AsyncPACTMemory",
    "AsyncPage",
    "AuthenticationError",
    "ConflictError",
    "InvalidRequestError",
    "NotFoundError",
    "PACTAPIError",
    "PACTChatMessageHistory",
    "PACTClient",
    "PACTConnectionError",
    "PACTError",
    "PACTMemory",
    "PACTMiddleware",
    "PACTRetriever",
    "PACTStore",
    "PACTTimeoutError",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "StreamEvent",
    "__version__",
    "create_pact_memory",
    "models",
]

# Class to its module, and to what it is built on.
_BUILT_ON: Dict[str, Tuple[str, str]] = {
    "AsyncPACTMemory": ("memory", "classic"),
    "PACTChatMessageHistory": ("history", "langchain"),
    "PACTMemory": ("memory", "classic"),
    "PACTMiddleware": ("middleware", "langchain"),
    "PACTRetriever": ("retriever", "langchain"),
    "PACTStore": ("store", "langgraph"),
    "create_pact_memory": ("memory", "classic"),
}
_FRAMEWORKS = ("langchain", "langchain_classic", "langchain_core", "langgraph")


def __getattr__(name: str) -> Any:
    if name not in _BUILT_ON:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, extra = _BUILT_ON[name]
    try:
        return getattr(import_module(f"{__name__}.{module}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _FRAMEWORKS:
            raise
        raise ImportError(
            f"{name} needs {error.name}, which is not installed: pip install 'pact-langchain[{extra}]'."
        ) from error


def __dir__() -> List[str]:
    return sorted(__all__)
