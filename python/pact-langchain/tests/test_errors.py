"""What the clients say and do when PACT refuses, breaks off, or is away."""

import asyncio
import json
import time
from typing import Type

import httpx
import pytest
from conftest import Answer, BrokenServer

from pact_langchain import (
    AsyncPACTClient,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PACTAPIError,
    PACTClient,
    PACTConnectionError,
    PACTError,
    PACTTimeoutError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
)

CREATED = Answer(201, json.dumps({"session_id": "sess_1", "created_at": "", "status": "active"}).encode())


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pact_langchain._answer._FIRST_DELAY", 0.01)


def test_a_wrong_key_is_told_in_one_sentence(pact_url: str) -> None:
    with PACTClient("sk_test_unknown", pact_url) as pact, pytest.raises(AuthenticationError) as raised:
        pact.create_session()
    assert raised.value.status == 401
    assert raised.value.code == "unauthorized"
    assert raised.value.request_id is not None
    assert "\n" not in str(raised.value)
    assert "sk_test_unknown" not in str(raised.value)


def test_a_wrong_field_is_named(client: PACTClient, session_id: str) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        client.set_priority(session_id, "delivery", "urgent")  # type: ignore[arg-type]
    assert raised.value.details is not None
    assert raised.value.details["field"] == "priority"


def test_an_unknown_session_is_not_found_and_asked_for_once(client: PACTClient) -> None:
    with pytest.raises(NotFoundError):
        client.get_context("sess_unknown")


def test_an_idempotency_key_of_another_request_is_refused(client: PACTClient, session_id: str) -> None:
    client.save_interaction(session_id, "One", "Yes.", idempotency_key=f"key-{session_id}")
    with pytest.raises(InvalidRequestError) as raised:
        client.save_interaction(session_id, "Two", "Yes.", idempotency_key=f"key-{session_id}")
    assert raised.value.status == 422


@pytest.mark.parametrize("identity", ["", ".", "..", None, 3])
def test_an_id_that_would_change_the_path_is_never_sent(client: PACTClient, identity: str) -> None:
    with pytest.raises(PACTError, match="session_id must be an id"):
        client.delete_session(identity)


@pytest.mark.parametrize(
    ("key", "url", "sentence"),
    [
        ("sk_test_ä", None, "holds a character that no key has"),
        ("sk_test_1\nX-Other: 1", None, "holds a character that no key has"),
        ("sk_test_1", "localhost:8787", "is not an http"),
    ],
)
def test_a_wrong_setting_is_told_when_the_client_is_made(key: str, url: str, sentence: str) -> None:
    with pytest.raises(PACTError, match=sentence):
        PACTClient(key, url)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (403, PermissionDeniedError),
        (409, ConflictError),
        (413, InvalidRequestError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (418, PACTAPIError),
    ],
)
def test_each_status_has_its_class(
    broken_server: BrokenServer, status: int, kind: Type[PACTAPIError]
) -> None:
    broken_server.answers(broken_server.refusal(status, "some_code", "Said so."))
    with PACTClient("sk_test_1", broken_server.url, max_retries=0) as pact, pytest.raises(kind) as raised:
        pact.create_session()
    assert (str(raised.value), raised.value.code, raised.value.status) == ("Said so.", "some_code", status)


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_html_page_is_no_answer(broken_server: BrokenServer, status: int) -> None:
    broken_server.answers(broken_server.html(status))
    with (
        PACTClient("sk_test_1", broken_server.url) as pact,
        pytest.raises(PACTAPIError, match="HTML page") as raised,
    ):
        pact.recall("who is angry?")
    assert raised.value.code == "unreadable_answer"
    assert len(broken_server.received) == (3 if status == 502 else 1)


def test_a_redirect_is_not_followed_with_the_key(broken_server: BrokenServer) -> None:
    broken_server.answers(Answer(302, b"", (("Location", broken_server.url + "/elsewhere"),)))
    with (
        PACTClient("sk_test_1", broken_server.url) as pact,
        pytest.raises(PACTAPIError, match="answered 302"),
    ):
        pact.create_session()
    assert len(broken_server.received) == 1


def test_a_dead_host_is_told_with_its_url(dead_url: str) -> None:
    with (
        PACTClient("sk_test_1", dead_url) as pact,
        pytest.raises(PACTConnectionError, match="Cannot reach") as raised,
    ):
        pact.get_context("sess_1", query="a secret")
    assert dead_url in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_broken_answer_is_asked_for_again_with_the_same_key(broken_server: BrokenServer) -> None:
    broken_server.answers(
        broken_server.half(), None, broken_server.refusal(503, "unavailable", "Later."), CREATED
    )
    with PACTClient("sk_test_1", broken_server.url, max_retries=3) as pact:
        assert pact.create_session()["session_id"] == "sess_1"
    keys = {request.headers["Idempotency-Key"] for request in broken_server.received}
    assert (len(broken_server.received), len(keys)) == (4, 1)


