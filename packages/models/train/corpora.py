"""The corpora as the teacher and the student want them: texts beside targets, with the rows held out for thresholds."""

import os

import numpy as np

import data
from labels import EMOTIONS, GOEMOTIONS, INDEX

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = ("", ".support", ".personal", ".varied", ".nuanced", ".everyday", ".implicit", ".irony", ".boundaries")
OWN = tuple("agent-messages%s.tsv" % part for part in PARTS)
# Turns of phrase and irony: few, so the student alone learns them, and every epoch twice.
IDIOMS = "agent-messages.idioms.tsv"
COLUMNS = [INDEX[label] for label in GOEMOTIONS]
# Every tenth row of GoEmotions' training split is trained on by nobody: thresholds come from there. bench/emotion.ts
# takes the same rows.
HELD_OUT_STEP, HELD_OUT_AT = 10, 3


class Public:
    """GoEmotions (trained rows only), XED, EmoBank."""

    def __init__(self, paths):
        texts, sets = data.goemotions(os.path.join(paths.goemotions, "train.tsv"))
        kept = np.arange(len(texts)) % HELD_OUT_STEP != HELD_OUT_AT
        self.go = [text for text, keep in zip(texts, kept) if keep]
        self.go_many = sets[kept][:, COLUMNS]
        self.go_shares = (sets / sets.sum(1, keepdims=True))[kept]
        self.xed, self.xed_sets = data.xed(os.path.join(paths.xed, "en-annotated.tsv"), os.path.join(paths.xed, "neu_en.txt"))
        self.emobank, values = data.emobank(paths.emobank)["train"]
        self.emobank_values = (values - values.mean(0)) / values.std(0)
        self.texts = self.go + self.xed + self.emobank


class Own:
    """PACT's messages, without repeats, and the fold that each is held out in."""

    def __init__(self, folds):
        self.texts, labels, values = [], [], []
        seen = set()
        for name in OWN:
            for text, label, value in zip(*data.messages(os.path.join(HERE, "data", name))):
                if text.lower() not in seen:
                    seen.add(text.lower())
                    self.texts.append(text)
                    labels.append(label)
                    values.append(value)
        self.labels, self.values = np.array(labels), np.array(values)
        self.idioms, self.idiom_labels, self.idiom_values = data.messages(os.path.join(HERE, "data", IDIOMS))
        self.one_hot = np.eye(len(EMOTIONS))[self.labels]
        self.fold = np.random.RandomState(0).permutation(len(labels)) % folds
