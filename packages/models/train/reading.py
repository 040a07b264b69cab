"""The reader of `emotion.bin` in numpy: the twin of `src/emotion/{weights,network,score,trust,chunks}.ts` and `emotion.ts`."""

import struct
import zlib

import numpy as np

from labels import EMOTIONS, GOEMOTIONS, INDEX, polarity
from text import ENGLISH, FOREIGN, bound, grams, mask, tokenize

LABELS, CATEGORIES, NEUTRAL = len(EMOTIONS), len(GOEMOTIONS), INDEX["neutral"]
MOST_TOKENS = 64
CHUNK_TOKENS, SHORTEST_TAIL = 14, 6
LONGEST_CHUNK = MOST_TOKENS - SHORTEST_TAIL
ENDS = {".", "!", "!!", "?", "??", "...", "\n"}
SILENT = {".", ",", ";", ":", "\n", "<number>"}
MACHINE = {"<code>", "<quote>", "<said>", "<url>", "<name>", "<handle>"}
UNREAD_NEUTRAL, MACHINE_NEUTRAL = 0.2, 0.9
TRUST_FROM, TRUST_SPAN, FOREIGN_SHARE = 0.25, 0.35, 0.2
MOST_REPEATS, REPEATED_TRUST = 20, 0.1
LABEL_VALENCE, NEUTRAL_VALENCE, LEAST_VALUE = 0.06, 0.1, 0.02


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Asset:
    """The file's numbers, as the product sees them."""

    def __init__(self, data):
        magic, version, self.width, self.hidden, outputs, words, self.gram_count, self.temperature = struct.unpack_from(
            "<4sHHHHIIf", data
        )
        assert magic == b"PEMO" and version == 2
        self.data, self.at = data, 24
        self.place = {hash_: row for row, hash_ in enumerate(self._take(words, "<u4"))}
        self.word_scales, self.gram_scales = self._take(words, "<f4"), self._take(self.gram_count, "<f4")
        self.attention = self._take(2 * self.hidden, "<f4").astype(np.float64)
        self.gates = self._matrix(6 * self.hidden, self.width)
        self.forward = self._matrix(3 * self.hidden, self.hidden)
        self.backward = self._matrix(3 * self.hidden, self.hidden)
        self.heads = self._matrix(outputs, 6 * self.hidden)
        self.word_rows = self._halves(words)
        self.gram_rows = self._halves(self.gram_count)

    def _take(self, count, kind):
        out = np.frombuffer(self.data, kind, count, self.at)
        self.at += out.nbytes
        return out

    def _matrix(self, rows, inputs):
        scales, bias = self._take(rows, "<f4").astype(np.float64), self._take(rows, "<f4").astype(np.float64)
        return self._take(rows * inputs, np.int8).reshape(rows, inputs) * scales[:, None], bias

    def _halves(self, count):
        pairs = self._take(count * self.width // 2, np.uint8).reshape(count, -1)
        return np.stack([pairs & 15, pairs >> 4], -1).reshape(count, self.width).astype(np.int64) - 8

    def row(self, token):
        for key in token.keys:
            row = self.place.get(zlib.crc32(key.encode("utf-8")))
            if row is not None:
                return row
        return -1

    def _word(self, key):
        row = self.place[zlib.crc32(key.encode("utf-8"))]
        return self.word_scales[row].astype(np.float64) * self.word_rows[row]

    def vector(self, token):
        out, row = np.zeros(self.width), self.row(token)
        if row >= 0:
            out += self.word_scales[row].astype(np.float64) * self.word_rows[row]
        elif token.kind == "word":
            parts = grams(token.keys[0])
            for part in parts:
                at = zlib.crc32(part.encode("utf-8")) % self.gram_count
                out += self.gram_scales[at].astype(np.float64) * self.gram_rows[at] / np.sqrt(len(parts))
        if token.caps:
            out += self._word("<caps>")
        return out + self._word("<elongated>") if token.long else out

    def _recur(self, gates, matrix):
        weight, bias = matrix
        state, out, n = np.zeros(self.hidden), [], self.hidden
        for gate in gates:
            inner = weight @ state + bias
            reset, update = _sigmoid(gate[:n] + inner[:n]), _sigmoid(gate[n : 2 * n] + inner[n : 2 * n])
            candidate = np.tanh(gate[2 * n :] + reset * inner[2 * n :])
            state = candidate + update * (state - candidate)
            out.append(state)
        return np.array(out)

    def read(self, tokens):
        """28 categories, 29 labels, valence, arousal, before any scaling."""
        gates = np.array([self.vector(token) for token in tokens]) @ self.gates[0].T + self.gates[1]
        half = 3 * self.hidden
        states = np.hstack(
            [self._recur(gates[:, :half], self.forward), self._recur(gates[::-1, half:], self.backward)[::-1]]
        )
        share = np.exp(states @ self.attention - (states @ self.attention).max())
        pooled = np.concatenate([share / share.sum() @ states, states.max(0), states.mean(0)])
        return self.heads[0] @ pooled + self.heads[1]


def chunks_of(tokens):
    if len(tokens) <= LONGEST_CHUNK:
        return [tokens]
    out, current = [], []
    for token in tokens:
        current.append(token)
        if (token.keys[0] in ENDS and len(current) >= CHUNK_TOKENS) or len(current) >= LONGEST_CHUNK:
            out.append(current)
            current = []
    if out and len(current) < SHORTEST_TAIL:
        out[-1].extend(current)
    elif current:
        out.append(current)
    return out


def substance_of(tokens):
    telling = [token.keys[0] for token in tokens if token.keys[0] not in SILENT]
    return "nothing" if not telling else "machine" if all(key in MACHINE for key in telling) else "speech"


def trust_of(asset, tokens, repeats):
    words = [token for token in tokens if token.kind == "word"]
    total = len(words) + sum(token.size for token in tokens if token.kind == "foreign")
    junk = REPEATED_TRUST if repeats > MOST_REPEATS and repeats > len(tokens) else 1.0
    if total == 0:
        return junk
    foreign = sum(token.keys[0] in FOREIGN for token in words)
    if foreign > sum(token.keys[0] in ENGLISH for token in words) and foreign >= FOREIGN_SHARE * total:
        return 0.0
    known = sum(asset.row(token) >= 0 for token in words)
    return junk * min(1.0, max(0.0, (known / total - TRUST_FROM) / TRUST_SPAN))


def _even(neutral):
    out = np.full(LABELS, (1 - neutral) / (LABELS - 1))
    out[NEUTRAL] = neutral
    return out


def _softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def read(asset, text):
    """Probabilities of the labels and of the categories, valence and arousal of one message."""
    tokens, repeats = tokenize(mask(bound(text)))
    substance = substance_of(tokens)
    trust = trust_of(asset, tokens, repeats) if substance == "speech" else 0.0
    if trust == 0:
        neutral = {"nothing": 1 / LABELS, "machine": MACHINE_NEUTRAL, "speech": UNREAD_NEUTRAL}[substance]
        return _even(neutral), np.where(np.arange(CATEGORIES) == CATEGORIES - 1, 0.5, 0.0), 0.5, 0.5
    outputs = [asset.read(chunk) for chunk in chunks_of(tokens)]
    labels = [_softmax(out[CATEGORIES : CATEGORIES + LABELS] / asset.temperature) for out in outputs]
    shares = np.array([0.005 + part[:NEUTRAL].max() ** 3 for part in labels])
    shares /= shares.sum()
    probabilities = trust * (shares @ np.array(labels)) + (1 - trust) * _even(UNREAD_NEUTRAL)
    categories = trust * np.max([_sigmoid(out[:CATEGORIES]) for out in outputs], 0)
    valence, arousal = trust * (shares @ np.array([out[-2:] for out in outputs])) + (1 - trust) * 0.5
    return probabilities, categories, _agree(_clamp(valence), EMOTIONS[int(probabilities.argmax())]), _clamp(arousal)


def _clamp(value):
    return min(1 - LEAST_VALUE, max(LEAST_VALUE, value))


def _agree(valence, label):
    if label == "neutral":
        return min(0.5 + NEUTRAL_VALENCE, max(0.5 - NEUTRAL_VALENCE, valence))
    sign = polarity(label)
    if sign > 0:
        return max(valence, 0.5 + LABEL_VALENCE)
    return min(valence, 0.5 - LABEL_VALENCE) if sign < 0 else valence
