"""The texts the table is fitted on: everyday messages, and dictionary entries for the words that messages lack."""

import random
import re

PLACEHOLDER = re.compile(r"\[([A-Z])[A-Z]+\]")
FIRST_NAMES = "Alex Maria Sam Priya John Emma David Chen Fatima Lucas Anna Omar Kate Diego Mei Tom".split()


def read(goemotions, xed, xed_neutral, wordnet, entries, seed):
    """Every text once, shuffled. `entries` bounds the dictionary definitions, and as many example sentences."""
    chance = random.Random(seed)
    texts = set()
    for path, column in ((goemotions, 0), (xed, 0), (xed_neutral, 1)):
        with open(path, encoding="utf-8") as lines:
            texts.update(with_names(line.rstrip("\n").split("\t")[column], chance) for line in lines)
    definitions, examples = [], []
    for part in ("noun", "verb", "adj", "adv"):
        with open(f"{wordnet}/data.{part}", encoding="utf-8") as lines:
            for line in lines:
                if line[0].isdigit():
                    read_entry(line, definitions, examples)
    texts.update(chance.sample(definitions, min(entries, len(definitions))))
    texts.update(chance.sample(examples, min(entries, len(examples))))
    kept = sorted(text for text in texts if len(text) > 8)
    chance.shuffle(kept)
    return kept


def with_names(message, chance):
    """GoEmotions hides names behind [NAME]; some first name stands in."""
    name = PLACEHOLDER.sub(lambda found: chance.choice(FIRST_NAMES) if found[1] == "N" else "", message)
    return name.strip()


def read_entry(line, definitions, examples):
    fields, _, gloss = line.partition(" | ")
    parts = fields.split(" ")
    lemmas = [re.sub(r"\(.*\)", "", parts[4 + 2 * i]).replace("_", " ") for i in range(int(parts[3], 16))]
    meaning, *quoted = re.split(r'; (?=")', gloss.strip())
    if not lemmas[0][0].isupper():
        definitions.append(f"{', '.join(lemmas[:4])}: {meaning}")
    examples.extend(text.strip(' ";') for text in quoted)