@pytest.mark.parametrize("how", ["half", "hung up", "cut JSON"])
def test_the_last_broken_answer_is_told(broken_server: BrokenServer, how: str) -> None:
    cut = Answer(200, b'{"session_id": ')
    broken_server.answers({"half": broken_server.half(), "hung up": None, "cut JSON": cut}[how])
    with PACTClient("sk_test_1", broken_server.url) as pact, pytest.raises(PACTConnectionError) as raised:
        pact.create_session()
    assert {"half": "broke off", "hung up": "Cannot reach", "cut JSON": "cut short"}[how] in str(raised.value)
    assert len(broken_server.received) == 3


def test_a_call_too_many_waits_as_long_as_it_is_told(broken_server: BrokenServer) -> None:
    broken_server.answers(broken_server.too_many("1"), CREATED)
    began = time.monotonic()
    with PACTClient("sk_test_1", broken_server.url) as pact:
        pact.create_session()
    assert time.monotonic() - began >= 1


def test_a_wait_of_more_than_a_minute_is_the_callers_to_decide(broken_server: BrokenServer) -> None:
    broken_server.answers(broken_server.too_many("3600"))
    with PACTClient("sk_test_1", broken_server.url) as pact, pytest.raises(RateLimitError) as raised:
        pact.create_session()
    assert raised.value.retry_after == 3600
    assert len(broken_server.received) == 1


def test_silence_ends_with_the_timeout(broken_server: BrokenServer) -> None:
    broken_server.behaviour = lambda _: time.sleep(1)
    with PACTClient("sk_test_1", broken_server.url, timeout=0.2, max_retries=0) as pact:
        with pytest.raises(PACTTimeoutError, match="did not answer within 0.2 s"):
            pact.create_session()
        with pytest.raises(PACTTimeoutError, match=r"0\.1 s"):
            pact.create_session(timeout=0.1)


class CutOnce(httpx.BaseTransport):
    """Sends every request on, and loses the answer of the first."""

    def __init__(self) -> None:
        self.inner, self.lost = httpx.HTTPTransport(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.inner.handle_request(request)
        if self.lost == 0:
            self.lost += 1
            response.read()
            raise httpx.ReadError("The answer was lost.")
        return response


def test_a_save_whose_answer_was_lost_is_stored_once(pact_url: str, pact_key: str, session_id: str) -> None:
    transport = CutOnce()
    pact = PACTClient(pact_key, pact_url, http_client=httpx.Client(transport=transport))
    pact.save_interaction(session_id, "Only once.", "Yes.")
    assert transport.lost == 1
    assert [message["content"] for message in pact.list_messages(session_id)] == ["Only once.", "Yes."]


def test_a_lost_save_that_is_not_retried_reaches_the_caller(
    pact_url: str, pact_key: str, session_id: str
) -> None:
    pact = PACTClient(pact_key, pact_url, http_client=httpx.Client(transport=CutOnce()))
    with pytest.raises(PACTConnectionError, match="The answer was lost"):
        pact.save_interaction(session_id, "Lost?", "Yes.", max_retries=0)


def test_the_asynchronous_client_fails_in_the_same_words(broken_server: BrokenServer, dead_url: str) -> None:
    async def fail() -> None:
        async with AsyncPACTClient("sk_test_1", dead_url, max_retries=1) as pact:
            with pytest.raises(PACTConnectionError, match="Cannot reach"):
                await pact.create_session()
        async with AsyncPACTClient("sk_test_1", broken_server.url, timeout=0.3) as pact:
            broken_server.answers(broken_server.half(), broken_server.too_many(), CREATED)
            assert (await pact.create_session())["session_id"] == "sess_1"
            assert len({request.headers["Idempotency-Key"] for request in broken_server.received}) == 1
            broken_server.answers(broken_server.half())
            with pytest.raises(PACTConnectionError, match="broke off"):
                await pact.create_session()
            broken_server.answers(broken_server.html())
            with pytest.raises(ServerError, match="HTML page"):
                await pact.create_session()
            broken_server.behaviour = lambda _: time.sleep(1)
            with pytest.raises(PACTTimeoutError, match=r"within 0\.3 s"):
                await pact.create_session(max_retries=0)

    asyncio.run(fail())
