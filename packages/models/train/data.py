"""Reads the corpora. Every loader returns texts, target sets (or values) and nothing else."""

import csv

import numpy as np

from labels import EMOTIONS, GOEMOTIONS, INDEX, XED


def _rows(path):
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            yield line.rstrip("\n").split("\t")


def goemotions(path):
    """Texts and a 0/1 matrix over EMOTIONS; a row can carry several labels."""
    texts, targets = [], []
    for row in _rows(path):
        target = np.zeros(len(EMOTIONS), np.float32)
        for number in row[1].split(","):
            target[INDEX[GOEMOTIONS[int(number)]]] = 1
        # Placeholders of the corpus are no words of a message.
        texts.append(row[0].replace("[NAME]", "him").replace("[RELIGION]", "religious"))
        targets.append(target)
    return texts, np.array(targets)


def xed(annotated_path, neutral_path):
    """Texts and a 0/1 matrix: the words a Plutchik label may stand for."""
    texts, targets = [], []
    for row in _rows(annotated_path):
        target = np.zeros(len(EMOTIONS), np.float32)
        for number in row[1].split(","):
            for label in XED[int(number)].split():
                target[INDEX[label]] = 1
        texts.append(row[0])
        targets.append(target)
    for row in _rows(neutral_path):
        if len(row) < 2:
            continue
        target = np.zeros(len(EMOTIONS), np.float32)
        target[INDEX["neutral"]] = 1
        texts.append(row[1])
        targets.append(target)
    return texts, np.array(targets)


def emobank(path):
    """Texts with valence and arousal, 1-5 mapped to 0-1, by split."""
    out = {"train": ([], []), "dev": ([], [])}
    with open(path, encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["split"] in out:
                texts, values = out[row["split"]]
                texts.append(row["text"])
                values.append([(float(row["V"]) - 1) / 4, (float(row["A"]) - 1) / 4])
    return {split: (texts, np.array(values)) for split, (texts, values) in out.items()}


def messages(path):
    """PACT's own messages: texts, label indexes, valence and arousal. `\\n` and `\\t` are written escaped."""
    texts, labels, values = [], [], []
    for number, row in enumerate(_rows(path)):
        if len(row) != 4:
            raise SystemExit("%s:%d: %d columns, wanted 4" % (path, number + 1, len(row)))
        if row[0] == "text" and row[1] == "label":
            continue
        texts.append(row[0].replace("\\n", "\n").replace("\\t", "\t"))
        labels.append(INDEX[row[1]])
        values.append([float(row[2]), float(row[3])])
    return texts, np.array(labels), np.array(values)


def glove(path):
    """Word vectors, each dimension scaled to unit variance."""
    words, values = [], []
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            parts = line.rstrip().split(" ")
            words.append(parts[0])
            values.append([float(value) for value in parts[1:]])
    table = np.array(values, np.float32)
    table = (table - table.mean(0)) / table.std(0)
    return dict(zip(words, table))
