"""PACTMemory in the chains of LangChain, as version 0.1's users have it."""

import asyncio
import importlib.util
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from conftest import BrokenServer
from langchain_core.language_models import FakeListLLM
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.prompts import PromptTemplate

from pact_langchain import (
    AsyncPACTMemory,
    AuthenticationError,
    PACTAPIError,
    PACTClient,
    PACTConnectionError,
    PACTMemory,
    create_pact_memory,
)

try:
    from langchain_classic import chains
except ImportError:
    from langchain import chains  # type: ignore[attr-defined, no-redef]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

ANGRY = "I am furious, the espresso machine has not arrived!"
PROMPT = PromptTemplate.from_template(
    "{context_summary} {emotional_state}\n{history}\nUser: {input}\nAssistant:"
)


@pytest.fixture
def memory(pact_url: str, pact_key: str) -> Iterator[PACTMemory]:
    with PACTMemory(api_key=pact_key, api_url=pact_url) as pact:
        yield pact
        pact._pact_client.delete_session(pact._session)


def contents(memory: PACTMemory) -> List[Any]:
    return [message.content for message in memory.chat_memory.messages]


def test_a_conversation_chain_without_input_key_saves_what_was_said(memory: PACTMemory) -> None:
    chain = chains.ConversationChain(llm=FakeListLLM(responses=["I am sorry."]), memory=memory, prompt=PROMPT)
    assert chain.invoke({"input": ANGRY})["response"] == "I am sorry."
    assert contents(memory) == [ANGRY, "I am sorry."]
    variables = memory.load_memory_variables({})
    assert set(variables) == set(memory.memory_variables) == {"history", "emotional_state", "context_summary"}
    assert variables["history"] == f"User: {ANGRY}\nAssistant: I am sorry."
    assert variables["emotional_state"] not in ("", "neutral")


def test_the_default_prompt_of_a_conversation_takes_the_history_alone(pact_url: str, pact_key: str) -> None:
    memory = PACTMemory(api_key=pact_key, api_url=pact_url, return_emotional_context=False)
    chain = chains.ConversationChain(llm=FakeListLLM(responses=["One.", "Two."]), memory=memory)
    assert chain.predict(input="First") == "One."
    assert chain.predict(input="Second") == "Two."
    assert contents(memory) == ["First", "One.", "Second", "Two."]


def test_a_chain_is_driven_asynchronously(pact_url: str, pact_key: str) -> None:
    memory = AsyncPACTMemory(api_key=pact_key, api_url=pact_url, input_key="input")
    chain = chains.LLMChain(llm=FakeListLLM(responses=["I see."]), memory=memory, prompt=PROMPT)

    async def talk() -> Dict[str, Any]:
        await chain.ainvoke({"input": ANGRY})
        assert (await memory.aget_emotional_state())["session_id"] == memory.session_id
        assert (await memory.aget_context_graph())["nodes"]
        await memory.aset_context_priority("espresso machine", "high")
        assert (await memory.aforce_consolidation())["session_id"] == memory.session_id
        variables: Dict[str, Any] = await memory.aload_memory_variables({})
        before = memory.session_id
        await memory.aclear()
        assert memory.session_id != before
        return variables

    assert ANGRY in asyncio.run(talk())["history"]
    assert asyncio.run(memory.aload_memory_variables({}))["history"] == ""


def test_several_inputs_without_input_key_are_refused_and_nothing_is_saved(memory: PACTMemory) -> None:
    with pytest.raises(ValueError, match="input"):
        memory.save_context({"input": "Hello", "style": "formal"}, {"response": "Hi"})
    assert contents(memory) == []


def test_a_key_that_the_chain_does_not_have_is_refused_and_nothing_is_saved(
    pact_url: str, pact_key: str
) -> None:
    memory = PACTMemory(api_key=pact_key, api_url=pact_url, input_key="question", output_key="answer")
    with pytest.raises(ValueError, match="'question', which input_key names"):
        memory.save_context({"input": "Hello"}, {"answer": "Hi"})
    with pytest.raises(ValueError, match="'answer', which output_key names"):
        memory.save_context({"question": "Hello"}, {"output": "Hi"})
    assert contents(memory) == []


def test_messages_are_saved_by_their_text(memory: PACTMemory) -> None:
    memory.save_context({"input": [HumanMessage(ANGRY)]}, {"output": AIMessage("I see.")})
    assert contents(memory) == [ANGRY, "I see."]


