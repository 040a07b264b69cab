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
VARIANTS = 12
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

    def make_own_teacher(self):
        """The public teacher, taught PACT's messages."""
        model = self.teacher(self.kept("teacher-public.pt", self.make_public_teacher))
        targets = tensor(np.hstack([self.own.one_hot, self.own.values]))
        corpora = self.public_corpora(model, 0.012)
        corpora["own"] = ("own", model.encode(self.own.texts), targets, 1.5, 1.0)
        return teacher.fit(model, corpora, epochs=9, rate=1e-4, size=24, seed=20, log=log).state_dict()

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
        return augment.variants(self.own.texts, np.random.RandomState(5), VARIANTS)

    def make_said_public(self):
        """What the public teacher says of the public texts: it knows them better than the one that was taught further."""
        model = self.teacher(self.kept("teacher-public.pt", self.make_public_teacher))
        return teacher.predict(model, model.encode(self.public.texts))

    def make_said(self):
        """What the teacher of PACT's messages says of every text."""
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
        public_said = self.kept("said-public.pt", self.make_said_public)
        texts = self.public.texts + self.own.texts + variants + self.own.idioms
        empty = [(self.vocabulary.id_of(student.analyse(".")[0]), False, False)]
        self.rows = [self.vocabulary.encode(text) or empty for text in texts]
        self.grams = self.vocabulary.gram_table()
        self.publics = np.arange(len(self.public.texts))
        self.owns = len(self.publics) + np.arange(len(self.own.texts))
        self.extras = len(self.publics) + len(self.owns) + np.arange(len(variants))
        self.idioms = np.tile(len(texts) - len(self.own.idioms) + np.arange(len(self.own.idioms)), 2)
        self.sources = np.array(sources)
        self.targets = [tensor(part) for part in self.targets_of(said, public_said)]

    def targets_of(self, said, public_said):
        """Targets and their weights for every text, as `student.loss_of` takes them."""
        count, go, publics = len(said["go"]), len(self.public.go), self.publics
        many = 1 / (1 + np.exp(-said["go"]))
        many[publics] = 1 / (1 + np.exp(-public_said["go"]))
        many[:go] = 0.5 * many[:go] + 0.5 * self.public.go_many
        words = softmax(said["words"])
        words[publics] = 0.5 * words[publics] + 0.5 * softmax(public_said["words"])
        words[self.owns] = 0.92 * self.own.one_hot + 0.08 / LABELS
        values = said["own_values"].copy()
        values[self.owns] = self.own.values
        banked = np.arange(go + len(self.public.xed), len(publics))
        believed = 0.5 * public_said["public_values"][banked] + 0.5 * self.public.emobank_values
        values[banked] = np.array([0.5, 0.47]) + np.array([0.12, 0.07]) * believed
        sourced = self.sources >= 0
        kept, source = self.extras[sourced], self.sources[sourced]
        words[kept] = 0.4 * words[kept] + 0.6 * words[self.owns[source]]
        values[kept] = 0.5 * values[kept] + 0.5 * self.own.values[source]
        many_weight, words_weight, value_weight = np.full(count, 0.15), np.ones(count), np.ones(count)
        many_weight[publics] = 0.6
        words_weight[publics] = 0.5
        value_weight[banked] = 3.0
        own = self.own
        idioms = {
            "many": np.zeros((len(own.idioms), many.shape[1])),
            "words": 0.92 * np.eye(LABELS)[own.idiom_labels] + 0.08 / LABELS,
        }
        ones = np.ones(len(own.idioms))
        return (
            np.vstack([many, idioms["many"]]),
            np.append(many_weight, 0 * ones),
            np.vstack([words, idioms["words"]]),
            np.append(words_weight, ones),
            np.vstack([values, own.idiom_values]),
            np.append(value_weight, ones),
        )

    def fresh(self, state=None):
        torch.manual_seed(3)
        model = student.Student(self.vocabulary, self.vectors)
        if state is not None:
            model.load_state_dict(state)
        return model

    def make_public_student(self):
        """Distilled on the public texts alone."""
        model = self.fresh()
        model.drop_in.p, model.drop_out.p = 0.12, 0.25
        student.spell(model, self.grams, log=log)
        student.fit(
            model, self.grams, self.rows, self.targets, indexes=lambda epoch, random: self.publics,
            epochs=12, rate=4e-3, size=160, seed=4, log=log,
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
            return np.concatenate([self.owns[seen], self.idioms, some, random.choice(self.publics, 16000, replace=False)])

        student.fit(
            model, self.grams, self.rows, self.targets, indexes=indexes, epochs=10, rate=2e-3, size=96, seed=seed, log=log
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


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def temperature_of(logits, labels):
    """The temperature that makes held-out messages most likely."""

    def loss(temperature):
        return -np.log(softmax(logits / temperature)[np.arange(len(labels)), labels] + 1e-12).mean()

    return float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x)


def main():
    stages = Stages(arguments())
    stages.prepare()
    model = stages.fresh(stages.kept("student.pt", stages.make_student))
    cross = stages.kept("student-cross.pt", stages.make_cross_student)
    temperature = temperature_of(cross, stages.own.labels)
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
