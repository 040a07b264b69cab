"""The clients against a running PACT."""

import asyncio
import inspect
import sys
from datetime import datetime, timezone

import pytest

import pact_langchain
from pact_langchain import AsyncPACTClient, NotFoundError, PACTClient, PACTError

ANGRY = "I am furious, the espresso machine from Porto has not arrived!"


def test_a_saved_turn_is_in_context_emotion_graph_and_recall(client: PACTClient, session_id: str) -> None:
    saved = client.save_interaction(session_id, ANGRY, "I am sorry, Priya.")
    assert saved["emotional_analysis"] is not None
    assert saved["emotional_analysis"]["valence"] < 0.5
    assert [m["content"] for m in client.get_context(session_id)["messages"]] == [ANGRY, "I am sorry, Priya."]
    assert client.get_emotional_state(session_id)["current_emotion"] != "neutral"
    assert any(node["type"] == "emotion" for node in client.get_memory_graph(session_id, limit=50)["nodes"])
    found = client.recall("espresso machine", session_id=session_id, limit=1, explain=True)["results"]
    assert found[0]["message"]["content"] == ANGRY


def test_a_context_is_asked_for_as_a_prompt_and_without_emotion(client: PACTClient, session_id: str) -> None:
    client.save_interaction(session_id, ANGRY, "I see.")
    context = client.get_context(session_id, max_tokens=500, include_emotional=False, format="openai")
    assert not any("emotional_metadata" in message for message in context["messages"])
    assert context["prompt"]


def test_folding_serves_a_summary_whose_sentences_expand_to_their_messages(
    client: PACTClient, session_id: str
) -> None:
    for number in range(8):
        client.save_interaction(session_id, f"Order {number}: {ANGRY}", "I am sorry.", consolidate=False)
    folded = client.consolidate(session_id)["consolidation_result"]
    assert folded["messages_after"] < folded["messages_before"]
    assert client.get_context(session_id)["consolidated_summary"]
    first = client.list_messages(session_id, limit=1).data[0]["id"]
    assert client.expand(session_id, [first])["data"][0]["id"] == first


def test_a_topic_is_ranked(client: PACTClient, session_id: str) -> None:
    client.save_interaction(session_id, ANGRY, "I see.")
    assert client.set_priority(session_id, "espresso machine", "high")["priority"] == "high"


def test_a_list_goes_on_through_its_pages(client: PACTClient, session_id: str) -> None:
    said = [f"message {number}" for number in range(7)]
    client.save_messages(session_id, [{"role": "user", "content": text} for text in said])
    page = client.list_messages(session_id, limit=3)
    assert len(page.data) == 3
    assert page.has_more
    assert [message["content"] for message in page] == said
    newest = client.list_messages(session_id, limit=3, order="desc")
    assert [message["content"] for message in newest] == said[::-1]


def test_a_time_is_taken_as_a_datetime(client: PACTClient, session_id: str) -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
    client.save_messages(session_id, [{"role": "user", "content": "At noon.", "occurred_at": noon}])
    assert client.list_messages(session_id).data[0]["timestamp"].startswith("2024-05-01T12:00:00")


def test_an_external_id_names_the_same_session_again(client: PACTClient) -> None:
    first = client.create_session({"user_id": "ada"}, external_id="python-same")["session_id"]
    assert client.create_session(external_id="python-same")["session_id"] == first
    assert first in [session["session_id"] for session in client.list_sessions(user_id="ada", limit=1)]
    assert client.get_session(first)["session_id"] == first
    client.delete_session(first)


def test_an_erasure_has_a_receipt(client: PACTClient) -> None:
    session_id = client.create_session({"user_id": "python-gone"})["session_id"]
    client.save_interaction(session_id, ANGRY, "I see.")
    assert client.export_user("python-gone")["sessions"]
    erased = client.delete_session(session_id)
    assert client.get_erasure(erased["erasure_id"])["subject_id"] == session_id
    assert client.erase_user("python-gone")["subject"] == "user"
    with pytest.raises(NotFoundError):
        client.get_session(session_id)


def test_health_needs_no_key_and_usage_does(pact_url: str, client: PACTClient) -> None:
    assert client.usage(group_by="day")["data"] is not None
    with PACTClient("", pact_url) as keyless:
        assert keyless.health()["status"] == "healthy"
        with pytest.raises(PACTError, match="There is no API key"):
            keyless.usage()


def test_the_asynchronous_client_has_every_method_of_the_blocking_one() -> None:
    def methods(kind: type) -> set:  # type: ignore[type-arg]
        return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}

    # Names of version 0.1, which had no asynchronous client.
    assert methods(PACTClient) - methods(AsyncPACTClient) == {"consolidate_context"}
    assert methods(AsyncPACTClient) - methods(PACTClient) == set()


def test_the_asynchronous_client_saves_reads_and_pages(async_client: AsyncPACTClient) -> None:
    async def talk() -> None:
        async with async_client as pact:
            session_id = (await pact.create_session())["session_id"]
            await asyncio.gather(
                *(pact.save_interaction(session_id, f"{ANGRY} {n}", "I see.") for n in range(3))
            )
            page = await pact.list_messages(session_id, limit=2)
            assert len([message async for message in page]) == 6
            assert (await pact.get_emotional_state(session_id))["current_emotion"] != "neutral"
            await pact.delete_session(session_id)

    asyncio.run(talk())


def test_the_asynchronous_client_serves_one_event_loop_after_another(async_client: AsyncPACTClient) -> None:
    assert asyncio.run(async_client.health())["status"] == "healthy"
    assert asyncio.run(async_client.health())["status"] == "healthy"


def test_version_0_1_names_still_work(pact_url: str, pact_key: str, session_id: str) -> None:
    with PACTClient(api_key=pact_key, api_url=pact_url + "/") as pact:
        assert pact.api_url == pact_url
        pact.save_interaction(session_id=session_id, user_message="a", ai_message="b", track_emotion=False)
        assert pact.consolidate_context(session_id)["session_id"] == session_id


def test_a_class_whose_framework_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("retriever", "_messages"):
        monkeypatch.delitem(sys.modules, f"pact_langchain.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "langchain_core.documents", None)
    with pytest.raises(ImportError, match=r"pip install 'pact-langchain\[langchain\]'"):
        _ = pact_langchain.PACTRetriever


def test_a_printed_client_tells_no_key(client: PACTClient, pact_key: str) -> None:
    assert pact_key not in repr(client)
    assert pact_key not in repr(client._connection)


@pytest.mark.parametrize(
    "text", ["a line\u2028separator, \t and \r\n", "Grüße, 你好 🙂", "a pair \ud83d\ude42", ""]
)
def test_any_text_comes_back_as_it_was(client: PACTClient, session_id: str, text: str) -> None:
    client.save_interaction(session_id, text, "Yes.")
    stored = client.list_messages(session_id).data[0]["content"]
    assert stored == text.encode("utf-16", "surrogatepass").decode("utf-16")


def test_text_that_was_cut_within_a_character_is_saved_all_the_same(
    client: PACTClient, session_id: str
) -> None:
    client.save_interaction(session_id, "half a pair: \ud83d", "Yes.")
    assert client.list_messages(session_id).data[0]["content"] == "half a pair: \ufffd"
