"""A conversation with the published package, pact-langchain, against a running PACT server.

    python conversation.py --url http://127.0.0.1:8787/pact/v1 --key sk_test_...

Real LangChain chains save and load through PACTMemory and AsyncPACTMemory; only the language model is scripted.
Prints what it observed as one JSON object. Ends with 1, and a sentence on stderr, at the first answer that a
user of the package would call wrong.
"""

import argparse
import asyncio
import json
import re
import sys
import warnings

from langchain.chains import ConversationChain, LLMChain
from langchain.prompts import PromptTemplate
from langchain_core.language_models import FakeListLLM
from pact_langchain import AsyncPACTMemory, PACTMemory
from requests import HTTPError

from turns import ANGRY, EMOTIONS, HAPPY, NAMES, TURNING

# The package is built on LangChain's older memory classes, which announce their retirement at every use. LangChain
# turns these warnings on when it is imported, so they are turned off after it.
warnings.filterwarnings("ignore")

NODE_TYPES = ("message", "topic", "entity", "emotion")
TRENDS = ("positive", "negative", "stable")

PROMPT = PromptTemplate.from_template(
    "Summary: {context_summary}\nThe user feels {emotional_state}.\n{history}\nUser: {input}\nAssistant:"
)


class Wrong(Exception):
    """The server answered something that a user of the package would call wrong."""


def check(holds, sentence):
    if not holds:
        raise Wrong(sentence)


def check_emotion(word, where):
    check(word in EMOTIONS, f"{where} is {word!r}, which is no word of the emotion vocabulary")


def check_unit(value, where):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    check(is_number and 0 <= value <= 1, f"{where} is {value!r}, not a number from 0 to 1")


def check_status(expected, call, where):
    """`call` must fail with the HTTP status `expected`."""
    try:
        call()
    except HTTPError as error:
        status = error.response.status_code
        check(status == expected, f"{where} answered {status}, not {expected}")
        return
    raise Wrong(f"{where} was answered, and should have been refused with {expected}")


def words(text):
    return {word for word in re.findall(r"[a-z]{5,}", text.lower())}


# The parts of the conversation: each chain drives the memory in another way that users do.


def talk_in_chain(memory, turns):
    """ConversationChain: its answer key is `response`."""
    replies = [reply for _, reply in turns]
    chain = ConversationChain(llm=FakeListLLM(responses=replies), memory=memory, prompt=PROMPT)
    for message, reply in turns:
        answered = chain.invoke({"input": message})["response"]
        check(answered == reply, f"the chain answered {answered!r}, not {reply!r}")


def talk_in_async_chain(memory, turns):
    """LLMChain driven by `ainvoke`, told to answer under `response` like the memory expects."""
    replies = [reply for _, reply in turns]
    chain = LLMChain(llm=FakeListLLM(responses=replies), memory=memory, prompt=PROMPT, output_key="response")

    async def talk():
        for message, _ in turns:
            await chain.ainvoke({"input": message})
        return await memory.aload_memory_variables({})

    return asyncio.run(talk())


def talk_directly(memory, turns):
    for message, reply in turns:
        memory.save_context({"input": message}, {"response": reply})


# What is looked at after a part.


def look_at_emotion(memory):
    state = memory.get_emotional_state()
    check(state["session_id"] == memory.session_id, "the emotional state is of another session")
    check_emotion(state["current_emotion"], "current_emotion")
    check_unit(state["valence"], "valence")
    check_unit(state["arousal"], "arousal")
    check(state["trend"] in TRENDS, f"trend is {state['trend']!r}, not one of {', '.join(TRENDS)}")
    for key_emotion in state["key_emotions"]:
        check_emotion(key_emotion["emotion"], "an emotion of key_emotions")
        check_unit(key_emotion["intensity"], "an intensity of key_emotions")
    for moment in state["emotional_history"]:
        check_emotion(moment["emotion"], "an emotion of emotional_history")
        check_unit(moment["valence"], "a valence of emotional_history")
    return state


def look_at_variables(memory, last_turn):
    variables = memory.load_memory_variables({})
    expected = set(memory.memory_variables)
    check(set(variables) == expected, f"the memory variables are {sorted(variables)}, not {sorted(expected)}")
    check_emotion(variables["emotional_state"], "the memory variable emotional_state")
    check_history(variables["history"], last_turn)
    return variables


def check_history(history, last_turn):
    message, reply = last_turn
    check(f"User: {message}" in history, f"the history has no line 'User: {message}'")
    check(f"Assistant: {reply}" in history, f"the history has no line 'Assistant: {reply}'")


