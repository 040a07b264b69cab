"""What every store of LangGraph does, by PACT's and, held against it, by LangGraph's own."""

import asyncio
import time
from datetime import datetime
from typing import Any, Callable, Dict, List

import pytest

pytest.importorskip("langgraph", reason="The store is LangGraph's.")

from langgraph.store.base import BaseStore, GetOp, ListNamespacesOp, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore

from pact_langchain import AsyncPACTClient, PACTClient, PACTStore

NewStore = Callable[[], PACTStore]


@pytest.fixture
def new_store(client: PACTClient) -> NewStore:
    """Makes stores that share nothing."""
    return lambda: PACTStore(client, application=f"contract-{time.time_ns()}")


@pytest.fixture(params=["PACTStore", "InMemoryStore"])
def store(request: pytest.FixtureRequest, new_store: NewStore) -> BaseStore:
    """What a store of LangGraph does, whichever it is: LangGraph's own is held against it too."""
    return new_store() if request.param == "PACTStore" else InMemoryStore()


def keys(store: BaseStore, *prefix: str, **options: Any) -> List[str]:
    return ["/".join((*item.namespace, item.key)) for item in store.search(prefix, **options)]


class TestContract:
    def test_reads_what_was_put_at_once_and_none_for_what_was_not(self, store: BaseStore) -> None:
        value = {
            "text": "ü😀\x01",
            "number": 1.5,
            "whole": 1.0,
            "list": [1, None, {"deep": True}],
            "none": None,
        }
        store.put(("docs", "ada"), "a", value)
        item = store.get(("docs", "ada"), "a")
        assert item is not None
        assert (item.namespace, item.key, item.value) == (("docs", "ada"), "a", value)
        assert isinstance(item.created_at, datetime) and item.created_at.tzinfo is not None
        assert item.updated_at >= item.created_at
        assert store.get(("docs", "ada"), "b") is None
        assert store.get(("docs",), "a") is None
        assert store.get(("docs", "ada", "x"), "a") is None

    def test_overwrites(self, store: BaseStore) -> None:
        store.put(("docs",), "a", {"version": 1})
        store.put(("docs",), "a", {"version": 2})
        item = store.get(("docs",), "a")
        assert item is not None and item.value == {"version": 2}
        assert keys(store, "docs") == ["docs/a"]

    def test_deletes_also_what_is_not_there_and_puts_again(self, store: BaseStore) -> None:
        store.put(("docs",), "a", {"version": 1})
        store.delete(("docs",), "a")
        store.delete(("docs",), "never")
        assert store.get(("docs",), "a") is None
        assert store.search(("docs",)) == []
        store.put(("docs",), "a", {"version": 2})
        item = store.get(("docs",), "a")
        assert item is not None and item.value == {"version": 2}

    def test_searches_below_a_prefix_of_whole_labels_in_the_order_of_putting_page_by_page(
        self, store: BaseStore
    ) -> None:
        places = [
            (("docs", "ada"), "1"),
            (("docs", "ada", "deep"), "2"),
            (("docs", "adam"), "3"),
            (("other",), "4"),
        ]
        for namespace, key in places:
            store.put(namespace, key, {"key": key})
        assert keys(store, "docs", "ada") == ["docs/ada/1", "docs/ada/deep/2"]
        assert keys(store, "docs", "ada", "deep") == ["docs/ada/deep/2"]
        assert keys(store, "docs") == ["docs/ada/1", "docs/ada/deep/2", "docs/adam/3"]
        assert len(keys(store)) == 4
        assert keys(store, "docs", limit=1, offset=1) == ["docs/ada/deep/2"]
        assert keys(store, "docs", limit=2, offset=2) == ["docs/adam/3"]
        assert keys(store, "docs", offset=5) == []

    def test_gives_ten_items_when_no_limit_is_said(self, store: BaseStore) -> None:
        store.batch([PutOp(("docs",), str(at), {"at": at}) for at in range(12)])
        assert len(store.search(("docs",))) == 10
        assert len(store.search(("docs",), limit=20)) == 12

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"color": "red"}, "ab"),
            ({"color": "red", "score": {"$gt": 1}}, "b"),
            ({"score": {"$gte": 2, "$lt": 3}}, "b"),
            ({"score": {"$lte": 2}}, "ab"),
            ({"color": {"$ne": "red"}}, "c"),
            ({"color": {"$eq": "blue"}}, "c"),
            ({"deep": {"one": 1}}, "abc"),
            ({"deep": {"two": {"$gt": 1}}}, "bc"),
            ({"tags": ["x", "y"]}, "abc"),
            ({"tags": ["y", "x"]}, ""),
            ({"color": "green"}, ""),
            ({"missing": 1}, ""),
            ({}, "abc"),
        ],
    )
    def test_filters_by_equality_and_by_each_operator(
        self, store: BaseStore, wanted: Dict[str, Any], found: str
    ) -> None:
        puts = [("a", "red", 1), ("b", "red", 2), ("c", "blue", 3)]
        for key, color, score in puts:
            deep = {"one": 1, "two": score}
            store.put(("docs",), key, {"color": color, "score": score, "deep": deep, "tags": ["x", "y"]})
        assert "".join(item.key for item in store.search(("docs",), filter=wanted)) == found

    def test_an_operator_that_does_not_exist_is_refused_not_passed_over(self, store: BaseStore) -> None:
        store.put(("docs",), "a", {"size": 1})
        with pytest.raises(ValueError, match=r"Unsupported operator: \$near"):
            store.search(("docs",), filter={"size": {"$near": 3}})

    def test_lists_namespaces_by_prefix_suffix_wildcard_depth_and_page_each_once_sorted(
        self, store: BaseStore
    ) -> None:
        for namespace in [("a", "b", "c"), ("a", "b", "d"), ("a", "x", "c"), ("b",)]:
            store.batch([PutOp(namespace, "1", {}), PutOp(namespace, "2", {})])

        def names(**options: Any) -> List[str]:
            return ["/".join(labels) for labels in store.list_namespaces(**options)]

        assert names() == ["a/b/c", "a/b/d", "a/x/c", "b"]
        assert names(prefix=("a", "b")) == ["a/b/c", "a/b/d"]
        assert names(suffix=("c",)) == ["a/b/c", "a/x/c"]
        assert names(prefix=("a", "*", "c")) == ["a/b/c", "a/x/c"]
        assert names(suffix=("*", "d")) == ["a/b/d"]
        assert names(prefix=("a",), suffix=("d",)) == ["a/b/d"]
        assert names(prefix=("a", "b", "c", "d")) == []
        assert names(max_depth=2) == ["a/b", "a/x", "b"]
        assert names(limit=2, offset=1) == ["a/b/d", "a/x/c"]

    def test_in_a_batch_reads_come_before_writes_the_last_put_counts_results_stand_in_order(
        self, store: BaseStore
    ) -> None:
        store.put(("docs",), "a", {"version": 1})
        results = store.batch(
            [
                PutOp(("docs",), "b", {"version": 2}),
                GetOp(("docs",), "b"),
                GetOp(("docs",), "a"),
                PutOp(("docs",), "b", {"version": 3}),
                SearchOp(("docs",)),
                ListNamespacesOp(),
                PutOp(("docs",), "c", None),
            ]
        )
        put, unwritten, written, again, found, namespaces, deleted = results
        assert put is unwritten is again is deleted is None
        assert written == store.get(("docs",), "a")
        assert isinstance(found, list) and len(found) == 1
        assert namespaces == [("docs",)]
        item = store.get(("docs",), "b")
        assert item is not None and item.value == {"version": 3}

    def test_an_item_put_and_deleted_in_one_batch_is_gone(self, store: BaseStore) -> None:
        store.put(("docs",), "a", {})
        store.batch([PutOp(("docs",), "a", {"new": 1}), PutOp(("docs",), "a", None)])
        assert store.get(("docs",), "a") is None

    @pytest.mark.parametrize("namespace", [(), ("",), ("a.b",), ("langgraph", "a"), ("a\0",), (5,)])
    def test_refuses_no_label_an_empty_one_a_dotted_one_and_the_reserved_root(
        self, store: BaseStore, namespace: Any
    ) -> None:
        with pytest.raises(ValueError, match="amespace"):
            store.put(namespace, "a", {})

    def test_refuses_a_time_to_live(self, store: BaseStore) -> None:
        with pytest.raises(NotImplementedError, match="TTL is not supported"):
            store.put(("docs",), "a", {}, ttl=5)

    @pytest.mark.parametrize("key", ["ключ/😀?#&=%", "a.b", "..", " "])
    def test_keeps_any_key_and_label(self, store: BaseStore, key: str) -> None:
        store.put(("ü/😀", "a b&c"), key, {"at": 1})
        item = store.get(("ü/😀", "a b&c"), key)
        assert item is not None and (item.namespace, item.key) == (("ü/😀", "a b&c"), key)
        assert store.get(("ü", "😀/a b&c"), key) is None


