"""Text to features: the twin of `src/emotion/mask.ts`, `tokens.ts` and `features.ts`.

Every rule here exists a second time in TypeScript. `golden.json` holds outputs of this file, and a test
compares the two, so a change on one side alone fails.
"""

import json
import math
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
LEXICON_PATH = os.path.join(HERE, "..", "src", "emotion", "lexicon.json")
with open(LEXICON_PATH, encoding="utf-8") as handle:
    LEXICON = json.load(handle)

NEGATORS = set(LEXICON["negators"].split())
SCOPE_ENDS = set(LEXICON["scopeEnds"].split())
COMPARATIVES = set(LEXICON["comparatives"].split())
FIRST = set(LEXICON["first"].split())
OTHERS = set(LEXICON["others"].split())
GOOD = set(LEXICON["good"].split())
BAD = set(LEXICON["bad"].split())
CLASSES = {}
for _label, _words in LEXICON["words"].items():
    for _word in _words.split():
        CLASSES.setdefault(_word, []).append(_label)
EMOJI = {char: group for group, chars in LEXICON["emoji"].items() for char in chars}
EMOTICONS = LEXICON["emoticons"]

FENCE = re.compile(r"^[ \t]*(?:```|~~~)")
QUOTED_LINE = re.compile(r"^[ \t]*>(?![:(_])")
MACHINE_LINES = [
    re.compile(r"^[ \t]*\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"),
    re.compile(r"^[ \t]*at [^ ]+.*[:(][^ ]*[0-9]\)?[ \t]*$"),
    re.compile(r'^[ \t]*File "[^"]*", line [0-9]+'),
    re.compile(r"^[ \t]*(?:Traceback \(most|Caused by:|npm (?:ERR|WARN|error)|panic:|Exception in thread|Segmentation fault)"),
    re.compile(r"^[ \t]*(?:\[(?:error|warn|warning|info|debug|trace|fatal)\]|(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)[ :\[]|(?:error|warning)(?:\[[A-Za-z0-9]+\])?:)"),
    re.compile(r"^[ \t]*(?:[A-Za-z.]+)?(?:Error|Exception): "),
    re.compile(r"^[ \t]*(?:def [A-Za-z0-9_]+\(|(?:const|let|var) [A-Za-z0-9_]+ ?=|(?:function|func|fn) [A-Za-z0-9_]+\(|import [^ ]+ from |#include|SELECT .* FROM |UPDATE [A-Za-z0-9_]+ SET |INSERT INTO )"),
    re.compile(r"^[ \t]*(?:curl|docker|sudo|npm|npx|pip|git) .*(?: |^)--?[A-Za-z]"),
]
CODE_CHARS = re.compile(r"[{}\[\]();=<>|&$#\\/_*+`\"]")
SOLID = re.compile(r"[^ \t]")
URL = re.compile(r"(?:https?://|www\.)[^ \t\n<>\"]+")
INLINE_CODE = re.compile(r"`[^`\n]+`")
INLINE_QUOTE = re.compile(r"\"[^\"\n]+\"|(?:(?<=[ (:])|^)'[^'\n]+(?:'[a-z][^'\n]*)?'(?![A-Za-z])")
HAS_LETTER = re.compile(r"[A-Za-z]")

LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"


def _emoticon_pattern():
    plain, guarded = [], []
    for text in sorted(EMOTICONS, key=lambda item: (-len(item), item)):
        risky = re.search(r"[A-Za-z0-9/|]$", text) or re.search(r"^[A-Za-z]", text)
        (guarded if risky else plain).append(re.sub(r"[^A-Za-z0-9]", r"\\\g<0>", text))
    edges = r"(?<![A-Za-z0-9])(?:%s)(?![A-Za-z0-9])" % "|".join(guarded)
    return "|".join([edges] + plain)


TOKEN = re.compile(
    "(?P<emoticon>%s)" % _emoticon_pattern()
    + r"|(?P<swear>[A-Za-z]{1,4}[*@#$]{2,}[A-Za-z]*)"
    + r"|(?P<name>[A-Za-z0-9]*_[A-Za-z0-9_]+|[a-z]+[A-Z][A-Za-z]+)"
    + r"|(?P<word>[%s]+(?:'[%s]+)*)" % (LETTER, LETTER)
    + r"|(?P<number>[0-9]+(?:[.,:][0-9]+)*)"
    + r"|(?P<bang>!+)|(?P<ask>\?[?!]*)|(?P<dots>\.{2,}|\u2026)|(?P<stop>[.,;:\n])"
    + "|(?P<emoji>[\u203c\u2049\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff])"
    + "|(?P<foreign>[\u0370-\u1fff\u2c00-\u2e7f\u2e80-\ud7ff\uf900-\ufaff\uff10-\uffdc]+)"
)
LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
REPEATED = re.compile(r"([a-z])\1{2,}")
LONGEST_WORD = 24
LONGEST_LINE_HEAD = 300
SCOPE = 4


def _blank(match):
    return " " * len(match.group(0))


def _blank_said(match):
    said = match.group(0)
    return " " * len(said) if " " in said[2:-2] and HAS_LETTER.search(said) else said


def _is_machine(line):
    # Bounded, so that no line can make a pattern slow.
    head = line[:LONGEST_LINE_HEAD]
    if any(pattern.search(head) for pattern in MACHINE_LINES):
        return True
    signs = len(CODE_CHARS.findall(line))
    return signs >= 4 and signs > 0.17 * len(SOLID.findall(line))


