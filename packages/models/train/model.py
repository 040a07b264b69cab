"""The whole model on prepared feature groups: public stage, own stage, valence and arousal.

Both stages are linear in the same features, so their sum is one table of weights:
the public stage learns GoEmotions and XED; the own stage keeps it fixed and learns, on PACT's messages alone, a
29 x 29 map of its outputs, a map of word vectors, and corrections of single features.
"""

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack

import vectors
from fit import fit_labels, fit_values, softmax
from labels import EMOTIONS

SETTINGS = {
    "features": 44000,
    "xed_weight": 0.35,
    "penalty": 0.5,
    "iterations": 130,
    "own_penalty": 0.1,
    "replay_step": 14,
    "replay_weight": 0.25,
    "map_penalty": 2.0,
    "vector_penalty": 2.0,
    "value_penalty": 2.0,
    "value_own_weight": 6.0,
}
LABELS = len(EMOTIONS)


class Public:
    """What is learned from public corpora: vocabulary, rarity, label weights, and word vectors by row."""

    def __init__(self, vocabulary, rarity, weights, bias, vectors_by_row):
        self.vocabulary, self.rarity, self.weights, self.bias, self.vectors = vocabulary, rarity, weights, bias, vectors_by_row


def one_hot(labels):
    out = np.zeros((len(labels), LABELS), np.float32)
    out[np.arange(len(labels)), labels] = 1
    return out


def anchors(labels, values):
    """Mean valence and arousal of every label in PACT's own messages."""
    return np.array([values[labels == k].mean(0) for k in range(LABELS)])


def word_vectors(vocabulary, glove):
    """Rows x 2d: a word's vector, on the left as said and on the right as negated."""
    size = len(next(iter(glove.values())))
    out = np.zeros((len(vocabulary), 2 * size), np.float32)
    for name, row in vocabulary.items():
        vector = glove.get(name[2:]) if name[:2] in ("u:", "n:") else None
        if vector is not None:
            start = 0 if name[0] == "u" else size
            out[row, start : start + size] = vector
    return out


def train_public(go, xed, own_groups, glove, settings):
    """`go` and `xed`: (groups, 0/1 targets). `own_groups` only says which features PACT's messages use."""
    groups = go[0] + xed[0]
    sets = np.concatenate([go[1], xed[1]])
    vocabulary, rarity = vectors.choose(groups, sets, own_groups, glove, settings["features"])
    domain = np.repeat([0, 1], [len(go[0]), len(xed[0])])
    rows = vectors.matrix(groups, vocabulary, rarity)
    found, bias = fit_labels(
        rows,
        sets,
        np.array([1.0, settings["xed_weight"]])[domain],
        np.array([1.0, 0.0])[domain],
        np.full(len(vocabulary), settings["penalty"]),
        np.eye(2)[domain],
        settings["iterations"],
    )
    return Public(vocabulary, rarity, found, bias[0], word_vectors(vocabulary, glove))


def train_own(public, own_rows, labels, go, settings):
    """Label weights (features x 29) and intercepts for PACT's messages.

    Some GoEmotions rows are replayed with a small weight, so that what they taught is not forgotten.
    """
    replayed = np.arange(0, go[0].shape[0], settings["replay_step"])
    rows = vstack([own_rows, go[0][replayed]]).tocsr()
    sets = np.concatenate([one_hot(labels), go[1][replayed]])
    domain = np.repeat([0, 1], [own_rows.shape[0], len(replayed)])
    columns = np.unique(own_rows.indices)
    outputs = np.asarray(rows @ public.weights)
    meaning = np.asarray(rows @ public.vectors)
    prior = outputs + public.bias
    design = hstack([rows[:, columns], csr_matrix(outputs), csr_matrix(meaning)]).tocsr()
    penalties = np.concatenate(
        [
            np.full(len(columns), settings["own_penalty"]),
            np.full(LABELS, settings["map_penalty"]),
            np.full(meaning.shape[1], settings["vector_penalty"]),
        ]
    )
    importance = np.array([1.0, settings["replay_weight"]])[domain]
    sharpness = np.ones(len(domain))
    found, bias = fit_labels(design, sets, importance, sharpness, penalties, np.eye(2)[domain], 120, prior)
    weights = public.weights.copy()
    weights += public.weights @ found[len(columns) : len(columns) + LABELS]
    weights += public.vectors @ found[len(columns) + LABELS :]
    weights[columns] += found[: len(columns)]
    return weights, public.bias + bias[0]


def train_values(go, emobank, own, settings):
    """All (rows, targets). EmoBank and own messages give values; a GoEmotions row gets the mean of its labels' anchors."""
    place = anchors(own[1], own[2])
    parts = [go[0], emobank[0], own[0]]
    values = np.concatenate([go[1] / go[1].sum(1, keepdims=True) @ place, emobank[1], own[2]])
    domain = np.repeat(np.arange(3), [part.shape[0] for part in parts])
    weights = np.array([0.3, 1.0, settings["value_own_weight"]])[domain]
    found, means = fit_values(vstack(parts).tocsr(), values, weights, settings["value_penalty"], np.eye(3)[domain])
    return found, means[2]


def probabilities(raw, temperature=1.0):
    return softmax(raw[:, :LABELS] / temperature)
