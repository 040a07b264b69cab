"""How rare a word is in everyday English: counts the messages that hold it and writes weights/concepts.txt.

Line k of the result (from 0) holds, sorted, the words found in about one message in 2^(k/2). Words found in fewer than
two messages are left out; the reader takes them to be rarer than the last line.

    python background.py --goemotions train.tsv --xed en-annotated.tsv --out ../../weights/concepts.txt
"""

import argparse
import collections
import math
import re

WORD = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]")
PLACEHOLDER = re.compile(r"\[[A-Z]+\]")


def messages(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield PLACEHOLDER.sub(" ", line.split("\t")[0]).lower().replace("\u2019", "'")


def words_of(message):
    return {re.sub(r"'s$", "", word) for word in WORD.findall(message)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goemotions", required=True)
    parser.add_argument("--xed", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    found = collections.Counter()
    total = 0
    for path in (options.goemotions, options.xed):
        for message in messages(path):
            found.update(words_of(message))
            total += 1
    levels = collections.defaultdict(list)
    for word, count in found.items():
        if count > 1:
            levels[round(2 * math.log2(total / count))].append(word)
    with open(options.out, "w", encoding="utf-8") as out:
        for level in range(max(levels) + 1):
            out.write(" ".join(sorted(levels[level])) + "\n")
    print(f"{sum(map(len, levels.values()))} words on {max(levels) + 1} lines from {total} messages")


if __name__ == "__main__":
    main()
