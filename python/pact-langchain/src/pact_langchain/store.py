"""LangGraph's long-term store, kept in PACT."""

from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from langgraph.store.base import (
    BaseStore,
    GetOp,
    Item,
    ListNamespacesOp,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
)

from ._sessions import Clients
from ._store_filter import Namespace, passes, select
from ._store_steps import Call, Steps, arun, run
from ._store_texts import shortened
from ._store_versions import (
    INDEX_NAME,
    NewVersion,
    Version,
    by_item,
    erase,
    group_of,
    list_versions,
    read_item,
    write_version,
)
from .client import AsyncPACTClient, PACTClient

# The most results of one recall, and the most characters of its query.
_MOST_RESULTS = 100
_LONGEST_QUERY = 4_000

# An item with the id of its session.
_Found = Tuple[str, Item]


class PACTStore(BaseStore):
    """LangGraph's long-term store, kept in PACT, searched by meaning without an embedding model of your own.

        graph = builder.compile(store=PACTStore())

    What is put is read at once, by the store of LangChain.js too. Each version of an item is a session of
    PACT: overwriting writes the new one and then erases those before it, deleting erases them all, in every
    store of PACT. Of two puts at the same time the later one stays. In a batch, reads see the store as it
    was before it, and of several puts to one item the last one counts.

    Reading lists the items of a namespace's first two labels, 200 a request; a search or listing whose
    prefix has fewer than two labels lists the whole store. A value has 200,000 characters as JSON at most.
    A search with a query scores the 100 texts that fit best; other items follow without a score. Items do
    not expire (`ttl` is refused).

    When PACT cannot be reached, or refuses, the operation raises the client's error: nothing is lost
    silently. The puts of a batch before the one that failed are kept.

    Args:
        client: Calls PACT; default: one made from the environment.
        async_client: The same, for the asynchronous methods.
        application: Keeps stores of one workspace apart. At most 256 characters.
        fields: Paths of a value whose texts a search by meaning looks in, unless a put has its own `index`:
            `a.b`, `a[0]`, `a[*].b`. Default: `$`, all of it.

    Raises:
        PACTError: PACT cannot be reached, or refuses.
        ValueError: A value is too large, or a filter's operator is unknown.
    """

    def __init__(
        self,
        client: Optional[PACTClient] = None,
        *,
        async_client: Optional[AsyncPACTClient] = None,
        application: str = "langgraph-store",
        fields: Sequence[str] = ("$",),
    ) -> None:
        self._clients = Clients(client, async_client)
        self._application, self._paths = application, tuple(fields)

    def batch(self, ops: Iterable[Op]) -> List[Result]:
        """Takes several operations; the results stand in their order."""
        return run(self._clients.sync, _Batch(self._application, self._paths).steps(ops))

    async def abatch(self, ops: Iterable[Op]) -> List[Result]:
        """Takes several operations; the results stand in their order."""
        return await arun(self._clients.asynchronous, _Batch(self._application, self._paths).steps(ops))


class _Batch:
    """The operations of one batch. Its reads and puts start from one list of each group."""

    def __init__(self, application: str, paths: Sequence[str]) -> None:
        self._application, self._paths = application, paths
        self._lists: Dict[Optional[str], List[Version]] = {}

    def steps(self, operations: Iterable[Op]) -> Steps[List[Result]]:
        """Reads first, then of the puts to one item the last one."""
        results: List[Result] = []
        puts: Dict[Tuple[Namespace, str], PutOp] = {}
        for operation in operations:
            result: Any = None
            if isinstance(operation, PutOp):
                puts[(tuple(operation.namespace), operation.key)] = operation
            elif isinstance(operation, GetOp):
                found = yield from read_item((yield from self._versions_of(operation)))
                result = found[1] if found else None
            elif isinstance(operation, SearchOp):
                result = yield from self._search(operation)
            elif isinstance(operation, ListNamespacesOp):
                versions = yield from self._list(None)
                result = select((version.namespace for version in versions), operation)
            else:
                raise TypeError(f"Unknown operation type: {type(operation)}")
            results.append(result)
        for put in puts.values():
            yield from self._put(put)
        return results

    def _list(self, group: Optional[str]) -> Steps[List[Version]]:
        if group not in self._lists:
            self._lists[group] = yield from list_versions(self._application, group)
        return self._lists[group]

    def _versions_of(self, operation: "GetOp | PutOp") -> Steps[List[Version]]:
        namespace = tuple(operation.namespace)
        versions = yield from self._list(group_of(namespace))
        return [one for one in versions if one.namespace == namespace and one.key == operation.key]

    def _put(self, operation: PutOp) -> Steps[None]:
        older = yield from self._versions_of(operation)
        if operation.value is not None:
            paths: Sequence[str] = self._paths if operation.index is None else (operation.index or ())
            yield from write_version(
                NewVersion(
                    application=self._application,
                    namespace=tuple(operation.namespace),
                    key=operation.key,
                    value=operation.value,
                    paths=paths,
                    created_at=older[0].created_at if older else None,
                )
            )
        yield from erase(older)

    def _search(self, operation: SearchOp) -> Steps[List[SearchItem]]:
        prefix = tuple(operation.namespace_prefix)
        group = group_of(prefix) if len(prefix) >= 2 else None
        versions = yield from self._list(group)
        below = [version for version in versions if version.namespace[: len(prefix)] == prefix]
        items: List[_Found] = []
        for item in by_item(below):
            found = yield from read_item(item)
            if found and passes(found[1].value, operation.filter):
                items.append(found)
        scores: Dict[str, float] = {}
        if items and operation.query and operation.query.strip():
            groups = {version.group for version in below}
            scores = yield from _scores(
                operation.query, group or (groups.pop() if len(groups) == 1 else None)
            )
        # Best first; the sort keeps the order of those without a score, behind them.
        items.sort(key=lambda found: -scores.get(found[0], float("-inf")))
        page = items[operation.offset : operation.offset + operation.limit]
        return [_search_item(item, scores.get(session_id)) for session_id, item in page]


def _scores(query: str, user_id: Optional[str]) -> Steps[Dict[str, float]]:
    """Of each session the score of its text that bears on the query most."""
    recalled = yield Call(
        "recall",
        {
            "query": shortened(query, _LONGEST_QUERY),
            "user_id": user_id,
            "limit": _MOST_RESULTS,
            "filters": {"roles": ["tool"]},
        },
    )
    scores: Dict[str, float] = {}
    for result in recalled["results"]:
        if result["message"].get("name") == INDEX_NAME:
            scores.setdefault(result["session_id"], result["score"])
    return scores


def _search_item(item: Item, score: Optional[float]) -> SearchItem:
    return SearchItem(item.namespace, item.key, item.value, item.created_at, item.updated_at, score)
