"""What PACT's store does of its own: meaning, erasure, limits, refusals, and JavaScript's items."""

import asyncio
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Callable, List, TypedDict

import pytest
from conftest import BrokenServer

pytest.importorskip("langgraph", reason="The store is LangGraph's.")

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.store.base import GetOp, PutOp

from pact_langchain import (
    AuthenticationError,
    NotFoundError,
    PACTAPIError,
    PACTClient,
    PACTConnectionError,
    PACTStore,
)
from pact_langchain._store_filter import passes
from pact_langchain._store_texts import texts_at
from pact_langchain._store_versions import group_of

REPOSITORY = Path(__file__).resolve().parents[3]
NewStore = Callable[[], PACTStore]


@pytest.fixture
def new_store(client: PACTClient) -> NewStore:
    """Makes stores that share nothing."""
    return lambda: PACTStore(client, application=f"alone-{time.time_ns()}")


class Found(TypedDict, total=False):
    """The state of a graph whose node looks into the store."""

    found: List[Any]


class TestPACTAlone:
    def test_overwriting_keeps_the_time_of_creation(self, new_store: NewStore) -> None:
        store = new_store()
        store.put(("docs",), "a", {"version": 1})
        first = store.get(("docs",), "a")
        time.sleep(0.005)
        store.put(("docs",), "a", {"version": 2})
        second = store.get(("docs",), "a")
        assert first and second
        assert second.created_at == first.created_at
        assert second.updated_at > first.updated_at

    def test_reads_in_a_batch_see_the_store_as_it_was_before_it(self, new_store: NewStore) -> None:
        store = new_store()
        store.put(("docs",), "a", {"version": 1})
        _, item = store.batch([PutOp(("docs",), "a", {"version": 2}), GetOp(("docs",), "a")])
        assert getattr(item, "value", None) == {"version": 1}

    def test_searches_by_meaning_best_first_with_scores_what_is_not_indexed_last_without(
        self, new_store: NewStore
    ) -> None:
        store = new_store()
        namespace = ("facts", f"ada-{time.time_ns()}")

        def put(key: str, text: str, **options: Any) -> None:
            store.put(namespace, key, {"text": text, "more": "x"}, **options)

        put("hidden", "She drinks espresso in the evening too.", index=False)
        put("cat", "Her cat sleeps on the sofa all day long.")
        put("coffee", "She drinks three cups of espresso every morning.", index=["text"])
        found = store.search(namespace, query="How much espresso does she drink?")
        assert found[0].key == "coffee" and isinstance(found[0].score, float)
        assert found[-1].score is None
        assert sorted(item.key for item in found) == ["cat", "coffee", "hidden"]
        assert all(item.score is None for item in found if item.key == "hidden")
        assert [
            item.key for item in store.search(namespace, query="espresso", limit=1, filter={"more": "x"})
        ] == ["coffee"]
        assert store.search(("facts",), query="espresso", limit=1)[0].key == "coffee"
        assert [item.score for item in store.search(namespace, query=" ")] == [None] * 3
        assert len(store.search(namespace, query="espresso " * 2_000)) == 3

    def test_an_overwritten_and_a_deleted_value_are_gone_from_pact_from_recall_too(
        self, client: PACTClient, new_store: NewStore
    ) -> None:
        store = new_store()
        namespace = ("gone", str(time.time_ns()))
        store.put(namespace, "a", {"text": "The password is swordfish."})
        store.put(namespace, "a", {"text": "The password is tulip."})
        held = json.dumps(client.export_user(group_of(namespace)))
        assert "tulip" in held and "swordfish" not in held
        store.delete(namespace, "a")
        with pytest.raises(NotFoundError):
            client.export_user(group_of(namespace))
        recalled = json.dumps(client.recall("What is the password?")["results"])
        assert "swordfish" not in recalled and "tulip" not in recalled

    def test_stores_a_large_value_up_to_its_limit_and_says_so_beyond_it(self, new_store: NewStore) -> None:
        store = new_store()
        value = {"text": "wörd " * 20_000}
        store.put(("large",), "a", value)
        store.put(("large",), "b", {"small": True})
        item = store.get(("large",), "a")
        assert item is not None and item.value == value
        assert len(store.search(("large",))) == 2
        with pytest.raises(
            ValueError, match=r'The value of "a" has 2000\d\d characters as JSON; PACT stores 200000'
        ):
            store.put(("large",), "a", {"text": "x" * 200_001})
        item = store.get(("large",), "a")
        assert item is not None and item.value == value

    @pytest.mark.parametrize("text", ["nul \0", "half \ud83d", "", " "])
    def test_keeps_any_text_in_a_value(self, new_store: NewStore, text: str) -> None:
        store = new_store()
        store.put(("odd",), "a", {"text": text})
        item = store.get(("odd",), "a")
        assert item is not None and item.value == {"text": text}

    def test_a_value_that_is_no_json_is_refused_and_the_one_before_it_stays(
        self, new_store: NewStore
    ) -> None:
        store = new_store()
        store.put(("docs",), "a", {"at": 1})
        for at in (float("nan"), {1}):
            with pytest.raises((ValueError, TypeError), match="JSON"):
                store.put(("docs",), "a", {"at": at})
        item = store.get(("docs",), "a")
        assert item is not None and item.value == {"at": 1}

    def test_long_labels_and_those_with_a_slash_are_kept_apart(self, new_store: NewStore) -> None:
        store = new_store()
        places = [("a/b", "c"), ("a", "b/c"), ("x" * 300, "y")]
        for at, namespace in enumerate(places):
            store.put(namespace, "k", {"at": at})
        assert [getattr(store.get(one, "k"), "value", None) for one in places] == [
            {"at": at} for at in range(3)
        ]

    def test_reads_more_items_than_one_page_of_a_list_holds(self, new_store: NewStore) -> None:
        store = new_store()
        store.batch([PutOp(("many", "a"), str(at), {"at": at}, index=False) for at in range(203)])
        assert len(store.search(("many", "a"), limit=1_000)) == 203

    def test_puts_of_one_item_at_the_same_time_leave_one_of_their_values(
        self, client: PACTClient, new_store: NewStore
    ) -> None:
        store = new_store()
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda at: store.put(("race",), "a", {"at": at}), range(3)))
        assert len(store.search(("race",))) == 1
        store.put(("race",), "a", {"at": 4})
        assert [item.value for item in store.search(("race",))] == [{"at": 4}]
        assert len(list(client.list_sessions(application=store._application))) == 1

    def test_is_mixed_with_nobodys_memory_and_with_no_other_store(
        self, client: PACTClient, new_store: NewStore
    ) -> None:
        one, other = new_store(), new_store()
        client.create_session(
            {"user_id": "store:mixed/ada", "application": one._application, "note": "no item"}
        )
        one.put(("mixed", "ada"), "a", {"text": "tea"})
        assert other.search(()) == []
        assert other.list_namespaces() == []
        assert len(one.search(())) == 1
        assert client.recall("tea", user_id="ada")["results"] == []

    def test_serves_a_graph_called_or_awaited(
        self, pact_url: str, pact_key: str, new_store: NewStore
    ) -> None:
        def note(state: Found, runtime: Runtime) -> Found:
            assert runtime.store is not None
            runtime.store.put(("notes", "ada"), "n1", {"text": "She likes tea."})
            return {"found": [item.value for item in runtime.store.search(("notes", "ada"), query="tea")]}

        store = new_store()
        builder = StateGraph(Found).add_node(note).add_edge(START, "note")
        assert builder.compile(store=store).invoke({}) == {"found": [{"text": "She likes tea."}]}
        found = asyncio.run(builder.compile(store=store).ainvoke({}))
        assert found == {"found": [{"text": "She likes tea."}]}


