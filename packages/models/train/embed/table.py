"""The table file: which pieces are kept, 4-bit rows, layout, and the reference reading of it."""

import struct
import unicodedata

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

MAGIC = b"PACTEMB1"
LEVELS = 16
SCRIPTS = ("LATIN", "DIGIT", "GREEK", "CYRILLIC")


def is_kept(piece):
    """Words and pieces of European scripts, Han characters and signs. Not BERT's [unused] slots and specials, nor the
    letters of scripts that its vocabulary can only spell letter by letter."""
    body = piece.removeprefix("##")
    if len(piece) > 2 and piece[0] == "[" and piece[-1] == "]":
        return False
    if body.isascii() or all(script_of(sign) in SCRIPTS for sign in body):
        return True
    return len(piece) == 1 and (script_of(piece) == "CJK" or not piece.isalpha())


def script_of(sign):
    return unicodedata.name(sign, "").split(" ")[0]


def quantise(rows):
    """Each row as 16 levels times its own scale. The levels fit the values at hand (Lloyd's algorithm)."""
    scales = np.sqrt((rows**2).mean(1)).astype(np.float32)
    scales[scales == 0] = 1
    shares = rows / scales[:, None]
    sample = np.random.default_rng(0).choice(shares.ravel(), 400_000)
    levels = np.quantile(sample, (np.arange(LEVELS) + 0.5) / LEVELS)
    for _ in range(60):
        nearest = np.searchsorted((levels[1:] + levels[:-1]) / 2, sample)
        levels = np.array([sample[nearest == level].mean() for level in range(LEVELS)])
    levels = levels.astype(np.float32)
    codes = np.searchsorted((levels[1:] + levels[:-1]) / 2, shares).astype(np.uint8)
    picked = levels[codes]
    fitted = (rows * picked).sum(1) / (picked**2).sum(1)
    return levels, fitted.astype(np.float32), codes


def write(path, pieces, levels, scales, codes):
    words = "\n".join(pieces).encode()
    packed = (codes[:, 0::2] | (codes[:, 1::2] << 4)).astype(np.uint8)
    with open(path, "wb") as out:
        out.write(MAGIC + struct.pack("<III", codes.shape[1], len(pieces), len(words)))
        out.write(levels.astype("<f4").tobytes() + scales.astype("<f4").tobytes() + packed.tobytes() + words)


class Table:
    """Pieces and float rows, with the tokenisation of BERT over the kept pieces."""

    def __init__(self, pieces, rows):
        self.rows = np.vstack([rows, np.zeros((1, rows.shape[1]), rows.dtype)])
        vocabulary = {piece: row for row, piece in enumerate(pieces)} | {"[UNK]": len(pieces)}
        self.tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
        self.tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        self.tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()

    def ids(self, texts):
        return [found.ids for found in self.tokenizer.encode_batch(texts)]

    def embed(self, texts):
        sums = np.array([self.rows[ids].sum(0) if ids else np.zeros(self.rows.shape[1]) for ids in self.ids(texts)])
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != MAGIC:
        raise SystemExit(f"{path} is no {MAGIC.decode()} table")
    dimensions, count, _ = struct.unpack_from("<III", data, 8)
    at = 20
    levels = np.frombuffer(data, "<f4", LEVELS, at)
    at += LEVELS * 4
    scales = np.frombuffer(data, "<f4", count, at)
    at += count * 4
    packed = np.frombuffer(data, np.uint8, count * dimensions // 2, at).reshape(count, -1)
    codes = np.stack([packed & 15, packed >> 4], 2).reshape(count, dimensions)
    pieces = data[at + packed.size :].decode().split("\n")
    return Table(pieces, levels[codes].astype(np.float64) * scales[:, None])
