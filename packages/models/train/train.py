"""Trains the emotion model and writes the asset, the golden outputs and the scores.

    python train.py --goemotions DIR --xed DIR --emobank FILE --glove FILE [--cache FILE]

Deterministic: no random numbers but the fixed split into folds.
"""

import argparse
import json
import os
import pickle

import numpy as np
from scipy.optimize import minimize_scalar

import data
import evaluate
import export
import model
import vectors
from features import analyse
from labels import EMOTIONS

HERE = os.path.dirname(os.path.abspath(__file__))
PATHS = {
    "bin": os.path.join(HERE, "..", "weights", "emotion.bin"),
    "golden": os.path.join(HERE, "..", "src", "emotion", "golden.json"),
}
FOLDS = 4
ODDITIES = [
    "ok",
    "NOOO not AGAIN!!! 😡😡",
    "estoy muy contento con el resultado de hoy",
    "привет, как дела?",
    "He said 'I hate you all' and left. I'm so sad 😢 <3",
    "x_y and fooBar are fine... f***!",
    "```\nI am furious\n```",
    "Please read the plan below and tell me what you think of it. It has three parts and each part has a budget. "
    "The first part is about the garden, the second is about the roof of the house, and the third is about the kitchen. "
    "Honestly I am so frustrated with the builders, they never show up and nothing works! "
    "The total must stay below twenty thousand, and the work must be done before the end of September.",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("goemotions", "xed", "emobank", "glove"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--cache", help="keeps the prepared public corpora and their fit between runs")
    return parser.parse_args()


def public_corpora(paths):
    go = data.goemotions(os.path.join(paths.goemotions, "train.tsv"))
    xed = data.xed(os.path.join(paths.xed, "en-annotated.tsv"), os.path.join(paths.xed, "neu_en.txt"))
    emobank = data.emobank(paths.emobank)
    out = {"go": go, "xed": xed, "emobank": emobank["train"]}
    return {name: ([analyse(text) for text in texts], targets) for name, (texts, targets) in out.items()}


def public_stage(paths, own_groups):
    """The public fit, and GoEmotions and EmoBank as (rows, targets)."""
    if paths.cache and os.path.exists(paths.cache):
        with open(paths.cache, "rb") as handle:
            return pickle.load(handle)
    corpora = public_corpora(paths)
    glove = data.glove(paths.glove)
    public = model.train_public(corpora["go"], corpora["xed"], own_groups, glove, model.SETTINGS)
    rows = {
        name: (vectors.matrix(corpora[name][0], public.vocabulary, public.rarity), corpora[name][1])
        for name in ("go", "emobank")
    }
    if paths.cache:
        with open(paths.cache, "wb") as handle:
            pickle.dump((rows, public), handle, protocol=5)
    return rows, public


def train_all(public, corpora, own):
    """Weights (features x 31) and intercepts from `own`: (rows, labels, values)."""
    label_weights, label_bias = model.train_own(public, own[0], own[1], corpora["go"], model.SETTINGS)
    value_weights, value_bias = model.train_values(corpora["go"], corpora["emobank"], own, model.SETTINGS)
    return np.hstack([label_weights, value_weights]), np.concatenate([label_bias, value_bias])


def out_of_fold(public, corpora, own):
    """Raw outputs for every own message from a model that has not seen it."""
    rows, labels, values = own
    fold = np.random.RandomState(0).permutation(len(labels)) % FOLDS
    out = np.zeros((len(labels), len(EMOTIONS) + 2))
    for part in range(FOLDS):
        seen, held = np.where(fold != part)[0], np.where(fold == part)[0]
        weights, bias = train_all(public, corpora, (rows[seen], labels[seen], values[seen]))
        out[held] = rows[held] @ weights + bias
    return out


def calibrate(raw, labels, values, place):
    """Temperature, and how the label's anchor and the regression mix into valence and arousal."""

    def loss(temperature):
        chosen = model.probabilities(raw, temperature)[np.arange(len(labels)), labels]
        return -np.log(np.maximum(chosen, 1e-12)).mean()

    temperature = float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x)
    expected = model.probabilities(raw, temperature) @ place
    blends = []
    for k in (0, 1):
        design = np.stack([np.ones(len(labels)), expected[:, k], raw[:, len(EMOTIONS) + k]], 1)
        blends.append(np.linalg.lstsq(design, values[:, k], rcond=None)[0])
    return temperature, blends


def main():
    paths = arguments()
    texts, labels, values = data.messages(os.path.join(HERE, "data", "agent-messages.tsv"))
    groups = [analyse(text) for text in texts]
    corpora, public = public_stage(paths, groups)
    own = (vectors.matrix(groups, public.vocabulary, public.rarity), labels, values)
    place = model.anchors(labels, values)
    held_out = out_of_fold(public, corpora, own)
    temperature, blends = calibrate(held_out, labels, values, place)
    weights, bias = train_all(public, corpora, own)
    weights *= public.rarity[:, None]
    blob, table = export.quantise(public.vocabulary, weights, bias, place, blends[0], blends[1], temperature)
    export.write(PATHS, blob, export.golden(table, texts, ODDITIES))
    scores = {
        "bytes": len(blob),
        "temperature": round(temperature, 3),
        "blends": [[round(float(x), 3) for x in blend] for blend in blends],
        "messages_out_of_fold_accuracy": round(float((held_out[:, : len(EMOTIONS)].argmax(1) == labels).mean()), 3),
        "goemotions_dev": evaluate.goemotions(table, *data.goemotions(os.path.join(paths.goemotions, "dev.tsv"))),
        "emobank_dev": evaluate.emobank(table, *data.emobank(paths.emobank)["dev"]),
        "messages_train": evaluate.messages(table, texts, labels, values),
        "messages_test": evaluate.messages(table, *data.messages(os.path.join(HERE, "data", "agent-messages.test.tsv"))),
    }
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
