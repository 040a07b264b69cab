"""What the API takes and answers. Generated from openapi.json by scripts/generate.py. Do not edit."""

from datetime import datetime
from typing import Any, Dict, List, Literal, Optional, Sequence, Union

from typing_extensions import NotRequired, TypedDict

Emotion = Literal["admiring", "afraid", "amused", "angry", "approving", "caring", "confused", "curious", "disappointed", "disapproving", "disgusted", "embarrassed", "excited", "frustrated", "grateful", "grieving", "happy", "hopeful", "longing", "loving", "proud", "realizing", "relieved", "remorseful", "sad", "stressed", "surprised", "worried", "neutral"]
"""One label a message."""


class ConsolidatedConsolidationResultPreservedHighlight(TypedDict):
    message_id: str
    content: str
    reason: Literal["priority", "emotion"]
    emotion: NotRequired[Emotion]


class SummarySentence(TypedDict):
    """A sentence of the summary and the messages it came from."""

    text: str
    speaker: str
    """A name, or the role."""
    day: str
    """The day it was said, in UTC."""
    source_ids: List[str]


class ConsolidatedConsolidationResult(TypedDict):
    messages_before: int
    """Messages that stood verbatim before."""
    messages_after: int
    tokens_saved: int
    consolidated_summary: str
    summary_sentences: List[SummarySentence]
    preserved_highlights: List[ConsolidatedConsolidationResultPreservedHighlight]


class Consolidated(TypedDict):
    session_id: str
    consolidation_result: ConsolidatedConsolidationResult
    timestamp: str


class ConsolidationTriggered(TypedDict):
    session_id: str
    trigger: Literal["threshold", "request", "priority"]
    messages_before: int
    """Messages that stood verbatim before."""
    messages_after: int
    tokens_saved: int
    timestamp: str


class ContextDropped(TypedDict):
    id: str
    reason: Literal["over_budget", "longer_than_budget", "archive_unavailable"]


