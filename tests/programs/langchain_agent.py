import uuid

from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from pact_langchain import PACTClient, PACTMiddleware

pact = PACTClient()  # reads PACT_API_KEY and PACT_BASE_URL
session_id = pact.create_session(external_id=f"chat-{uuid.uuid4()}")["session_id"]
# Stands in for a chat model.
model = GenericFakeChatModel(messages=iter([AIMessage("I am sorry. I am asking the carrier.")]))
agent = create_agent(model, middleware=[PACTMiddleware(pact, session_id=session_id)])
agent.invoke({"messages": "I am furious: the espresso machine I ordered has still not arrived!"})

print(f"The user is {pact.get_emotional_state(session_id)['current_emotion']}.")
print(pact.recall("What has not arrived?", session_id=session_id)["results"][0]["message"]["content"])
