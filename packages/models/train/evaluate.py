"""Scores, all on the quantised table as the product reads it."""

import numpy as np

from labels import EMOTIONS, INDEX, polarity
from reading import read

POLARITY = np.array([polarity(label) for label in EMOTIONS])


def calibration_error(probabilities, right):
    """Expected calibration error over ten equal bins of confidence."""
    best = probabilities.max(1)
    bins = np.minimum((best * 10).astype(int), 9)
    used = [bins == k for k in range(10) if (bins == k).any()]
    return float(sum(abs(right[b].mean() - best[b].mean()) * b.mean() for b in used))


def _f1(truth, guess):
    both = (truth * guess).sum(0)
    return 2 * both / np.maximum(truth.sum(0) + guess.sum(0), 1)


def _thresholds(truth, scores):
    out = []
    for k in range(truth.shape[1]):
        order = np.argsort(-scores[:, k], kind="stable")
        hits = np.cumsum(truth[order, k])
        f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth[:, k].sum())
        out.append(scores[order[int(f1.argmax())], k])
    return np.array(out)


def read_all(table, texts):
    readings = [read(table, text) for text in texts]
    return np.array([r[0] for r in readings]), np.array([[r[1], r[2]] for r in readings])


def goemotions(table, texts, sets):
    """28-label macro-F1. Thresholds of one half of the rows come from the other half."""
    scores, _ = read_all(table, texts)
    columns = [k for k, label in enumerate(EMOTIONS) if label != "stressed"]
    truth, scores = sets[:, columns], scores[:, columns]
    guess = np.zeros_like(truth)
    for part in (0, 1):
        rest, mine = np.arange(len(truth)) % 2 != part, np.arange(len(truth)) % 2 == part
        guess[mine] = scores[mine] >= _thresholds(truth[rest], scores[rest])
    top = np.eye(len(columns))[scores.argmax(1)]
    return {
        "macro_f1_28_thresholds": round(float(_f1(truth, guess).mean()), 3),
        "macro_f1_28_top_label": round(float(_f1(truth, top).mean()), 3),
        "top_label_is_gold": round(float((truth * top).sum(1).mean()), 3),
    }


def messages(table, texts, labels, values):
    """Accuracy of label and polarity, calibration, and correlation of valence and arousal."""
    probabilities, read_values = read_all(table, texts)
    guess = probabilities.argmax(1)
    right = guess == labels
    spoken = labels != INDEX["neutral"]
    return {
        "label_accuracy": round(float(right.mean()), 3),
        "emotion_rows_accuracy": round(float(right[spoken].mean()), 3),
        "neutral_rows_accuracy": round(float(right[~spoken].mean()), 3),
        "polarity_accuracy": round(float((POLARITY[guess] == POLARITY[labels]).mean()), 3),
        "calibration_error": round(calibration_error(probabilities, right), 3),
        "valence_r": round(float(np.corrcoef(read_values[:, 0], values[:, 0])[0, 1]), 3),
        "arousal_r": round(float(np.corrcoef(read_values[:, 1], values[:, 1])[0, 1]), 3),
    }


def emobank(table, texts, values):
    _, read_values = read_all(table, texts)
    return {
        name: round(float(np.corrcoef(read_values[:, k], values[:, k])[0, 1]), 3)
        for k, name in enumerate(("valence_r", "arousal_r"))
    }