def test_the_history_comes_as_messages_when_asked_for(pact_url: str, pact_key: str) -> None:
    memory = PACTMemory(api_key=pact_key, api_url=pact_url, return_messages=True)
    memory.save_context({"input": ANGRY}, {"output": "I see."})
    history = memory.load_memory_variables({})["history"]
    assert [type(message) for message in history] == [HumanMessage, AIMessage]


def test_without_emotional_tracking_nothing_about_emotion_is_stored(pact_url: str, pact_key: str) -> None:
    memory = create_pact_memory(pact_key, False, api_url=pact_url, max_token_limit=None)
    memory.save_context({"input": ANGRY}, {"output": "I see."})
    assert memory.load_memory_variables({})["emotional_state"] == "neutral"
    assert memory.get_emotional_state()["emotional_history"] == []


def test_a_memory_goes_on_in_a_session_that_it_is_given(
    memory: PACTMemory, pact_url: str, pact_key: str
) -> None:
    memory.save_context({"input": ANGRY}, {"output": "I see."})
    again = PACTMemory(api_key=pact_key, api_url=pact_url, session_id=memory.session_id)
    assert contents(again) == [ANGRY, "I see."]
    other = PACTMemory(api_key=pact_key, api_url=pact_url)
    other.session_id = memory.session_id
    assert contents(other) == [ANGRY, "I see."]
    assert ANGRY in other.load_memory_variables({})["history"]


def test_clearing_erases_the_session_and_begins_an_empty_one(memory: PACTMemory, client: PACTClient) -> None:
    memory.save_context({"input": ANGRY}, {"output": "I see."})
    erased = memory.session_id
    memory.clear()
    assert memory.session_id != erased
    assert contents(memory) == []
    with pytest.raises(PACTAPIError) as raised:
        client.get_session(erased or "")
    assert raised.value.status == 404


def test_settings_come_from_the_environment_and_the_key_is_never_shown(pact_url: str, pact_key: str) -> None:
    memory = PACTMemory()
    assert memory.api_url == pact_url
    assert pact_key not in repr(PACTMemory(api_key=pact_key))


def test_a_wrong_key_is_told_when_the_memory_is_made(pact_url: str) -> None:
    with pytest.raises(AuthenticationError):
        PACTMemory(api_key="sk_test_unknown", api_url=pact_url)


def test_a_turn_that_cannot_be_saved_fails_the_chain(broken_server: BrokenServer) -> None:
    memory = PACTMemory(api_key="sk_test_1", api_url=broken_server.url, session_id="sess_1")
    broken_server.answers(broken_server.html(404))
    with pytest.raises(PACTAPIError, match="HTML page"):
        memory.save_context({"input": "Hello"}, {"output": "Hi"})


def test_a_dead_host_fails_the_chain(dead_url: str) -> None:
    with pytest.raises(PACTConnectionError, match="Cannot reach"):
        PACTMemory(api_key="sk_test_1", api_url=dead_url)


def published_program(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program that the published 0.1.0 is tested with, on the chains that are installed."""
    folder = Path(__file__).resolve().parents[3] / "tests" / "published-client"
    prompts = ModuleType("langchain.prompts")
    prompts.PromptTemplate = PromptTemplate  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "langchain.chains", chains)
    monkeypatch.setitem(sys.modules, "langchain.prompts", prompts)
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("conversation", folder / "conversation.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        spec.loader.exec_module(program)
    return program


def test_the_program_of_the_published_version_passes(
    monkeypatch: pytest.MonkeyPatch, pact_url: str, pact_key: str
) -> None:
    program = published_program(monkeypatch)
    refused: List[Tuple[int, str]] = []

    def check_status(expected: int, call: Any, where: str) -> None:
        # Version 0.1 raised what `requests` raises.
        with pytest.raises(PACTAPIError) as raised:
            call()
        assert raised.value.status == expected, where
        refused.append((expected, where))

    monkeypatch.setattr(program, "check_status", check_status)
    # Empty messages where a chain has no `input_key`: what this version does better, see above.
    monkeypatch.setattr(program, "without_input_key", lambda url, key, observed: None)
    program.converse(pact_url, pact_key, {})
    assert len(refused) == 7