def mask(text):
    """The text with everything that is not the writer's own voice blanked out, and what was blanked."""
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"').replace("\r", "\n")
    marks, lines, fenced = set(), [], False
    for line in text.split("\n"):
        fence = FENCE.search(line) is not None
        kept = line
        if fence or fenced or _is_machine(line):
            kept = " " * len(line)
            marks.add("code")
        elif QUOTED_LINE.search(line):
            kept = " " * len(line)
            marks.add("quote")
        if fence:
            fenced = not fenced
        lines.append(kept)
    out = "\n".join(lines)
    for pattern, mark in ((URL, "url"), (INLINE_CODE, "code")):
        if pattern.search(out):
            out = pattern.sub(_blank, out)
            marks.add(mark)
    unquoted = INLINE_QUOTE.sub(_blank_said, out)
    if unquoted != out and HAS_LETTER.search(unquoted):
        out = unquoted
        marks.add("said")
    return out, sorted(marks)


def _word(raw):
    low = raw.translate(LOWER)
    flat = REPEATED.sub(r"\1", low)
    long = flat != low
    if len(flat) > LONGEST_WORD:
        flat = "<long>"
    shout = len(raw) > 2 and raw.isascii() and raw.isalpha() and raw == raw.upper()
    return flat, long, shout


def tokenize(text):
    """Tokens as dicts: text, kind (word, mark or foreign) and whether a negator reaches it."""
    tokens, shouts, stretched = [], 0, False
    for match in TOKEN.finditer(text):
        kind, raw = match.lastgroup, match.group(0)
        token = {"text": raw, "kind": "mark"}
        if kind == "word":
            token["text"], long, shout = _word(raw)
            token["kind"] = "word"
            stretched = stretched or long
            shouts += shout
        elif kind == "emoticon":
            token["text"] = "em:" + EMOTICONS[raw]
        elif kind == "emoji":
            token["text"] = "em:" + EMOJI.get(raw, "other")
        elif kind == "foreign":
            token = {"text": "<foreign>", "kind": "foreign", "size": max(1, len(raw) // 3)}
        elif kind in ("bang", "ask"):
            token["text"] = raw[0] + (raw[0] if len(raw) > 1 else "")
        elif kind == "dots":
            token["text"] = "..."
        elif kind != "stop":
            token["text"] = "<%s>" % kind
        tokens.append(token)
    _negate(tokens)
    flags = (["shout"] if shouts >= 2 else []) + (["stretched"] if stretched else [])
    return tokens, flags


def _negate(tokens):
    left = 0
    for index, token in enumerate(tokens):
        token["negated"] = False
        text = token["text"]
        if text in NEGATORS or text.endswith("n't"):
            coming = [t["text"] for t in tokens[index + 1 : index + 3]]
            left = 0 if any(word in COMPARATIVES or word in ("only", "just", "so") for word in coming) else SCOPE
            continue
        if text in SCOPE_ENDS or text == "\n":
            left = 0
        elif left > 0 and token["kind"] == "word":
            token["negated"] = True
            left -= 1


def _subject(tokens, index):
    for back in range(index - 1, max(-1, index - 7), -1):
        text = tokens[back]["text"]
        if text in FIRST:
            return "1"
        if text in OTHERS:
            return "3"
        if text in (".", "\n", "!", "?"):
            break
    return "0"


def _lexical(tokens, index, out):
    token = tokens[index]
    text, sign = token["text"], "-" if token["negated"] else "+"
    for label in CLASSES.get(text, ()):
        out.append(("l" + sign + label, [index]))
        out.append(("l" + sign + label + "/" + _subject(tokens, index), [index]))
    if text in GOOD:
        out.append(("good" + sign, [index]))
    if text in BAD:
        out.append(("bad" + sign, [index]))
    if text.startswith("em:"):
        out.append(("l" + text, [index]))


def _grams(word):
    framed = "<" + word + ">"
    return [framed[at : at + size] for size in (3, 4, 5) for at in range(len(framed) - size + 1)]


def _size(count):
    return "1" if count <= 1 else "3" if count <= 3 else "8" if count <= 8 else "20" if count <= 20 else "many"


def features(tokens, flags):
    """Three groups of (feature, indexes of the tokens it came from): words, characters, lexicon."""
    words, chars, lexical = [], [], []
    real = [i for i, token in enumerate(tokens) if token["text"] != "\n"]
    texts = ["^"] + [tokens[i]["text"] for i in real] + ["$"]
    for at, index in enumerate(real):
        token = tokens[index]
        words.append((("n:" if token["negated"] else "u:") + token["text"], [index]))
        if token["kind"] == "word" and not token["negated"] and len(token["text"]) > 3:
            chars.extend(("c:" + gram, [index]) for gram in _grams(token["text"]))
        _lexical(tokens, index, lexical)
        before, here, after = texts[at], texts[at + 1], texts[at + 2]
        words.append(("b:" + here + " " + after, [index, real[at + 1]] if at + 1 < len(real) else [index]))
        if at == 0:
            words.append(("b:^ " + here, [index]))
        ends = [real[at - 1], index] if at > 0 else [index]
        if at + 1 < len(real):
            ends = ends + [real[at + 1]]
        words.append(("t:" + before + " " + here + " " + after, ends))
    words.append(("size:" + _size(len(real)), []))
    words.extend(("flag:" + flag, []) for flag in flags)
    return words, chars, lexical


GROUP_GAIN = (1.0, 0.5, 0.7)


def weigh(groups, known):
    """Feature -> (value, token indexes) pairs; a group's values have length GROUP_GAIN, whatever its size."""
    out = []
    for group, gain in zip(groups, GROUP_GAIN):
        kept = [item for item in group if item[0] in known]
        if kept:
            value = gain / math.sqrt(len(kept))
            out.extend((feature, value, indexes) for feature, indexes in kept)
    return out


def analyse(text):
    """Feature groups of a whole text."""
    body, marks = mask(text)
    tokens, flags = tokenize(body)
    return features(tokens, flags + marks)
