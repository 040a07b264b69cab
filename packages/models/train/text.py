"""Text to tokens: the twin of `src/emotion/mask.ts`, `tokens.ts` and `trust.ts`.

Every rule here exists a second time in TypeScript. `golden.json` holds outputs of this side, and a test
compares the two, so a change on one side alone fails.
"""

import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "..", "src", "emotion", "lexicon.json"), encoding="utf-8") as handle:
    LEXICON = json.load(handle)

ENGLISH = set(LEXICON["english"].split())
FOREIGN = set(LEXICON["foreign"].split())
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
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]")
PRIVATE = re.compile("[\ue000-\uf8ff]")
LONGEST_LINE_HEAD = 300

# What was blanked leaves one sign of its kind, which the tokens then show.
SIGNS = {"code": "\ue000", "quote": "\ue001", "said": "\ue002", "url": "\ue003"}
MARKS = {sign: "<%s>" % mark for mark, sign in SIGNS.items()}

LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
LONGEST_WORD = 24
MOST_IN_A_ROW = 3
READ_AT_EACH_END = 2000


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
    + r"|(?P<handle>@[A-Za-z0-9_]+)"
    + r"|(?P<name>[A-Za-z0-9]*_[A-Za-z0-9_]+|[a-z]+[A-Z][A-Za-z]+)"
    + r"|(?P<word>[%s]+(?:'[%s]+)*)" % (LETTER, LETTER)
    + r"|(?P<number>[0-9]+(?:[.,:][0-9]+)*)"
    + r"|(?P<bang>!+)|(?P<ask>\?[?!]*)|(?P<dots>\.{2,}|\u2026)|(?P<stop>[.,;:\n])"
    + "|(?P<mark>[\ue000-\ue003])"
    + "|(?P<emoji>[\u203c\u2049\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001f3fa\U0001f400-\U0001faff])"
    + "|(?P<foreign>[\u0370-\u1fff\u2c00-\u2e7f\u2e80-\ud7ff\uf900-\ufaff\uff10-\uffdc]+)"
)
LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
REPEATED = re.compile(r"([a-z])\1{2,}")

SAID_AS = {
    "smile": "smiling", "laugh": "haha", "love": "love", "sad": "crying", "angry": "angry", "fear": "scared", "worry": "nervous",
    "tired": "exhausted", "wow": "wow", "party": "yay", "yes": "good", "no": "bad", "thanks": "thank you", "think": "hmm",
    "gross": "disgusting", "eyeroll": "annoyed", "shy": "embarrassed", "luck": "hopefully", "calm": "relieved", "clap": "bravo",
}


def bound(text):
    """At most twice READ_AT_EACH_END UTF-16 units of the text."""
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 4 * READ_AT_EACH_END:
        return text
    ends = [units[: 2 * READ_AT_EACH_END], units[-2 * READ_AT_EACH_END :]]
    return "\n".join(end.decode("utf-16-le", "surrogatepass") for end in ends)


def _sign(mark):
    return lambda match: SIGNS[mark] + " " * (len(match.group(0)) - 1)


def _sign_said(match):
    said = match.group(0)
    return _sign("said")(match) if " " in said[2:-2] and HAS_LETTER.search(said) else said


def _is_machine(line):
    # Bounded, so that no line can make a pattern slow.
    head = line[:LONGEST_LINE_HEAD]
    if any(pattern.search(head) for pattern in MACHINE_LINES):
        return True
    bare = INLINE_CODE.sub("", line)
    signs = len(CODE_CHARS.findall(bare))
    return signs >= 4 and signs > 0.17 * len(SOLID.findall(bare))


def _mask_lines(text):
    lines, fenced = [], False
    for line in text.split("\n"):
        fence = FENCE.search(line) is not None
        mark = "code" if fence or fenced or _is_machine(line) else "quote" if QUOTED_LINE.search(line) else None
        if fence:
            fenced = not fenced
        lines.append(line if mark is None or line == "" else SIGNS[mark] + " " * (len(line) - 1))
    return "\n".join(lines)


