"""LangChain's retriever over PACT's recall."""

import asyncio
from typing import Any, Dict, Iterator, Type

import pytest
from conftest import BrokenServer
from langchain_core.retrievers import BaseRetriever

from pact_langchain import AsyncPACTClient, PACTAPIError, PACTClient, PACTConnectionError, PACTRetriever

SAID = [
    "I am furious, the espresso machine has not arrived!",
    "The espresso machine was ordered in Lisbon.",
    "Which espresso beans do you like?",
    "Espresso in the morning, espresso in the evening.",
    "An espresso machine for the office, please.",
]


@pytest.fixture(scope="module")
def known(pact_url: str, pact_key: str) -> Iterator[str]:
    """A session in which something was said."""
    with PACTClient(pact_key, pact_url) as pact:
        session_id = pact.create_session({"user_id": "python-recalled"})["session_id"]
        pact.save_messages(session_id, [{"role": "user", "name": "Priya", "content": text} for text in SAID])
        yield session_id
        pact.delete_session(session_id)


def test_a_document_is_a_message_with_what_is_known_of_it(client: PACTClient, known: str) -> None:
    found = PACTRetriever(client=client, session_id=known, k=2).invoke("who is furious?")
    assert found[0].page_content == SAID[0]
    assert found[0].id == found[0].metadata["message_id"]
    assert found[0].metadata["session_id"] == known
    assert (found[0].metadata["role"], found[0].metadata["name"]) == ("user", "Priya")
    assert found[0].metadata["emotion"] == "angry"
    assert found[0].metadata["score"] >= found[-1].metadata["score"]


def test_the_messages_of_an_end_user_are_filtered(client: PACTClient, known: str) -> None:
    retriever = PACTRetriever(client=client, user_id="python-recalled", filters={"emotions": ["angry"]})
    assert [document.page_content for document in retriever.invoke("espresso")] == [SAID[0]]
    assert PACTRetriever(client=client, user_id="python-nobody").invoke("espresso") == []


def test_the_environment_names_the_server(known: str) -> None:
    assert PACTRetriever(session_id=known, k=1).invoke("espresso")


def test_an_asynchronous_retriever_finds_the_same(client: PACTClient, known: str) -> None:
    retriever = PACTRetriever(client=client, session_id=known)
    assert asyncio.run(retriever.ainvoke("espresso")) == retriever.invoke("espresso")


def test_a_retriever_that_cannot_ask_fails(broken_server: BrokenServer, dead_url: str) -> None:
    broken_server.answers(broken_server.html(404))
    with pytest.raises(PACTAPIError, match="HTML page"):
        PACTRetriever(client=PACTClient("sk_test_1", broken_server.url)).invoke("espresso")
    dead = AsyncPACTClient("sk_test_1", dead_url, max_retries=0)
    with pytest.raises(PACTConnectionError, match="Cannot reach"):
        asyncio.run(PACTRetriever(async_client=dead).ainvoke("espresso"))


try:
    from langchain_tests.integration_tests import RetrieversIntegrationTests
except ImportError:
    pass
else:

    @pytest.mark.anyio
    class TestOfLangChain(RetrieversIntegrationTests):
        """What LangChain asks of every retriever."""

        @pytest.fixture
        def anyio_backend(self) -> str:
            return "asyncio"

        @pytest.fixture(autouse=True)
        def _search_what_was_said(self, known: str) -> None:
            self.session_id = known

        @property
        def retriever_constructor(self) -> Type[BaseRetriever]:
            return PACTRetriever

        @property
        def retriever_constructor_params(self) -> Dict[str, Any]:
            return {"session_id": self.session_id}

        @property
        def retriever_query_example(self) -> str:
            return "espresso"
