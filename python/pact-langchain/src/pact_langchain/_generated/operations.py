"""Where each operation lives on the wire. Generated from openapi.json by scripts/generate.py. Do not edit."""

from .._request import Operation

CREATE_SESSION = Operation("POST", "/sessions", has_body=True)
LIST_SESSIONS = Operation("GET", "/sessions")
GET_SESSION = Operation("GET", "/sessions/{session_id}")
DELETE_SESSION = Operation("DELETE", "/sessions/{session_id}", has_answer=False, answer_header=("X-Pact-Erasure", "erasure_id"))
SAVE_INTERACTION = Operation("POST", "/sessions/{session_id}/interactions", has_body=True)
SAVE_MESSAGES = Operation("POST", "/sessions/{session_id}/messages", has_body=True)
LIST_MESSAGES = Operation("GET", "/sessions/{session_id}/messages")
GET_CONTEXT = Operation("GET", "/sessions/{session_id}/context")
GET_EMOTIONAL_STATE = Operation("GET", "/sessions/{session_id}/emotional_state")
GET_MEMORY_GRAPH = Operation("GET", "/sessions/{session_id}/graph")
CONSOLIDATE = Operation("POST", "/sessions/{session_id}/consolidate")
EXPAND = Operation("POST", "/sessions/{session_id}/expand", has_body=True)
SET_PRIORITY = Operation("POST", "/sessions/{session_id}/priority", has_body=True)
RECALL = Operation("POST", "/recall", has_body=True)
GET_ERASURE = Operation("GET", "/erasures/{erasure_id}")
EXPORT_USER = Operation("GET", "/users/{user_id}/export")
ERASE_USER = Operation("DELETE", "/users/{user_id}")
USAGE = Operation("GET", "/usage")
HEALTH = Operation("GET", "/health", answering_statuses=(503,), needs_key=False)