def look_at_graph(memory):
    graph = memory.get_context_graph()
    nodes, edges, metadata = graph["nodes"], graph["edges"], graph["metadata"]
    contents = {kind: [node["content"] for node in nodes if node["type"] == kind] for kind in NODE_TYPES}
    ids = {node["id"] for node in nodes}
    check(len(ids) == len(nodes), "two nodes of the graph have the same id")
    for node in nodes:
        check(node["type"] in NODE_TYPES, f"a node of the graph has the type {node['type']!r}")
        if node.get("emotional_tag") is not None:
            check_emotion(node["emotional_tag"], "the emotional_tag of a node")
    for kind in NODE_TYPES:
        check(contents[kind], f"the graph has no {kind} node")
    for emotion in contents["emotion"]:
        check_emotion(emotion, "the content of an emotion node")
    check(edges, "the graph has no edges")
    for edge in edges:
        check(edge["from"] in ids and edge["to"] in ids, f"an edge of the graph leads nowhere: {edge}")
    entities = " ".join(contents["entity"]).lower()
    check(any(name.lower() in entities for name in NAMES), f"no entity of the graph is one of {', '.join(NAMES)}")
    check(metadata["total_nodes"] >= len(nodes), "total_nodes is smaller than the number of nodes served")
    check(metadata["total_edges"] >= len(edges), "total_edges is smaller than the number of edges served")
    return {
        "counts": {kind: len(contents[kind]) for kind in NODE_TYPES},
        "edge_types": sorted({edge["type"] for edge in edges}),
        "topics": contents["topic"][:12],
        "entities": contents["entity"][:12],
        "emotions": contents["emotion"],
        "metadata": metadata,
    }


def look_at_summary(memory):
    answer = memory.force_consolidation()
    result = answer["consolidation_result"]
    before, after = result["messages_before"], result["messages_after"]
    check(answer["session_id"] == memory.session_id, "the consolidation is of another session")
    check(0 < after <= before, f"the consolidation turned {before} messages into {after}")
    check(result["tokens_saved"] >= 0, f"the consolidation saved {result['tokens_saved']} tokens")
    served = memory.load_memory_variables({})["context_summary"]
    said = words(" ".join(message + " " + reply for message, reply in ANGRY + TURNING + HAPPY))
    for name, summary in (("consolidated_summary", result["consolidated_summary"]), ("context_summary", served)):
        check(isinstance(summary, str) and summary.strip(), f"{name} is empty after a consolidation")
        shared = words(summary) & said
        check(len(shared) >= 3, f"{name} has only {len(shared)} words in common with the conversation: {summary!r}")
    return {"result": result, "context_summary": served}


# The scenarios, in the order they are run.


def long_conversation(url, key, observed):
    """Thirteen turns, from frustrated to relieved, in one session seen through two memories."""
    memory = PACTMemory(api_key=key, api_url=url, input_key="input", output_key="response")
    observed["session_id"] = memory.session_id
    check(memory.session_id.startswith("sess_"), f"the session id is {memory.session_id!r}, without the prefix sess_")
    talk_in_chain(memory, ANGRY)
    observed["angry"] = angry = look_at_emotion(memory)
    check(angry["valence"] < 0.5, f"the valence is {angry['valence']} after five furious turns, not below 0.5")
    check(angry["current_emotion"] != "neutral", "the emotion is neutral after five furious turns")
    observed["angry_variables"] = look_at_variables(memory, ANGRY[-1])

    asynchronous = AsyncPACTMemory(api_key=key, api_url=url, input_key="input", output_key="response")
    asynchronous._pact_client.delete_session(asynchronous.session_id)
    asynchronous.session_id = memory.session_id
    observed["async_variables"] = variables = talk_in_async_chain(asynchronous, TURNING)
    check_history(variables["history"], TURNING[-1])

    talk_directly(memory, HAPPY)
    observed["happy"] = happy = look_at_emotion(memory)
    rise = f"from {angry['valence']} to {happy['valence']}"
    check(happy["valence"] > angry["valence"], f"the valence went {rise} when the user became happy")
    check(happy["trend"] != "negative", "the trend is negative after four happy turns")
    observed["happy_variables"] = look_at_variables(memory, HAPPY[-1])
    observed["graph"] = look_at_graph(memory)
    observed["consolidation"] = look_at_summary(memory)
    look_at_variables(memory, HAPPY[-1])
    observed["graph_after_consolidation"] = look_at_graph(memory)
    return memory