class TestRefusals:
    def test_a_wrong_key_reaches_the_caller(self, pact_url: str) -> None:
        store = PACTStore(PACTClient("sk_test_wrong", pact_url))
        for call in (
            lambda: store.put(("a",), "k", {}),
            lambda: store.get(("a",), "k"),
            lambda: store.search(()),
        ):
            with pytest.raises(AuthenticationError):
                call()

    def test_a_dead_host_and_a_proxys_page_reach_the_caller(
        self, dead_url: str, broken_server: BrokenServer
    ) -> None:
        with pytest.raises(PACTConnectionError):
            PACTStore(PACTClient("sk_test_x", dead_url, max_retries=0)).put(("a",), "k", {})
        broken_server.answers(broken_server.html())
        with pytest.raises(PACTAPIError):
            PACTStore(PACTClient("sk_test_x", broken_server.url, max_retries=0)).search(("a",))

    def test_a_put_that_is_refused_half_way_is_not_seen_and_the_one_before_stays(
        self, client: PACTClient, new_store: NewStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = new_store()
        store.put(("docs",), "a", {"version": 1})
        save = client.save_messages
        too_long: List[Any] = [{"role": "tool", "content": "x" * 200_001}]
        monkeypatch.setattr(client, "save_messages", lambda session_id, messages: save(session_id, too_long))
        with pytest.raises(PACTAPIError, match="content"):
            store.put(("docs",), "a", {"version": 2, "text": "tea"})
        item = store.get(("docs",), "a")
        assert item is not None and item.value == {"version": 1}


def _javascript(pact_url: str, pact_key: str, program: str) -> Any:
    source = f"""
import {{ PACTStore }} from '@neurobloom/pact-langchain';
import {{ PACTClient }} from '@neurobloom/pact';
const client = new PACTClient({{ baseUrl: {json.dumps(pact_url)}, apiKey: {json.dumps(pact_key)} }});
{program}"""
    command = ["node", "--import", "tsx", "--input-type=module", "-e", source]
    ran = subprocess.run(
        command, cwd=REPOSITORY / "tests", capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


VALUE = {
    "text": "Ünïcode 😀 espresso",
    "number": 1.5,
    "list": [1, None, {"deep": True}],
    "large": "wörd " * 4_000,
}


def test_an_item_of_the_store_for_javascript_is_read_overwritten_and_deleted(
    pact_url: str, pact_key: str, client: PACTClient
) -> None:
    application, namespace = f"both-{time.time_ns()}", ["ü/a b", "ada(1)!*'~", "x"]
    of_javascript = f"""
const store = new PACTStore({{ client, application: {json.dumps(application)} }});
await store.put({json.dumps(namespace)}, 'large', {json.dumps(VALUE)});
await store.put({json.dumps(namespace)}, 'small', {{ at: 1 }});
console.log('null');"""
    _javascript(pact_url, pact_key, of_javascript)
    store = PACTStore(client, application=application)
    large, small = (store.get(tuple(namespace), key) for key in ("large", "small"))
    assert large is not None and large.value == VALUE
    assert small is not None and small.value == {"at": 1}
    assert store.search(tuple(namespace), query="espresso")[0].key == "large"
    store.put(tuple(namespace), "small", {"at": 2})
    store.delete(tuple(namespace), "large")
    listed = list(client.list_sessions(application=application))
    assert [session["metadata"]["key"] for session in listed] == ["small"]
    assert (
        datetime.fromisoformat(listed[0]["metadata"]["created_at"].replace("Z", "+00:00")) == small.created_at
    )


def test_an_item_of_this_store_is_read_overwritten_and_deleted_by_the_one_for_javascript(
    pact_url: str, pact_key: str, client: PACTClient
) -> None:
    application, namespace = f"both-{time.time_ns()}", ("ü/a b", "ada(1)!*'~", "x")
    store = PACTStore(client, application=application)
    store.put(namespace, "large", VALUE)
    store.put(namespace, "small", {"at": 1.0})
    at = store.get(namespace, "small")
    of_javascript = f"""
const store = new PACTStore({{ client, application: {json.dumps(application)} }});
const namespace = {json.dumps(namespace)};
const [large, small] = [await store.get(namespace, 'large'), await store.get(namespace, 'small')];
const [best] = await store.search(namespace, {{ query: 'espresso' }});
await store.put(namespace, 'small', {{ at: 2 }});
await store.delete(namespace, 'large');
console.log(JSON.stringify({{ large: large.value, small, best: best.key,
  names: await store.listNamespaces() }}));"""
    read = _javascript(pact_url, pact_key, of_javascript)
    assert read["large"] == VALUE and read["best"] == "large"
    assert read["small"]["value"] == {"at": 1} and read["names"] == [list(namespace)]
    item = store.get(namespace, "small")
    assert at and item and item.value == {"at": 2} and item.created_at == at.created_at
    assert len(list(client.list_sessions(application=application))) == 1


TREE = {
    "title": "Tea",
    "meta": {"by": "Ada", "year": 1851.0},
    "chapters": [{"text": "One"}, {"text": "Two"}, {"other": True}],
    "empty": " ",
}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("$", ["Tea\nAda\n1851\nOne\nTwo\ntrue\n "]),
        ("title", ["Tea"]),
        ("meta.by", ["Ada"]),
        ("meta", ["Ada\n1851"]),
        ("chapters[*].text", ["One", "Two"]),
        ("chapters[0].text", ["One"]),
        ("chapters[-2].text", ["Two"]),
        ("chapters[9].text", []),
        ("meta.*", ["Ada", "1851"]),
        ("{title,meta.by}", ["Tea", "Ada"]),
        ("empty", []),
        ("title.text", []),
        ("meta[0]", []),
        ("items", []),
    ],
)
def test_a_path_leads_to_its_texts_and_to_nothing_else(path: str, texts: List[str]) -> None:
    assert texts_at(TREE, [path]) == texts


def test_a_text_too_long_for_pact_is_cut_and_between_characters() -> None:
    (text,) = texts_at({"text": "x" * 199_999 + "😀"}, ["text"])
    assert len(text) == 200_000 and text.encode()


def test_what_is_no_number_is_neither_more_nor_less_and_in_means_one_of() -> None:
    assert not passes({"a": "tea"}, {"a": {"$gt": 1}}) and not passes({}, {"a": {"$lt": 1}})
    assert passes({"a": "tea"}, {"a": {"$in": ["tea"]}}) and not passes(
        {"a": "tea"}, {"a": {"$nin": ["tea"]}}
    )
