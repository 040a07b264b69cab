"""Following a session live."""

import asyncio
import json
import threading
import time
from typing import List

import pytest
from conftest import Answer, BrokenServer

from pact_langchain import (
    AsyncPACTClient,
    NotFoundError,
    PACTAPIError,
    PACTClient,
    PACTConnectionError,
    StreamEvent,
)


def test_a_stream_from_the_start_tells_what_was_said_and_ends_with_the_session(client: PACTClient) -> None:
    session_id = client.create_session()["session_id"]
    client.save_interaction(session_id, "I am furious!", "I see.")
    threading.Timer(0.5, client.delete_session, (session_id,)).start()
    events = [event["event"] for event in client.stream(session_id, "start")]
    assert events.count("message_added") == 2
    assert events[-1] == "session_deleted"


def test_a_stream_goes_on_behind_an_event(client: PACTClient, session_id: str) -> None:
    client.save_interaction(session_id, "One", "Two")
    first = next(iter(client.stream(session_id, "start")))
    second = next(iter(client.stream(session_id, last_event_id=first["id"])))
    assert second["id"] != first["id"]


def test_an_asynchronous_stream_tells_the_same(async_client: AsyncPACTClient) -> None:
    async def follow() -> List[StreamEvent]:
        async with async_client as pact:
            session_id = (await pact.create_session())["session_id"]
            await pact.save_interaction(session_id, "I am furious!", "I see.")
            asyncio.get_running_loop().call_later(
                0.5, lambda: asyncio.ensure_future(pact.delete_session(session_id))
            )
            return [event async for event in pact.stream(session_id, "start")]

    events = asyncio.run(asyncio.wait_for(follow(), 20))
    assert [event["event"] for event in events].count("message_added") == 2
    assert events[-1]["event"] == "session_deleted"


def test_a_stream_of_no_session_is_refused(client: PACTClient) -> None:
    with pytest.raises(NotFoundError):
        next(iter(client.stream("sess_unknown")))


def test_a_stream_that_broke_comes_back_behind_the_last_whole_event(broken_server: BrokenServer) -> None:
    kind = (("Content-Type", "text/event-stream"),)
    data = json.dumps({"content": "a line\u2028separator"}, ensure_ascii=False)
    whole = f"retry: 10\nid: 7\nevent: message_added\ndata: {data}\n\n".encode()
    begun = Answer(200, whole + b"id: 8\nevent: message_added\nda", kind, length=5000)
    ended = Answer(200, b"id: 9\r\nevent: session_deleted\r\ndata: {}\r\n\r\n", kind)
    broken_server.answers(begun, ended)
    with PACTClient("sk_test_1", broken_server.url) as pact:
        events = list(pact.stream("sess_1"))
    assert [event["id"] for event in events] == ["7", "9"]
    assert events[0]["data"] == {"content": "a line\u2028separator"}
    assert broken_server.received[1].headers["Last-Event-ID"] == "7"


def test_a_stream_that_cannot_come_back_says_so(broken_server: BrokenServer, dead_url: str) -> None:
    broken_server.answers(broken_server.html(200))
    with PACTClient("sk_test_1", broken_server.url) as pact, pytest.raises(PACTAPIError, match="HTML page"):
        list(pact.stream("sess_1"))
    began = time.monotonic()
    with PACTClient("sk_test_1", dead_url, max_retries=1) as pact, pytest.raises(PACTConnectionError):
        list(pact.stream("sess_1"))
    assert time.monotonic() - began < 5