def priority(memory, observed):
    topic = observed["graph"]["topics"][0]
    memory.set_context_priority(topic, "high")
    observed["priority"] = {"topic": topic, "priority": "high"}
    check_status(400, lambda: memory.set_context_priority(topic, "urgent"), "the priority 'urgent'")


def clearing(memory, observed):
    """`clear` deletes the session for good and goes on in an empty one."""
    deleted = memory.session_id
    memory.clear()
    observed["cleared"] = {"deleted": deleted, "session_id": memory.session_id}
    check(memory.session_id != deleted, "clear() went on in the session that it deleted")
    client = memory._pact_client
    for name in ("get_context", "get_emotional_state", "get_memory_graph", "consolidate_context", "delete_session"):
        check_status(404, lambda name=name: getattr(client, name)(deleted), f"{name} of the deleted session")
    variables = memory.load_memory_variables({})
    check(variables["history"] == "", f"the new session begins with a history: {variables['history']!r}")
    client.delete_session(memory.session_id)


def without_input_key(url, key, observed):
    """Without `input_key` the package sends empty strings, which are kept and carry no emotion."""
    memory = PACTMemory(api_key=key, api_url=url + "/")
    observed["trailing_slash"] = memory.api_url
    memory.save_context({"input": "I am furious"}, {"response": "I see"})
    saved = memory._pact_client.save_interaction(memory.session_id, "", "")
    analysis = saved["emotional_analysis"]
    observed["empty"] = {"variables": memory.load_memory_variables({}), "analysis": analysis}
    history = observed["empty"]["variables"]["history"]
    check(history.split("\n")[:2] == ["User: ", "Assistant: "], f"the history of two empty turns is {history!r}")
    check(analysis["user_emotion"] == "neutral", f"an empty message feels {analysis['user_emotion']!r}, not neutral")
    check(analysis["confidence"] == 0, f"an empty message is judged with confidence {analysis['confidence']}, not 0")
    memory._pact_client.delete_session(memory.session_id)


def without_emotions(url, key, observed):
    """With tracking off, nothing about emotion is stored: the package sends `False` in body and query string."""
    keys = {"input_key": "input", "output_key": "response"}
    off = {"emotional_tracking": False, "return_emotional_context": False}
    memory = PACTMemory(api_key=key, api_url=url, **keys, **off)
    talk_directly(memory, ANGRY[:2])
    variables = memory.load_memory_variables({})
    check(list(variables) == ["history"], f"the memory variables are {sorted(variables)} with emotions off")
    check_history(variables["history"], ANGRY[1])
    context = memory._pact_client.get_context(memory.session_id, include_emotional=False)
    tagged = [message for message in context["messages"] if message.get("emotional_metadata")]
    check(not tagged, "include_emotional=False served emotional_metadata")
    state = look_at_emotion(memory)
    check(state["emotional_history"] == [], "track_emotion=False has left an emotional history")
    observed["emotions_off"] = {"variables": variables, "state": state}
    memory._pact_client.delete_session(memory.session_id)


def converse(url, key, observed):
    check_status(401, lambda: PACTMemory(api_key="sk_test_unknown", api_url=url), "an unknown key")
    memory = long_conversation(url, key, observed)
    priority(memory, observed)
    clearing(memory, observed)
    without_input_key(url, key, observed)
    without_emotions(url, key, observed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", required=True, help="base of the API, such as http://127.0.0.1:8787/pact/v1")
    parser.add_argument("--key", required=True, help="an API key, sk_test_...")
    arguments = parser.parse_args()
    observed, failure = {}, None
    try:
        converse(arguments.url.rstrip("/"), arguments.key, observed)
    except Wrong as wrong:
        failure = str(wrong)
    except HTTPError as error:
        body = error.response.text[:500]
        failure = f"{error.request.method} {error.request.url} answered {error.response.status_code}: {body}"
    except (KeyError, TypeError, AttributeError) as error:
        # An answer without a field that the package or this script reads.
        where = error.__traceback__
        while where.tb_next:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_name}, line {where.tb_lineno}"
        failure = f"an answer has not the shape it should have: {error!r} in {line}"
    except OSError as error:
        failure = f"the server at {arguments.url} did not answer: {error}"
    observed["ok"] = failure is None
    print(json.dumps(observed, ensure_ascii=False))
    if failure is not None:
        print(f"published client: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