def mask(text):
    """The text with everything that is not the writer's own voice blanked out, one sign for each blank."""
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"').replace("\r", "\n")
    text = _mask_lines(PRIVATE.sub(" ", INVISIBLE.sub("", text)))
    text = URL.sub(_sign("url"), text)
    text = INLINE_CODE.sub(_sign("code"), text)
    unquoted = INLINE_QUOTE.sub(_sign_said, text)
    # A message that is one quotation altogether is read as the writer's.
    return unquoted if HAS_LETTER.search(unquoted) else text


class Token:
    """`keys`: what to look up, best first; `caps`, `long`: how it was written; `size`: its weight as a foreign word."""

    __slots__ = ("keys", "kind", "caps", "long", "size")

    def __init__(self, keys, kind, caps=False, long=False, size=1):
        self.keys, self.kind, self.caps, self.long, self.size = keys, kind, caps, long, size


def _word(raw):
    low = raw.translate(LOWER)
    double, single = REPEATED.sub(r"\1\1", low), REPEATED.sub(r"\1", low)
    keys = [double] if double == low else [double, single]
    if len(single) > LONGEST_WORD:
        return Token(["<long>"], "word")
    if single.endswith("'s"):
        keys.append(single[:-2])
    caps = len(raw) > 2 and raw.isascii() and raw.isalpha() and raw == raw.upper()
    return Token(keys, "word", caps, double != low)


def _mark(kind, raw):
    if kind == "emoticon":
        return Token(["em:" + EMOTICONS[raw]], "mark")
    if kind == "emoji":
        return Token(["em:" + EMOJI.get(raw, "other")], "mark")
    if kind == "foreign":
        return Token(["<foreign>"], "foreign", size=max(1, len(raw.encode("utf-16-le")) // 6))
    if kind in ("bang", "ask"):
        return Token([raw[0] + (raw[0] if len(raw) > 1 else "")], "mark")
    if kind == "mark":
        return Token([MARKS[raw]], "mark")
    text = "..." if kind == "dots" else raw if kind == "stop" else "<%s>" % kind
    return Token([text], "mark")


def tokenize(body):
    """Tokens in order, and how many words and signs (no emoji) only repeated what stood before them.

    Of a run of equal ones three stay; of blanked spans and line breaks that follow each other, one.
    """
    tokens, run, repeats, last = [], 0, 0, "\n"
    for match in TOKEN.finditer(body):
        token = _word(match.group(0)) if match.lastgroup == "word" else _mark(match.lastgroup, match.group(0))
        key = token.keys[0]
        run = run + 1 if key == last else 1
        mark = key in MARKS.values()
        if run > (1 if mark or key == "\n" else MOST_IN_A_ROW):
            repeats += not mark and key != "\n" and not key.startswith("em:")
            continue
        if mark and last == "\n" and len(tokens) > 1 and tokens[-2].keys[0] == key:
            continue
        tokens.append(token)
        last = key
    return tokens, repeats


def analyse(text):
    """Tokens of a whole text."""
    return tokenize(mask(bound(text)))[0]


def grams(word):
    """Character n-grams of an unknown word, as far as they are looked up."""
    framed = "<" + word + ">"
    return [framed[at : at + size] for size in (3, 4, 5) for at in range(len(framed) - size + 1)][:MOST_GRAMS]


MOST_GRAMS = 40


def spoken(text):
    """The writer's own words, with emoji and emoticons said as words: what the transformer reads."""

    def say(match):
        kind, raw = match.lastgroup, match.group(0)
        if kind == "emoticon":
            return " " + SAID_AS[EMOTICONS[raw]] + " "
        if kind == "emoji":
            return " " + SAID_AS.get(EMOJI.get(raw), "") + " "
        if kind == "mark":
            return {"<code>": " code ", "<url>": " link "}.get(MARKS[raw], " text ")
        return raw

    return " ".join(TOKEN.sub(say, mask(bound(text))).split()) or "."
