from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from pact_langchain import PACTStore


def remember(state: dict, runtime: Runtime) -> dict:
    memory = "The user is angry: the espresso machine has not arrived."
    runtime.store.put(("memories", "ada"), "espresso", {"text": memory})
    found = runtime.store.search(("memories", "ada"), query="Why is the user upset?")
    return {"answer": found[0].value["text"], "score": found[0].score}


graph = StateGraph(dict).add_node(remember).add_edge(START, "remember").compile(store=PACTStore())
print(graph.invoke({}))
