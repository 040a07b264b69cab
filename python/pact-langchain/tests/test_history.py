"""LangChain's chat message history, kept in PACT."""

import asyncio
from typing import Any, List
from uuid import uuid4

import pytest
from conftest import BrokenServer
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.runnables.history import RunnableWithMessageHistory

from pact_langchain import (
    AsyncPACTClient,
    PACTAPIError,
    PACTChatMessageHistory,
    PACTClient,
    PACTConnectionError,
    PACTRetriever,
)

CALL = {"name": "track", "args": {"order": 48213}, "id": "call_1", "type": "tool_call"}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
EVERY: List[BaseMessage] = [
    SystemMessage("You are kind."),
    HumanMessage("Where is my machine?", name="Priya"),
    HumanMessage([{"type": "text", "text": "Look:"}, PICTURE]),
    HumanMessage([PICTURE]),
    AIMessage("", tool_calls=[CALL]),
    AIMessage("I will look.", tool_calls=[{**CALL, "id": "call_2"}], additional_kwargs={"refusal": None}),
    ToolMessage("In Porto.", tool_call_id="call_1", name="track", artifact={"depot": 4}),
    ToolMessage("Nobody home.", tool_call_id="call_2", status="error"),
    FunctionMessage(content="Old.", name="track"),
    ChatMessage(content="I listen.", role="moderator"),
    ChatMessage(content="I answer.", role="assistant"),
    AIMessage("It is in Porto.", additional_kwargs={"reasoning": "looked"}),
    HumanMessage(""),
    HumanMessage("A long name", name="n" * 300),
]


def told(messages: List[BaseMessage]) -> List[dict]:  # type: ignore[type-arg]
    left = [message.model_dump() for message in messages]
    for message in left:
        # A message that had no id gets one by being stored.
        message.pop("id")
        if message["additional_kwargs"] == {"refusal": None}:
            message["additional_kwargs"] = {}
    return left


@pytest.fixture
def history(client: PACTClient) -> PACTChatMessageHistory:
    return PACTChatMessageHistory(f"python-{uuid4()}", client=client)


def test_every_type_of_message_comes_back_as_it_was(history: PACTChatMessageHistory) -> None:
    history.add_messages(EVERY)
    assert told(history.messages) == told(EVERY)


def test_more_messages_than_a_page_come_back_in_order(history: PACTChatMessageHistory) -> None:
    many: List[BaseMessage] = [HumanMessage(f"message {number}") for number in range(1205)]
    history.add_messages(many)
    assert [message.content for message in history.messages] == [message.content for message in many]


def test_a_message_with_an_id_is_stored_once(history: PACTChatMessageHistory) -> None:
    message = HumanMessage("Only once", id="run-1")
    history.add_messages([message])
    history.add_messages([message, AIMessage("Yes")])
    assert [m.content for m in history.messages] == ["Only once", "Yes"]


def test_messages_that_say_the_same_are_each_stored(history: PACTChatMessageHistory) -> None:
    history.add_user_message("Yes")
    history.add_user_message("Yes")
    assert len(history.messages) == 2


def test_the_same_external_id_is_the_same_conversation(client: PACTClient) -> None:
    name = f"python-{uuid4()}"
    PACTChatMessageHistory(name, client=client).add_user_message("Where is it?")
    again = PACTChatMessageHistory(name, client=client)
    assert [message.content for message in again.messages] == ["Where is it?"]
    again.clear()
    assert again.messages == []
    assert PACTChatMessageHistory(name, client=client).messages == []


def test_a_history_of_a_session_reads_turns_that_others_saved(client: PACTClient, session_id: str) -> None:
    client.save_interaction(session_id, "I am furious!", "I see.")
    client.save_messages(session_id, [{"role": "tool", "content": "found", "name": "track"}])
    read = PACTChatMessageHistory(session_id=session_id, client=client).messages
    assert [type(message) for message in read] == [HumanMessage, AIMessage, ChatMessage]


def test_the_text_of_every_message_can_be_recalled(
    history: PACTChatMessageHistory, client: PACTClient
) -> None:
    history.add_messages(
        [HumanMessage([{"type": "text", "text": "The espresso machine is broken"}, PICTURE])]
    )
    found = PACTRetriever(client=client, session_id=history.session_id).invoke("espresso machine")
    assert [document.page_content for document in found] == ["The espresso machine is broken"]


def test_the_asynchronous_methods_do_the_same(async_client: AsyncPACTClient) -> None:
    async def talk() -> None:
        history = PACTChatMessageHistory(f"python-{uuid4()}", async_client=async_client, user_id="ada")
        await history.aadd_messages(EVERY)
        assert told(await history.aget_messages()) == told(EVERY)
        await history.aclear()
        assert await history.aget_messages() == []

    asyncio.run(talk())


def test_a_runnable_with_history_remembers(client: PACTClient) -> None:
    name = f"python-{uuid4()}"
    answer: RunnableLambda[Any, BaseMessage] = RunnableLambda(
        lambda m: AIMessage(f"I have {len(m)} messages.")
    )
    chain = RunnableWithMessageHistory(
        answer,
        lambda session_id: PACTChatMessageHistory(session_id, client=client),
    )
    settings: RunnableConfig = {"configurable": {"session_id": name}}
    assert chain.invoke([HumanMessage("One")], settings).content == "I have 1 messages."
    assert chain.invoke([HumanMessage("Two")], settings).content == "I have 3 messages."


def test_a_history_that_cannot_be_kept_fails(broken_server: BrokenServer, dead_url: str) -> None:
    broken_server.answers(broken_server.html(404))
    broken = PACTChatMessageHistory("one", client=PACTClient("sk_test_1", broken_server.url))
    with pytest.raises(PACTAPIError, match="HTML page"):
        broken.add_user_message("Hello")
    dead = PACTChatMessageHistory("one", client=PACTClient("sk_test_1", dead_url, max_retries=0))
    with pytest.raises(PACTConnectionError, match="Cannot reach"):
        _ = dead.messages
