"""Quantises the student and writes `emotion.bin`, whose layout `src/emotion/weights.ts` describes."""

import struct
import zlib

import numpy as np

from student import GRAM_ROWS, HIDDEN, OUTPUTS, WIDTH

VERSION = 2
LEVELS = 7


def _rows(weight):
    scale = (np.maximum(np.abs(weight).max(1), 1e-8) / LEVELS).astype("<f4")
    cells = np.clip(np.round(weight / scale[:, None]), -LEVELS, LEVELS).astype(np.int64) + 8
    return scale, (cells[:, 0::2] | cells[:, 1::2] << 4).astype(np.uint8)


def _matrix(weight, bias):
    scale = (np.maximum(np.abs(weight).max(1), 1e-8) / 127).astype("<f4")
    cells = np.clip(np.round(weight / scale[:, None]), -127, 127).astype(np.int8)
    return scale.tobytes() + bias.astype("<f4").tobytes() + cells.tobytes()


def pack(model, vocabulary, temperature):
    """The bytes of the file."""
    part = {name: value.detach().numpy().astype(np.float64) for name, value in model.state_dict().items()}
    places = {}
    for index, key in enumerate(vocabulary.rows):
        places.setdefault(zlib.crc32(key.encode("utf-8")), index)
    hashes = sorted(places)
    word_scales, word_rows = _rows(part["words.weight"][[places[hash_] for hash_ in hashes]])
    gram_scales, gram_rows = _rows(part["grams.weight"])
    both, single = [], []
    for side in ("", "_reverse"):
        bias = part["gru.bias_ih_l0" + side].copy()
        recurrent = part["gru.bias_hh_l0" + side].copy()
        # Reset and update gates only ever see the sum of the two.
        bias[: 2 * HIDDEN] += recurrent[: 2 * HIDDEN]
        recurrent[: 2 * HIDDEN] = 0
        both.append((part["gru.weight_ih_l0" + side], bias))
        single.append(_matrix(part["gru.weight_hh_l0" + side], recurrent))
    out = struct.pack("<4sHHHHIIf", b"PEMO", VERSION, WIDTH, HIDDEN, OUTPUTS, len(hashes), GRAM_ROWS, temperature)
    out += np.array(hashes, "<u4").tobytes() + word_scales.tobytes() + gram_scales.tobytes()
    out += part["attention.weight"][0].astype("<f4").tobytes()
    out += _matrix(np.concatenate([w for w, _ in both]), np.concatenate([b for _, b in both]))
    out += single[0] + single[1] + _matrix(part["heads.weight"], part["heads.bias"])
    return out + word_rows.tobytes() + gram_rows.tobytes()
