"""Variants of PACT's messages: about other topics, written carelessly, cut, joined. What they then say is for the teacher to judge."""

import re

SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
OPENINGS = (
    "hi", "hey", "hello", "ok so", "so", "well", "um", "hi again", "hey, quick one:", "right", "listen", "look", "fyi", "just so you know",
    "to be honest", "honestly", "btw", "actually", "as i said",
)
CLOSINGS = ("please", "thanks", "ok?", "btw", "lol", "right now", "today", "asap", "again", "just saying", "i guess", "anyway", "for now")

# Words that can stand for each other without changing how the writer feels.
ALIKE = (
    "order parcel package delivery refund invoice payment booking reservation ticket subscription account card",
    "app page site button form export report dashboard login password update server database build test script query function parser plugin",
    "laptop phone printer router tablet keyboard camera headphones washer fridge kettle boiler car bike",
    "meeting call interview presentation review demo deadline exam essay thesis assignment shift workshop lecture",
    "email letter message draft summary spreadsheet slides document contract proposal chapter paragraph poem recipe itinerary",
    "boss manager colleague client customer landlord neighbour teacher professor doctor nurse driver roommate",
    "mum mom dad sister brother daughter son wife husband partner girlfriend boyfriend grandma grandpa aunt uncle cousin friend",
    "dog cat rabbit horse puppy kitten parrot hamster",
    "kitchen bathroom bedroom garden garage office flat house apartment hotel hospital school library airport station",
    "monday tuesday wednesday thursday friday saturday sunday",
    "january february march april june july august september october november december",
    "morning evening afternoon weekend night",
    "minutes hours days weeks months",
    "two three four five six seven eight nine ten twelve",
    "second third fourth fifth sixth seventh eighth",
    "london paris berlin lisbon madrid rome oslo dublin vienna prague boston denver seattle chicago toronto sydney",
    "bread soup pizza cake curry pasta salad coffee tea",
    "guitar piano chess football tennis marathon yoga painting pottery",
)
KIN = {word: group for words in ALIKE for group in [words.split()] for word in group}
WORD = re.compile(r"[A-Za-z]+|[0-9]")


def exchanged(text, random):
    """Topics exchanged for others of their kind, digits for other digits."""

    def other(match):
        word = match.group(0)
        if word.isdigit():
            return str(random.randint(1, 10)) if random.rand() < 0.5 else word
        group = KIN.get(word.lower())
        if group is None or random.rand() < 0.3:
            return word
        chosen = group[random.randint(len(group))]
        return chosen.capitalize() if word[0].isupper() else chosen

    return WORD.sub(other, text)


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
    """A sentence of each text, one after the other."""
    parts = [sentences[random.randint(len(sentences))] for sentences in map(SENTENCE.split, texts)]
    return (" " if parts[0][-1:] in ".!?" else ". ").join(parts)


def variants(texts, random, times):
    """`times` variants of every text, with the index of the text whose label it keeps, or -1 where only the teacher knows."""
    out, sources = [], []
    for index, text in enumerate(texts):
        for _ in range(times):
            kind, here = random.rand(), exchanged(text, random)
            if kind < 0.15 and here != text:
                out.append(here)
                sources.append(index)
            elif kind < 0.45:
                out.append(careless(here, random))
                sources.append(index)
            elif kind < 0.7:
                out.append(framed(here, random))
                sources.append(index)
            else:
                other = [here, texts[random.randint(len(texts))]] if kind < 0.88 else [here]
                out.append(joined(other, random))
                sources.append(-1)
    return out, sources
