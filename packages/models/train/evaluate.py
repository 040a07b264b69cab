"""Golden outputs and scores, all on the bytes of the asset as the product reads them."""

import os

import numpy as np

import data
from corpora import COLUMNS, HELD_OUT_AT, HELD_OUT_STEP, HERE
from labels import EMOTIONS, polarity
from reading import Asset, read

GOLDEN_STEP = 53
# Of a row's worth as a hit, how much is its label; the rest is its score. Rare categories have few labels to go by.
LABEL_SHARE = 0.3
POLARITY = np.array([polarity(label) for label in EMOTIONS])
TESTS = ("agent-messages.test.tsv", "agent-messages.frozen.tsv")
ODDITIES = [
    "", "ok", "...", "NOOO not AGAIN!!! 😡😡", "sooooo happyyyy", "estoy muy contento con el resultado de hoy", "привет, как дела?",
    "He said 'I hate you all' and left. I'm so sad 😢 <3", "x_y and fooBar are fine... f***! @sam", "```\nI am furious\n```",
    "h\u200bappy \u202eand\u202c g\u00adlad", "happy " * 900, "asdkjh qwlekjh zxmncb", ">:( this is brokn agian, the boss's fault",
    "Please read the plan below and tell me what you think of it. It has three parts and each part has a budget. "
    "The first part is about the garden, the second is about the roof of the house, and the third is about the kitchen. "
    "Honestly I am so frustrated with the builders, they never show up and nothing works! "
    "The total must stay below twenty thousand, and the work must be done before the end of September.",
]


def golden(blob, texts):
    asset, out = Asset(blob), []
    for text in texts[::GOLDEN_STEP] + ODDITIES:
        probabilities, categories, valence, arousal = read(asset, text)
        numbers = {
            "scores": [round(float(value), 6) for value in probabilities],
            "categories": [round(float(value), 6) for value in categories],
            "valence": round(float(valence), 6),
            "arousal": round(float(arousal), 6),
        }
        out.append({"text": text, **numbers})
    return out


def calibration_error(best, right):
    """Expected calibration error over ten equal bins of confidence."""
    bins = np.minimum((best * 10).astype(int), 9)
    used = [bins == k for k in range(10) if (bins == k).any()]
    return float(sum(abs(right[b].mean() - best[b].mean()) * b.mean() for b in used))


def thresholds(truth, scores):
    """For each column the middle of the cuts that give nearly the best expected F1."""
    out = []
    for k in range(truth.shape[1]):
        order = np.argsort(-scores[:, k], kind="stable")
        worth = LABEL_SHARE * truth[order, k] + (1 - LABEL_SHARE) * scores[order, k]
        f1 = 2 * np.cumsum(worth) / (np.arange(1, len(order) + 1) + worth.sum())
        out.append(np.median(scores[order[f1 >= f1.max() - 0.005], k]))
    return np.array(out)


def macro_f1(truth, guess):
    return float((2 * (truth * guess).sum(0) / np.maximum(truth.sum(0) + guess.sum(0), 1)).mean())


def goemotions(asset, folder):
    texts, sets = data.goemotions(os.path.join(folder, "train.tsv"))
    held = [row for row in range(len(texts)) if row % HELD_OUT_STEP == HELD_OUT_AT]
    cut = thresholds(sets[held][:, COLUMNS], np.array([read(asset, texts[row])[1] for row in held]))
    texts, sets = data.goemotions(os.path.join(folder, "dev.tsv"))
    guess = np.array([read(asset, text)[1] for text in texts]) >= cut
    return round(macro_f1(sets[:, COLUMNS], guess), 4)


def messages(asset, path):
    texts, labels, values = data.messages(path)
    readings = [read(asset, text) for text in texts]
    probabilities, found = np.array([r[0] for r in readings]), np.array([[r[2], r[3]] for r in readings])
    guess = probabilities.argmax(1)
    return {
        "rows": len(texts),
        "labels": round(float((guess == labels).mean()), 3),
        "polarity": round(float((POLARITY[guess] == POLARITY[labels]).mean()), 3),
        "calibration_error": round(calibration_error(probabilities.max(1), guess == labels), 3),
        "valence_r": round(float(np.corrcoef(found[:, 0], values[:, 0])[0, 1]), 3),
        "arousal_r": round(float(np.corrcoef(found[:, 1], values[:, 1])[0, 1]), 3),
    }


def evaluate(blob, paths, cross, labels):
    asset = Asset(blob)
    powers = np.exp(cross - cross.max(1, keepdims=True))
    probabilities, right = powers / powers.sum(1, keepdims=True), cross.argmax(1) == labels
    texts, values = data.emobank(paths.emobank)["dev"]
    found = np.array([read(asset, text)[2:] for text in texts])
    return {
        "held_out_folds": {
            "labels": round(float(right.mean()), 3),
            "polarity": round(float((POLARITY[cross.argmax(1)] == POLARITY[labels]).mean()), 3),
            "calibration_error": round(calibration_error(probabilities.max(1), right), 3),
        },
        "goemotions_dev_macro_f1": goemotions(asset, paths.goemotions),
        "emobank_dev_r": [round(float(np.corrcoef(found[:, k], values[:, k])[0, 1]), 3) for k in (0, 1)],
        **{name: messages(asset, os.path.join(HERE, "data", name)) for name in TESTS},
    }