def test_the_asynchronous_twins_do_the_same(pact_url: str, pact_key: str) -> None:
    async def contract(store: BaseStore) -> List[Any]:
        await store.aput(("a", "b"), "k", {"text": "tea", "at": 1})
        await store.aput(("a", "b"), "k", {"text": "tea", "at": 2})
        await asyncio.gather(*(store.aput(("a", "c"), str(at), {"at": at}) for at in range(3)))
        await store.adelete(("a", "c"), "1")
        item = await store.aget(("a", "b"), "k")
        found = await store.asearch(("a", "c"), filter={"at": {"$gt": 0}})
        names = await store.alist_namespaces(prefix=("a",), suffix=("*",), max_depth=2)
        batch = await store.abatch([PutOp(("a", "b"), "k", None), GetOp(("a", "b"), "k")])
        gone = await store.aget(("a", "b"), "k")
        return [item and item.value, [one.key for one in found], names, len(batch), bool(batch[1]), gone]

    async def ours() -> List[Any]:
        async with AsyncPACTClient(pact_key, pact_url) as client:
            return await contract(PACTStore(async_client=client, application=f"async-{time.time_ns()}"))

    expected = asyncio.run(contract(InMemoryStore()))
    assert asyncio.run(ours()) == expected
    assert expected == [{"text": "tea", "at": 2}, ["2"], [("a", "b"), ("a", "c")], 2, True, None]
