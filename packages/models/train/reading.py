"""From quantised weights to a reading: the twin of `src/emotion/score.ts` and `src/emotion.ts`, without evidence."""

import numpy as np

from features import features, mask, tokenize, weigh
from labels import EMOTIONS, polarity

LABELS = len(EMOTIONS)
NEUTRAL = EMOTIONS.index("neutral")
CHUNK_TOKENS, LONGEST_CHUNK, SHORTEST_TAIL = 20, 60, 6
TRUST_FROM, TRUST_SPAN = 0.25, 0.35
UNREAD_NEUTRAL = 0.2
LABEL_VALENCE, NEUTRAL_VALENCE = 0.06, 0.1
ENDS = (".", "!", "!!", "?", "??", "...", "\n")


class Table:
    """Dequantised rows by feature, with the intercepts, anchors, blends and temperature of the header."""

    def __init__(self, rows, bias, anchors, valence, arousal, temperature):
        self.rows, self.bias, self.anchors = rows, bias, anchors
        self.valence, self.arousal, self.temperature = valence, arousal, temperature


def chunks_of(tokens):
    chunks, current = [], []
    for token in tokens:
        current.append(token)
        if (token["text"] in ENDS and len(current) >= CHUNK_TOKENS) or len(current) >= LONGEST_CHUNK:
            chunks.append(current)
            current = []
    if chunks and len(current) < SHORTEST_TAIL:
        chunks[-1].extend(current)
    elif current or not chunks:
        chunks.append(current)
    return chunks


def trust_of(table, tokens):
    total = known = marks = 0
    for token in tokens:
        if token["kind"] == "foreign":
            total += token["size"]
        elif token["kind"] == "word":
            total += 1
            known += ("u:" + token["text"]) in table.rows
        elif token["text"] != "\n":
            marks += 1
    if total == 0:
        return 1.0 if marks else 0.0
    return min(1.0, max(0.0, (known / total - TRUST_FROM) / TRUST_SPAN))


def raw_chunk(table, tokens, flags):
    """Sums per column, before softmax."""
    sums = np.array(table.bias, np.float64)
    for name, value, _ in weigh(features(tokens, flags), table.rows):
        sums += value * table.rows[name]
    return sums


def soft(sums, temperature):
    shifted = np.exp((sums[:LABELS] - sums[:LABELS].max()) / temperature)
    return shifted / shifted.sum()


def _blend(factors, from_labels, from_text):
    return min(0.98, max(0.02, factors[0] + factors[1] * from_labels + factors[2] * from_text))


def score_chunk(table, tokens, flags):
    sums = raw_chunk(table, tokens, flags)
    probabilities = soft(sums, table.temperature)
    valence, arousal = probabilities @ table.anchors
    return probabilities, _blend(table.valence, valence, sums[LABELS]), _blend(table.arousal, arousal, sums[LABELS + 1])


def unread(neutral):
    out = np.full(LABELS, (1 - neutral) / (LABELS - 1))
    out[NEUTRAL] = neutral
    return out


def read(table, text):
    """Probabilities, valence and arousal of one message."""
    body, marks = mask(text)
    tokens, flags = tokenize(body)
    spoken = any(token["text"] != "\n" for token in tokens)
    if not spoken and not marks:
        return unread(1 / LABELS), 0.5, 0.5
    scores = [score_chunk(table, chunk, flags + marks) for chunk in chunks_of(tokens)]
    parts = np.array([0.02 + (1 - score[0][NEUTRAL]) ** 3 for score in scores])
    parts /= parts.sum()
    trust = trust_of(table, tokens) if spoken else 1.0
    probabilities = (1 - trust) * unread(UNREAD_NEUTRAL) + trust * sum(p * s[0] for p, s in zip(parts, scores))
    valence = 0.5 + trust * (sum(p * s[1] for p, s in zip(parts, scores)) - 0.5)
    arousal = 0.5 + trust * (sum(p * s[2] for p, s in zip(parts, scores)) - 0.5)
    return probabilities, _agree(valence, EMOTIONS[int(probabilities.argmax())]), arousal


def _agree(valence, label):
    if label == "neutral":
        return min(0.5 + NEUTRAL_VALENCE, max(0.5 - NEUTRAL_VALENCE, valence))
    sign = polarity(label)
    if sign > 0:
        return max(valence, 0.5 + LABEL_VALENCE)
    return min(valence, 0.5 - LABEL_VALENCE) if sign < 0 else valence