class ContextPrompt2(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


class ContextPrompt3Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


class ContextPrompt3(TypedDict):
    system: str
    messages: List[ContextPrompt3Message]


Role = Literal["user", "assistant", "system", "tool"]
"""Who speaks. Emotion is read from `user` alone."""


class MessageEmotionalMetadata(TypedDict):
    detected_emotion: Emotion
    confidence: float
    """Calibrated probability of the label. 0 to 1."""


class Message(TypedDict):
    id: str
    role: Role
    name: NotRequired[str]
    """The speaker, when there are several of one role."""
    content: str
    """Exactly what was sent."""
    timestamp: str
    external_id: NotRequired[str]
    emotional_metadata: NotRequired[MessageEmotionalMetadata]


Trend = Literal["positive", "negative", "stable"]
"""Where valence is going over the latest user messages."""


class EmotionalSummaryKeyEmotion(TypedDict):
    emotion: Emotion
    intensity: float
    """Its share of the session's feeling, 0 to 1."""


class EmotionalSummary(TypedDict):
    current_emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    trend: Trend
    key_emotions: List[EmotionalSummaryKeyEmotion]


class Context(TypedDict):
    session_id: str
    messages: List[Message]
    emotional_state: Optional[Emotion]
    """Where the user stands, in one word; null when not asked for, or when emotion is not tracked."""
    emotional_detail: Optional[EmotionalSummary]
    consolidated_summary: str
    """Empty until something folded."""
    summary_model: NotRequired[str]
    """Set when a model provider worded the summary: by which model. `summary_sentences` is what it worded."""
    summary_sentences: List[SummarySentence]
    token_count: int
    """Tokens (o200k_base) of summary, state and messages as served; never above max_tokens."""
    truncated: bool
    """True when something did not fit."""
    dropped: List[ContextDropped]
    """What was considered and left out; at most the latest 400 are considered."""
    prompt: NotRequired[Union[str, List[ContextPrompt2], ContextPrompt3]]
    """For `format` text, openai or anthropic: the same context, ready to send to a model."""


class CreatedSession(TypedDict):
    session_id: str
    created_at: str
    status: Literal["active"]


class EmotionalStateKeyEmotion(TypedDict):
    emotion: Emotion
    intensity: float
    """Its share of the session's feeling, 0 to 1."""


EmotionalStateChangePoint = TypedDict(
    "EmotionalStateChangePoint",
    {
        "message_id": str,
        "timestamp": str,
        "direction": Literal["positive", "negative"],
        # 0 most negative, 0.5 neutral, 1 most positive
        "from": float,
        # 0 most negative, 0.5 neutral, 1 most positive
        "to": float,
    },
)


class EmotionalStateEscalation(TypedDict):
    """Valence falling while arousal rises, over two user turns or more."""

    active: bool
    turns: int
    """User turns of the present run; active from two on."""
    since: Optional[str]


class EmotionalStateDynamicsHomeBase(TypedDict):
    """Where the user usually is, drawn to neutral while there are few messages."""

    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""


class EmotionalStateDynamics(TypedDict):
    """How the feeling moves: utterance emotion dynamics."""

    home_base: EmotionalStateDynamicsHomeBase
    """Where the user usually is, drawn to neutral while there are few messages."""
    variability: Optional[float]
    """Standard deviation of valence from message to message; null while it cannot be told."""
    inertia: Optional[float]
    """Correlation of valence with that of the message before; high: feelings last."""
    rise_rate: Optional[float]
    """Valence a message by which displacements leave the home base."""
    recovery_rate: Optional[float]
    """Valence a message by which they come back."""


class EmotionalStateEmotionalHistoryWord(TypedDict):
    text: str
    start: int
    end: int
    weight: float


class EmotionalStateEmotionalHistoryModelReading(TypedDict):
    """What a configured model provider made of a message that the built-in engine is unsure of. It moves nothing: state, trend and alerts follow the built-in readings."""

    model: str
    emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""


class EmotionalStateEmotionalHistory(TypedDict):
    timestamp: str
    emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    message_id: str
    confidence: float
    """Calibrated probability that the label is right. 0 to 1."""
    words: List[EmotionalStateEmotionalHistoryWord]
    """The words that carried it: UTF-16 offsets into the message, strongest first."""
    model_reading: NotRequired[EmotionalStateEmotionalHistoryModelReading]
    """What a configured model provider made of a message that the built-in engine is unsure of. It moves nothing: state, trend and alerts follow the built-in readings."""


class EmotionalState(TypedDict):
    current_emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    trend: Trend
    key_emotions: List[EmotionalStateKeyEmotion]
    session_id: str
    change_points: NotRequired[List[EmotionalStateChangePoint]]
    """Messages at which the valence settled at another level, oldest first; the latest ten."""
    escalation: NotRequired[EmotionalStateEscalation]
    """Valence falling while arousal rises, over two user turns or more."""
    dynamics: NotRequired[EmotionalStateDynamics]
    """How the feeling moves: utterance emotion dynamics."""
    emotional_history: List[EmotionalStateEmotionalHistory]
    """One entry a user message, oldest first; the latest 500."""


class EmotionalStateChanged(TypedDict):
    """The session has another emotion than before, or its valence moved by 0.05 or more."""

    session_id: str
    message_id: str
    """The message that changed it."""
    emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    trend: Trend
    timestamp: str


class ErasureStore(TypedDict):
    store: str
    removed: int


class Erasure(TypedDict):
    """The receipt of an erasure: ids and counts, no content."""

    erasure_id: str
    subject: Literal["session", "user"]
    subject_id: str
    stores: List[ErasureStore]
    """Every store that was searched, and how many entries were removed from it."""
    requested_at: str
    completed_at: Optional[str]
    """Null while the erasure is under way."""


class ErrorErrorDetails(TypedDict):
    field: str
    received: str


class ErrorError(TypedDict):
    code: Literal["invalid_request", "unauthorized", "forbidden", "not_found", "conflict", "too_large", "idempotency_mismatch", "rate_limit_exceeded", "internal_error", "unavailable"]
    message: str
    details: NotRequired[ErrorErrorDetails]
    request_id: str
    retry_after: NotRequired[int]
    """Seconds after which trying again makes sense."""


class Error(TypedDict):
    error: ErrorError


class Expanded(TypedDict):
    data: List[Message]
    """In order of arrival, word for word."""


class ExportedSessionEmotionalHistoryWord(TypedDict):
    text: str
    start: int
    end: int
    weight: float


class ExportedSessionEmotionalHistoryModelReading(TypedDict):
    model: str
    emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""


class ExportedSessionEmotionalHistory(TypedDict):
    message_id: str
    timestamp: str
    emotion: Emotion
    confidence: float
    """Calibrated probability that the label is right. 0 to 1."""
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    words: List[ExportedSessionEmotionalHistoryWord]
    model_reading: Optional[ExportedSessionEmotionalHistoryModelReading]
    """What a configured model read beside it."""


class ExportedSessionGraphNode(TypedDict):
    id: str
    type: Literal["topic", "entity", "emotion"]
    content: str
    aliases: List[str]
    entity_type: Optional[str]
    mentions: int
    weight: float
    """Sum of its salience over the messages that mention it."""
    last_at: str


ExportedSessionGraphEdge = TypedDict(
    "ExportedSessionGraphEdge",
    {
        "from": str,
        "to": str,
        "type": str,
        "weight": float,
    },
)


class ExportedSessionGraph(TypedDict):
    nodes: List[ExportedSessionGraphNode]
    edges: List[ExportedSessionGraphEdge]


class ExportedSessionSummaryWorded(TypedDict):
    model: str
    text: str


class ExportedSessionSummary(TypedDict):
    text: str
    sentences: List[SummarySentence]
    worded: Optional[ExportedSessionSummaryWorded]
    """The same in the words of a configured model."""


class ExportedSessionPriority(TypedDict):
    topic: str
    priority: str
    updated_at: str


class Session(TypedDict):
    session_id: str
    status: Literal["active"]
    external_id: NotRequired[str]
    metadata: Dict[str, Any]
    consolidation_threshold: int
    token_threshold: int
    track_emotion: bool
    """False: the session was opened without emotion."""
    message_count: int
    """Messages stored, folded ones included."""
    token_count: int
    """Tokens of all of them."""
    folded_count: int
    """Messages whose place in the context a summary has taken."""
    created_at: str
    updated_at: str


class ExportedSession(TypedDict):
    session: Session
    messages: List[Message]
    """Everything said, folded turns too, oldest first."""
    emotional_history: List[ExportedSessionEmotionalHistory]
    graph: ExportedSessionGraph
    summary: ExportedSessionSummary
    priorities: List[ExportedSessionPriority]


class HealthServices(TypedDict):
    database: Literal["healthy", "degraded", "unavailable", "disabled"]
    cache: Literal["healthy", "degraded", "unavailable", "disabled"]
    llm_api: Literal["healthy", "degraded", "unavailable", "disabled"]


class Health(TypedDict):
    status: Literal["healthy", "degraded", "unavailable", "disabled"]
    version: str
    timestamp: str
    services: HealthServices


MemoryEdge = TypedDict(
    "MemoryEdge",
    {
        "from": str,
        "to": str,
        "type": Literal["mentions", "co_occurs", "evokes", "expresses"],
        # 0 to 1.
        "weight": float,
    },
)
"""mentions: message → topic or entity, its salience there, times 0.35 when it is not the user who speaks. co_occurs: two of those in one message, the cosine of their mentions, less while they met seldom. evokes: topic or entity → the emotion it came with, as a share of its mentions. expresses: message → its emotion, the confidence."""


class MemoryGraphMetadata(TypedDict):
    total_nodes: int
    """In the session, served or not."""
    total_edges: int
    depth: int
    """The most hops from a served message to a node it leads to."""


class MemoryNode(TypedDict):
    id: str
    type: Literal["message", "topic", "entity", "emotion"]
    content: str
    """The topic's, entity's or emotion's name; the beginning of a message."""
    importance: float
    """Frequency, recency, emotion, centrality and the user’s share of the mentions, moved by the priority: 0 to 1. Ranked high: 0.75 and more; not ranked: 0.75 at most; ranked low: 0.4 at most."""
    emotional_tag: NotRequired[Emotion]
    entity_type: NotRequired[Literal["person", "place", "organisation", "product", "date", "id"]]
    """What an entity is, where that is sure."""
    aliases: NotRequired[List[str]]
    """Other names and spellings under which it came up."""
    mentions: NotRequired[int]
    """Messages that mention it."""
    user_mentions: NotRequired[int]
    """Those of the user: 0 for what only an assistant or a tool brought up."""


class MemoryGraph(TypedDict):
    session_id: str
    nodes: List[MemoryNode]
    edges: List[MemoryEdge]
    """Both ends are among the nodes served."""
    metadata: MemoryGraphMetadata


class MessageAdded(TypedDict):
    session_id: str
    message: Message


Priority = Literal["high", "medium", "low"]


class PrioritySet(TypedDict):
    session_id: str
    topic: str
    priority: Priority
    updated_at: str


class RecallExplanationScores(TypedDict):
    lexical: float
    semantic: float
    neighbours: float
    session: float
    speaker: float
    time: float
    entity: float
    form: float


class RecallExplanation(TypedDict):
    message_id: str
    outcome: Literal["returned", "below_limit", "over_budget", "filtered_out", "unrelated", "out_of_scope"]
    """below_limit: others ranked higher · over_budget: max_tokens · filtered_out: see excluded_by · unrelated: no word of the query, and more against it than for it · out_of_scope: not in what was searched."""
    rank: Optional[int]
    """1 for the best; null when it could not come back."""
    of: int
    """Messages that could have come back."""
    score: Optional[float]
    scores: Optional[RecallExplanationScores]
    kept_out_by: Optional[Literal["lexical", "semantic", "neighbours", "session", "speaker", "time", "entity", "form"]]
    """The part of the score by which it trails the last result most."""
    excluded_by: Optional[Literal["roles", "emotions", "from", "to", "topics"]]
    why: List[str]
    """What spoke for it and against it."""
    why_not: List[str]
    """What kept it out; empty when it was returned."""


class RecalledResultScores(TypedDict):
    """With `explain`: the parts of the score; they sum to it."""

    lexical: float
    semantic: float
    neighbours: float
    session: float
    speaker: float
    time: float
    entity: float
    form: float


class RecalledResult(TypedDict):
    message: Message
    session_id: str
    score: float
    """Comparable within one answer; higher is better."""
    scores: NotRequired[RecalledResultScores]
    """With `explain`: the parts of the score; they sum to it."""
    why: NotRequired[List[str]]


class RecalledOmitted(TypedDict):
    id: str
    reason: Literal["archive_unavailable"]


class Recalled(TypedDict):
    results: List[RecalledResult]
    token_count: int
    """Tokens (o200k_base) of the contents served."""
    omitted: NotRequired[List[RecalledOmitted]]
    """Results that were found and left out, because their text cannot be read now; absent when none."""
    recipe: NotRequired[str]
    """With `explain`: which set of weights ranked: `people` or `assistant`, chosen by who speaks how much."""
    embedding: NotRequired[str]
    """With `explain`: the model whose meanings ranked. The built-in one, where the configured one gave no answer in time."""
    explanations: NotRequired[List[RecallExplanation]]
    """With `explain_message_ids`: one each."""


class SavedInteractionEmotionalAnalysis(TypedDict):
    user_emotion: Emotion
    valence: float
    """0 most negative, 0.5 neutral, 1 most positive"""
    arousal: float
    """0 calmest, 0.5 calm-neutral, 1 most excited"""
    trend: Trend
    confidence: float
    """Calibrated probability that the label is right. 0 to 1."""


class SavedInteraction(TypedDict):
    interaction_id: str
    emotional_analysis: Optional[SavedInteractionEmotionalAnalysis]
    """Null when emotion is not tracked."""
    consolidation_triggered: bool
    token_count: int
    """Tokens of the two messages."""


class SavedMessages(TypedDict):
    message_ids: List[str]
    token_count: int
    """Tokens of the messages that were new."""
    consolidation_triggered: bool


class SessionDeleted(TypedDict):
    """The session was erased. The stream ends."""

    session_id: str


class UsageDataModel(TypedDict):
    """What a configured model provider read and wrote; absent where none was asked."""

    calls: int
    input_tokens: int
    output_tokens: int


class UsageData(TypedDict):
    day: NotRequired[str]
    """With `group_by` day."""
    key_id: NotRequired[str]
    """With `group_by` key."""
    requests: int
    """Requests that were let in and answered, also with a refusal of their own, such as a missing session; not those refused at the door (key, scope, rate limit, quota), and not failures of the service."""
    tokens_stored: int
    """Tokens of the messages saved."""
    tokens_served: int
    """Tokens of contexts and recalls, as served."""
    tokens_saved: int
    """Tokens that the whole sessions have beyond the contexts served in their place."""
    model: NotRequired[UsageDataModel]
    """What a configured model provider read and wrote; absent where none was asked."""


class UsageTotalsModel(TypedDict):
    """What a configured model provider read and wrote; absent where none was asked."""

    calls: int
    input_tokens: int
    output_tokens: int


class UsageTotals(TypedDict):
    requests: int
    """Requests that were let in and answered, also with a refusal of their own, such as a missing session; not those refused at the door (key, scope, rate limit, quota), and not failures of the service."""
    tokens_stored: int
    """Tokens of the messages saved."""
    tokens_served: int
    """Tokens of contexts and recalls, as served."""
    tokens_saved: int
    """Tokens that the whole sessions have beyond the contexts served in their place."""
    model: NotRequired[UsageTotalsModel]
    """What a configured model provider read and wrote; absent where none was asked."""


Usage = TypedDict(
    "Usage",
    {
        "from": str,
        "to": str,
        # Days, or keys, on which there was something; in their order.
        "data": List[UsageData],
        "totals": UsageTotals,
    },
)


class UserExport(TypedDict):
    """Everything held about one end user."""

    user_id: str
    exported_at: str
    sessions: List[ExportedSession]


class DeleteSessionAnswer(TypedDict):
    erasure_id: str


class SaveMessagesMessage(TypedDict):
    role: Role
    name: NotRequired[str]
    """At most 128 characters."""
    content: str
    """At most 200000 characters."""
    occurred_at: NotRequired[Union[str, datetime]]
    external_id: NotRequired[str]
    """Your own id of the message. One that the session has already is not stored again. At most 256 characters."""


RecallFilters = TypedDict(
    "RecallFilters",
    {
        # 0 to 4 items.
        "roles": NotRequired[Sequence[Role]],
        # 0 to 29 items.
        "emotions": NotRequired[Sequence[Emotion]],
        "from": NotRequired[Union[str, datetime]],
        "to": NotRequired[Union[str, datetime]],
        # Any of these topics or entities is mentioned. 0 to 20 items.
        "topics": NotRequired[Sequence[str]],
    },
)
