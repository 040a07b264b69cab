"""Turns all-MiniLM-L6-v2 into a table of word-piece vectors and writes it as weights/embed.bin.

1. Every piece goes through the transformer by itself; the states are reduced to 256 dimensions and centred, and each
   row is weighted by the logarithm of its rank in the vocabulary, so that common pieces count little.
2. The rows are fitted so that the unit sum of a text's rows points where the transformer puts the whole text.
3. Pieces that no text can reach are dropped and the rows are stored in 4 bits.

See README.md beside this file for the command and the scores.
"""

import argparse
import json
import os

import numpy as np
import torch

import corpus
import table
from teacher import Teacher

DIMENSIONS = 256
SEED = 20261123
FIRST_RANKED_PIECE = 1996
HELD_OUT = 3000

GOLDEN_TEXTS = [
    "How do I reset my password?",
    "My flight to Lisbon was cancelled & the refund hasn't arrived yet!",
    "Crème brûlée, naïve café — déjà vu",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "def read_all(path): return open(path).read()  # O(n)",
    "привет, как дела? 東京 is 9,000 km away",
]


def cached(folder, name, make):
    """Encoding takes most of the time; with --cache a second run starts from the stored vectors."""
    path = os.path.join(folder, name) if folder else None
    if path and os.path.exists(path):
        return np.load(path)
    vectors = make()
    if path:
        np.save(path, vectors)
    return vectors


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def basis(pieces, texts):
    """The 256 directions that hold most of both: pieces alone and whole texts count the same."""
    spread = pieces.T @ pieces / len(pieces) + texts.T @ texts / len(texts)
    values, directions = np.linalg.eigh(spread)
    print(f"256 of {len(values)} directions hold {values[-DIMENSIONS:].sum() / values.sum():.1%} of the variance")
    return directions[:, ::-1][:, :DIMENSIONS].astype(np.float32)


def start_rows(pieces):
    rank = np.clip(np.arange(len(pieces)) - FIRST_RANKED_PIECE, 1, None)
    weight = np.log1p(rank)
    return (pieces * (weight / weight.mean() / np.linalg.norm(pieces, axis=1).mean())[:, None]).astype(np.float32)


def fit(rows, ids, goals, options):
    """Cosine to the goal, plus the similarities inside a batch, plus a pull towards the start."""
    chance = np.random.default_rng(SEED)
    start, weights = torch.tensor(rows), torch.nn.Parameter(torch.tensor(rows))
    goals = torch.tensor(goals)
    steps = options.epochs * (len(ids) // options.batch)
    optimiser = torch.optim.Adam([weights], lr=options.rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
    for epoch in range(options.epochs):
        order, total = chance.permutation(len(ids)), 0.0
        for at in range(0, len(order) - options.batch + 1, options.batch):
            some = order[at : at + options.batch]
            flat = torch.tensor([piece for text in some for piece in ids[text]])
            offsets = torch.tensor(np.cumsum([0] + [len(ids[text]) for text in some[:-1]]))
            sums = torch.nn.functional.embedding_bag(flat, weights, offsets, mode="sum")
            found, goal = torch.nn.functional.normalize(sums, dim=1), goals[some]
            loss = 1 - (found * goal).sum(1).mean()
            loss = loss + 2 * ((found @ found.T - goal @ goal.T) ** 2).mean()
            loss = loss + options.pull * ((weights - start)[flat] ** 2).sum(1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total * options.batch / len(ids):.4f}", flush=True)
    return weights.detach().numpy()


def agreement(name, reader, texts, truth):
    """Correlation of the cosines of held-out pairs with the transformer's."""
    half = len(texts) // 2
    vectors = reader.embed(texts)
    found = (vectors[:half] @ vectors[half:].T).ravel()
    print(f"{name}: held-out r {np.corrcoef(found, (truth[:half] @ truth[half:].T).ravel())[0, 1]:.3f}", flush=True)


def write_golden(path, reader):
    vectors = reader.embed(GOLDEN_TEXTS)
    rows = [{"text": text, "vector": [round(float(x), 5) for x in vector]} for text, vector in zip(GOLDEN_TEXTS, vectors)]
    with open(path, "w", encoding="utf-8") as out:
        json.dump(rows, out, ensure_ascii=False, indent=1)
        out.write("\n")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "goemotions", "xed", "xed-neutral", "wordnet", "out", "golden"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--float-out", help="also store the float32 rows (.npz), for measure.py")
    parser.add_argument("--cache", help="folder for the transformer's vectors")
    parser.add_argument("--entries", type=int, default=40_000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--pull", type=float, default=0.2)
    return parser.parse_args()


def main():
    options = arguments()
    torch.manual_seed(SEED)
    teacher = Teacher(options.model)
    names = teacher.vocabulary()
    texts = corpus.read(options.goemotions, options.xed, options.xed_neutral, options.wordnet, options.entries, SEED)
    pieces = unit(cached(options.cache, "pieces.npy", teacher.encode_pieces))
    goals = cached(options.cache, f"texts-{options.entries}.npy", lambda: teacher.encode_texts(texts))
    assert len(goals) == len(texts)
    pieces, centred = pieces - pieces.mean(0), goals - goals.mean(0)
    directions = basis(pieces, centred)
    kept = [row for row, name in enumerate(names) if table.is_kept(name)]
    names = [names[row] for row in kept]
    rows = start_rows(pieces @ directions)[kept]
    ids = table.Table(names, rows).ids(texts)
    ids = [[piece for piece in text if piece < len(names)] or [0] for text in ids]
    held, truth = texts[:HELD_OUT], goals[:HELD_OUT]
    agreement("start", table.Table(names, rows), held, truth)
    fitted = fit(rows, ids[HELD_OUT:], unit(centred @ directions)[HELD_OUT:], options)
    agreement("fitted, float32", table.Table(names, fitted), held, truth)
    table.write(options.out, names, *table.quantise(fitted))
    agreement("fitted, 4 bits", table.read(options.out), held, truth)
    if options.float_out:
        np.savez(options.float_out, pieces=np.array(names), start=rows, fitted=fitted)
    write_golden(options.golden, table.read(options.out))
    print(f"{len(names)} pieces, {os.path.getsize(options.out) / 1e6:.2f} MB, fitted on {len(texts) - HELD_OUT} texts")


if __name__ == "__main__":
    main()
