"""PACTMiddleware in agents, against a running PACT."""

import asyncio
import uuid
from typing import Any, Callable, List

import pytest

pytest.importorskip("langchain.agents.middleware", reason="Middleware came with LangChain 1.")

from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langgraph.checkpoint.memory import InMemorySaver

from pact_langchain import PACTClient, PACTConnectionError, PACTMiddleware

ANGRY = "I am furious: the espresso machine I ordered has still not arrived!"


class Model(GenericFakeChatModel):
    """Answers as told, and keeps what it was asked."""

    asked: List[List[BaseMessage]] = []

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self

    def _generate(self, messages: List[BaseMessage], *args: Any, **named: Any) -> ChatResult:
        self.asked.append(messages)
        return super()._generate(messages, *args, **named)


def model_of(*answers: AIMessage) -> Model:
    return Model(messages=iter(answers), asked=[])


def chat() -> Any:
    return {"configurable": {"thread_id": f"chat-{uuid.uuid4()}"}}


def stored(client: PACTClient, config: Any) -> List[str]:
    session = client.create_session(external_id=config["configurable"]["thread_id"])["session_id"]
    return [message["content"] for message in client.list_messages(session)]


def invoke(agent: Any, given: Any, config: Any) -> Any:
    return agent.invoke(given, config)


def ainvoke(agent: Any, given: Any, config: Any) -> Any:
    return asyncio.run(agent.ainvoke(given, config))


Run = Callable[[Any, Any, Any], Any]
both_ways = pytest.mark.parametrize("run", [invoke, ainvoke])


@both_ways
def test_the_second_turn_knows_the_first_when_no_checkpoint_is_left(run: Run) -> None:
    model, config = model_of(AIMessage("I am sorry."), AIMessage("Not yet.")), chat()
    for words in (ANGRY, "Any news?"):
        agent = create_agent(model, middleware=[PACTMiddleware()], checkpointer=InMemorySaver())
        run(agent, {"messages": words}, config)
    assert "espresso machine" in model.asked[1][0].text
    assert "The user seems" in model.asked[1][0].text


@both_ways
def test_a_turn_that_is_replayed_is_stored_once(run: Run, client: PACTClient) -> None:
    model, config = model_of(AIMessage("I am sorry.")), chat()
    agent: Any = create_agent(model, middleware=[PACTMiddleware()], checkpointer=InMemorySaver())
    run(agent, {"messages": ANGRY}, config)
    before = next(s for s in agent.get_state_history(config) if s.next == ("PACTMiddleware.after_agent",))
    run(agent, None, before.config)
    assert stored(client, config) == [ANGRY, "I am sorry."]


@both_ways
def test_a_tool_loop_saves_one_turn_without_its_steps(run: Run, client: PACTClient) -> None:
    def track(parcel: str) -> str:
        """Where a parcel is."""
        return "in Lyon"

    call = AIMessage("", tool_calls=[{"name": "track", "args": {"parcel": "1"}, "id": "call-1"}])
    model, config = model_of(call, AIMessage("It is in Lyon.")), chat()
    run(create_agent(model, [track], middleware=[PACTMiddleware()]), {"messages": ANGRY}, config)
    assert stored(client, config) == [ANGRY, "It is in Lyon."]


@both_ways
def test_a_dead_host_ends_the_run(run: Run, dead_url: str) -> None:
    with PACTClient("sk_test_x", dead_url, max_retries=0) as pact:
        agent = create_agent(model_of(AIMessage("Yes.")), middleware=[PACTMiddleware(pact)])
        with pytest.raises(PACTConnectionError):
            run(agent, {"messages": "Hello"}, chat())


@both_ways
def test_a_dead_host_is_gone_past_and_told_when_asked(run: Run, dead_url: str) -> None:
    told: List[str] = []
    with PACTClient("sk_test_x", dead_url, max_retries=0) as pact:
        memory = PACTMiddleware(pact, on_error=lambda _, during: told.append(during))
        given = run(
            create_agent(model_of(AIMessage("Yes.")), middleware=[memory]), {"messages": "Hello"}, chat()
        )
    assert given["messages"][-1].text == "Yes."
    assert told == ["recall", "save"]


def test_a_run_without_a_conversation_says_so() -> None:
    agent = create_agent(model_of(AIMessage("Yes.")), middleware=[PACTMiddleware(on_error="continue")])
    with pytest.raises(ValueError, match="finds no conversation"):
        agent.invoke({"messages": "Hello"})
