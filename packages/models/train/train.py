"""Trains the emotion model and writes the asset, the golden outputs and the scores.

    python train.py --goemotions DIR --xed DIR --emobank FILE --minilm DIR --work DIR

Every stage leaves its result in the work folder and is skipped when it is there: remove a file to make it again.
"""

import argparse
import json
import os

import numpy as np
import torch
from scipy.optimize import minimize_scalar

import augment
import export
import student
import teacher
from corpora import Own, Public
from evaluate import evaluate, golden
from labels import EMOTIONS

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "..", "weights", "emotion.bin")
GOLDEN = os.path.join(HERE, "..", "src", "emotion", "golden.json")
FOLDS = 3
TABLE_ROWS = 34_000
VARIANTS = 8
LABELS = len(EMOTIONS)
LEVELS = export.LEVELS


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("goemotions", "xed", "emobank", "minilm", "work"):
        parser.add_argument("--" + name, required=True)
    return parser.parse_args()


def log(line):
    print(line, flush=True)


def tensor(array):
    return torch.tensor(np.asarray(array), dtype=torch.float32)


class Stages:
    def __init__(self, paths):
        self.paths, self.public, self.own = paths, Public(paths), Own(FOLDS)
        os.makedirs(paths.work, exist_ok=True)

    def path(self, name):
        return os.path.join(self.paths.work, name)

    def kept(self, name, make):
        """The stage's result, made if it is not there."""
        if not os.path.exists(self.path(name)):
            log("making " + name)
            torch.save(make(), self.path(name))
        return torch.load(self.path(name), weights_only=False)

    # --- teacher

    def teacher(self, state=None):
        torch.manual_seed(1)
        model = teacher.Teacher(self.paths.minilm)
        if state is not None:
            model.load_state_dict(state)
        return model

    def public_corpora(self, model, share):
        public = self.public
        return {
            "go": ("go", model.encode(public.go), tensor(np.hstack([public.go_many, public.go_shares])), 1.0, share),
            "xed": ("xed", model.encode(public.xed), tensor(public.xed_sets), 1.0, share / 2),
            "emobank": ("emobank", model.encode(public.emobank), tensor(public.emobank_values), 1.0, share),
        }

    def make_public_teacher(self):
        model = self.teacher()
        corpora = self.public_corpora(model, 1.0)
        return teacher.fit(model, corpora, epochs=4, rate=1.2e-4, size=64, seed=1, log=log).state_dict()

    def own_teacher(self, rows, seed):
        """The public teacher, taught PACT's messages `rows`."""
        model = self.teacher(self.kept("teacher-public.pt", self.make_public_teacher))
        encoded = model.encode([self.own.texts[row] for row in rows])
        targets = tensor(np.hstack([self.own.one_hot[rows], self.own.values[rows]]))
        corpora = self.public_corpora(model, 0.04)
        corpora["own"] = ("own", encoded, targets, 1.5, 1.0)
        return teacher.fit(model, corpora, epochs=4, rate=8e-5, size=48, seed=seed, log=log)

    def make_cross_teacher(self):
        """What a teacher that has not seen a message says of it."""
        out = np.zeros((len(self.own.texts), LABELS), np.float32)
        for part in range(FOLDS):
            held = np.where(self.own.fold == part)[0]
            model = self.own_teacher(np.where(self.own.fold != part)[0], 10 + part)
            said = teacher.predict(model, model.encode([self.own.texts[row] for row in held]))
            out[held] = said["words"]
            log("teacher, fold %d: %.3f of labels" % (part, (said["words"].argmax(1) == self.own.labels[held]).mean()))
        return out

    def make_own_teacher(self):
        return self.own_teacher(np.arange(len(self.own.texts)), 20).state_dict()

    def make_vectors(self):
        """A vector for every row of the table: what the public teacher makes of the word alone, in WIDTH dimensions."""
        model = self.teacher(self.kept("teacher-public.pt", self.make_public_teacher))
        more = [piece for piece in model.tokenizer.get_vocab() if piece.isalpha() and piece.isascii() and len(piece) > 1]
        rows = student.choose_rows(self.public.texts, self.own.texts, sorted(more), TABLE_ROWS)
        encoded = model.encode([row if student.is_word(row) else "." for row in rows])
        with torch.inference_mode():
            parts = [model.pooled(encoded[at : at + 256]).float().numpy() for at in range(0, len(encoded), 256)]
        vectors = np.concatenate(parts)
        centred = vectors - vectors.mean(0)
        _, _, directions = np.linalg.svd(centred[:20000], full_matrices=False)
        flat = centred @ directions[: student.WIDTH].T
        flat *= 0.35 / flat.std()
        silent = [index for index, row in enumerate(rows) if not student.is_word(row)]
        flat[silent] = np.random.RandomState(0).normal(0, 0.2, (len(silent), student.WIDTH))
        return {"rows": rows, "vectors": flat.astype(np.float32)}

    def make_variants(self):
        """Variants of every message, and of which message each is one."""
        return augment.variants(self.own.texts, self.own.labels, np.random.RandomState(5), VARIANTS)

    def make_said(self):
        """What the teacher says of every text."""
        model = self.teacher(self.kept("teacher-own.pt", self.make_own_teacher))
        variants, _ = self.kept("variants.pt", self.make_variants)
        return teacher.predict(model, model.encode(self.public.texts + self.own.texts + variants))

    # --- student

    def prepare(self):
        """Everything the student is trained with: encoded texts, targets, and which rows are whose."""
        table = self.kept("vectors.pt", self.make_vectors)
        self.vocabulary, self.vectors = student.Vocabulary(table["rows"]), table["vectors"]
        variants, sources = self.kept("variants.pt", self.make_variants)
        said = self.kept("said.pt", self.make_said)
        cross = self.kept("teacher-cross.pt", self.make_cross_teacher)
        texts = self.public.texts + self.own.texts + variants
        empty = [(self.vocabulary.id_of(student.analyse(".")[0]), False, False)]
        self.rows = [self.vocabulary.encode(text) or empty for text in texts]
        self.grams = self.vocabulary.gram_table()
        self.publics = np.arange(len(self.public.texts))
        self.owns = len(self.publics) + np.arange(len(self.own.texts))
        self.extras = len(self.publics) + len(self.owns) + np.arange(len(variants))
        self.sources = np.array(sources)
        self.targets = [tensor(part) for part in self.targets_of(said, cross)]

    def targets_of(self, said, cross):
        many = 1 / (1 + np.exp(-said["go"]))
        words = np.exp(said["words"] - said["words"].max(1, keepdims=True))
        words /= words.sum(1, keepdims=True)
        values = said["own_values"].copy()
        count, go = len(said["go"]), len(self.public.go)
        many[:go] = 0.5 * many[:go] + 0.5 * self.public.go_many
        banked = np.arange(go + len(self.public.xed), len(self.publics))
        believed = 0.5 * said["public_values"][banked] + 0.5 * self.public.emobank_values
        values[banked] = np.array([0.5, 0.47]) + np.array([0.12, 0.07]) * believed
        crossed = np.exp(cross - cross.max(1, keepdims=True))
        crossed /= crossed.sum(1, keepdims=True)
        words[self.owns] = 0.75 * self.own.one_hot + 0.25 * crossed
        values[self.owns] = self.own.values
        of = self.sources >= 0
        kept, source = self.extras[of], self.sources[of]
        words[kept] = 0.4 * words[kept] + 0.6 * words[self.owns[source]]
        values[kept] = 0.5 * values[kept] + 0.5 * self.own.values[source]
        many_weight, words_weight, value_weight = np.full(count, 0.15), np.ones(count), np.ones(count)
        many_weight[self.publics] = 0.6
        words_weight[self.publics] = 0.5
        value_weight[banked] = 3.0
        return many, many_weight, words, words_weight, values, value_weight

    def fresh(self, state=None):
        torch.manual_seed(3)
        model = student.Student(self.vocabulary, self.vectors)
        if state is not None:
            model.load_state_dict(state)
        return model

    def make_public_student(self):
        """Distilled on the public texts alone."""
        model = self.fresh()
        model.levels = LEVELS
        student.spell(model, self.grams, log=log)
        student.fit(
            model, self.grams, self.rows, self.targets, indexes=lambda epoch, random: self.publics,
            epochs=7, rate=3e-3, size=96, seed=4, log=log,
        )
        return model.state_dict()

    def own_student(self, seen, seed):
        """The distilled student, taught the messages `seen` and their variants, with public texts replayed."""
        model = self.fresh(self.kept("student-public.pt", self.make_public_student))
        model.levels = LEVELS
        # A joined variant holds sentences of two messages: it is left out where one of them may be held out.
        allowed = np.isin(self.sources, seen) if len(seen) < len(self.owns) else np.ones(len(self.sources), bool)
        extras = self.extras[allowed]

        def indexes(_, random):
            some = random.choice(extras, min(len(extras), 2 * len(seen)), replace=False)
            return np.concatenate([self.owns[seen], some, random.choice(self.publics, 16000, replace=False)])

        student.fit(
            model, self.grams, self.rows, self.targets, indexes=indexes, epochs=8, rate=2e-3, size=64, seed=seed, log=log
        )
        return model

    def make_cross_student(self):
        out = np.zeros((len(self.owns), LABELS), np.float32)
        for part in range(FOLDS):
            held = np.where(self.own.fold == part)[0]
            model = self.own_student(np.where(self.own.fold != part)[0], 30 + part)
            out[held] = student.predict(model, self.grams, [self.rows[self.owns[row]] for row in held])["words"]
            log("student, fold %d: %.3f of labels" % (part, (out[held].argmax(1) == self.own.labels[held]).mean()))
        return out

    def make_student(self):
        return self.own_student(np.arange(len(self.owns)), 40).state_dict()


def temperature_of(logits, labels):
    """The temperature that makes held-out messages most likely."""

    def loss(temperature):
        scaled = logits / temperature
        top = scaled.max(1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels] - top[:, 0] - np.log(np.exp(scaled - top).sum(1))
        return -chosen.mean()

    return float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x)


def main():
    stages = Stages(arguments())
    stages.prepare()
    cross = stages.kept("student-cross.pt", stages.make_cross_student)
    temperature = temperature_of(cross, stages.own.labels)
    model = stages.fresh(stages.kept("student.pt", stages.make_student))
    blob = export.pack(model, stages.vocabulary, temperature)
    with open(BIN, "wb") as handle:
        handle.write(blob)
    with open(GOLDEN, "w", encoding="utf-8") as handle:
        json.dump(golden(blob, stages.own.texts), handle, ensure_ascii=False, indent=2)
        handle.write("\n")
    scores = evaluate(blob, stages.paths, cross / temperature, stages.own.labels)
    print(json.dumps({"bytes": len(blob), "temperature": round(temperature, 3), **scores}, indent=2))


if __name__ == "__main__":
    main()
