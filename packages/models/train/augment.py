"""Variants of PACT's messages: written carelessly, cut, joined. What they then say is for the teacher to judge."""

import re

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
OPENINGS = (
    "hi", "hey", "hello", "ok so", "so", "well", "um", "hi again", "hey, quick one:", "right", "listen", "look", "fyi", "just so you know",
    "to be honest", "honestly", "btw", "actually", "as i said",
)
CLOSINGS = ("please", "thanks", "ok?", "btw", "lol", "right now", "today", "asap", "again", "just saying", "i guess", "anyway", "for now")


def careless(text, random):
    """One to three slips: letters swapped, lost or doubled, no capitals, no apostrophes, other marks."""
    for _ in range(random.randint(1, 4)):
        slip = random.randint(8)
        words = text.split(" ")
        at = random.randint(len(words))
        word = words[at]
        if slip == 0 and len(word) > 4 and word.isalpha():
            k = random.randint(1, len(word) - 2)
            words[at] = word[:k] + word[k + 1] + word[k] + word[k + 2 :]
        elif slip == 1 and len(word) > 4 and word.isalpha():
            k = random.randint(1, len(word) - 1)
            words[at] = word[:k] + word[k + 1 :]
        elif slip == 2 and word.isalpha():
            k = random.randint(len(word))
            words[at] = word[:k] + word[k] * random.randint(2, 5) + word[k + 1 :]
        elif slip == 3:
            words = text.lower().split(" ")
        elif slip == 4:
            words = text.replace("'", "").split(" ")
        elif slip == 5:
            words = text.rstrip(".!").split(" ")
        elif slip == 6 and not text.endswith("?"):
            words = (text.rstrip(".!") + "!" * random.randint(1, 4)).split(" ")
        elif slip == 7 and len(words) < 12:
            words = text.upper().split(" ") if random.rand() < 0.3 else text.lower().rstrip(".").split(" ")
        text = " ".join(words)
    return text


def framed(text, random):
    """The text with some words before or after it, or one word less."""
    kind = random.randint(3)
    if kind == 0:
        start = OPENINGS[random.randint(len(OPENINGS))]
        return start + (", " if random.rand() < 0.5 else " ") + (text if random.rand() < 0.5 else text[:1].lower() + text[1:])
    if kind == 1:
        return text.rstrip(".") + (", " if random.rand() < 0.5 else " ") + CLOSINGS[random.randint(len(CLOSINGS))]
    words = text.split(" ")
    if len(words) < 4:
        return careless(text, random)
    del words[random.randint(len(words))]
    return " ".join(words)


def joined(texts, random):
    """Sentences of two texts, one after the other."""
    first, second = (SENTENCE.split(texts[random.randint(len(texts))]) for _ in range(2))
    parts = [first[random.randint(len(first))], second[random.randint(len(second))]]
    return (" " if parts[0][-1:] in ".!?" else ". ").join(parts)


def variants(texts, labels, random, times):
    """`times` variants of every text, with the index of the text whose label it keeps, or -1 where only the teacher knows."""
    out, sources = [], []
    for index, text in enumerate(texts):
        for _ in range(times):
            kind = random.rand()
            if kind < 0.4:
                out.append(careless(text, random))
                sources.append(index)
            elif kind < 0.65:
                out.append(framed(text, random))
                sources.append(index)
            else:
                out.append(joined([text, texts[random.randint(len(texts))]], random) if kind < 0.85 else joined([text], random))
                sources.append(-1)
    return out, sources
