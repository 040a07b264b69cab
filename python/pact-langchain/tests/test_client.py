"""The clients against a running PACT."""

from pact_langchain import PACTClient


def test_a_saved_turn_is_in_the_context(client: PACTClient, session_id: str) -> None:
    saved = client.save_interaction(session_id, "I am furious, the espresso machine has not arrived!", "I see.")
    assert saved["interaction_id"].startswith("int_")
    assert client.get_context(session_id)["messages"][0]["role"] == "user"
