"""Scores tables on LoCoMo: for each question the share of its evidence turns among the ten nearest turns.

Measuring only: nothing of LoCoMo (CC BY-NC 4.0) is learned or stored.

    python measure.py --locomo locomo-0-4.json --table ../../weights/embed.bin [--rows rows.npz] [--model DIR]
"""

import argparse
import json
import re

import numpy as np

import table
from teacher import Teacher

CATEGORIES = (1, 2, 3, 4)
NEAREST = 10


def conversations(path, masked):
    with open(path, encoding="utf-8") as file:
        loaded = json.load(file)
    for entry in loaded:
        talk = entry["conversation"]
        names = re.compile(rf"\b(?:{talk['speaker_a']}|{talk['speaker_b']})(?:'s)?\b")
        turns = [turn for key, session in talk.items() if re.fullmatch(r"session_\d+", key) for turn in session]
        said = [f"{turn['text']} {turn.get('blip_caption', '')}".strip() for turn in turns]
        asked = [question for question in entry["qa"] if question["category"] in CATEGORIES]
        hide = (lambda text: names.sub(" ", text)) if masked else (lambda text: text)
        place = {turn["dia_id"]: at for at, turn in enumerate(turns)}
        gold = [{place[turn] for turn in question["evidence"] if turn in place} for question in asked]
        yield [hide(text) for text in said], [hide(question["question"]) for question in asked], gold


def recall(embed, path, masked, centred):
    shares = []
    for said, asked, gold in conversations(path, masked):
        turns, questions = embed(said), embed(asked)
        if centred:
            turns, questions = unit(turns - turns.mean(0)), unit(questions - questions.mean(0))
        for row, wanted in zip(questions @ turns.T, gold):
            if wanted:
                shares.append(len(wanted & set(np.argsort(-row, kind="stable")[:NEAREST].tolist())) / len(wanted))
    return 100 * float(np.mean(shares)), len(shares)


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locomo", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--rows", help="float32 rows stored by distil.py --float-out")
    parser.add_argument("--model", help="folder of all-MiniLM-L6-v2")
    options = parser.parse_args()
    readers = {"table, 4 bits": table.read(options.table).embed}
    if options.rows:
        stored = np.load(options.rows)
        for name in ("start", "fitted"):
            readers[f"{name}, float32"] = table.Table(list(stored["pieces"]), stored[name]).embed
    if options.model:
        readers["transformer, 384"] = Teacher(options.model).encode_texts
    for name, embed in readers.items():
        plain, count = recall(embed, options.locomo, False, False)
        masked, _ = recall(embed, options.locomo, True, False)
        both, _ = recall(embed, options.locomo, True, True)
        print(f"{name:20} R@10 {plain:.1f} | names masked {masked:.1f} | and centred {both:.1f} ({count} questions)", flush=True)


if __name__ == "__main__":
    main()
