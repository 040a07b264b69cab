"""Quantises the weights, writes `emotion.bin` and `golden.json`. The layout is described in `src/emotion/weights.ts`."""

import json
import struct
import zlib

import numpy as np

from labels import EMOTIONS
from reading import Table, read

VERSION = 1
GOLDEN_STEP = 17


def quantise(vocabulary, weights, bias, anchors, valence, arousal, temperature):
    """The bytes of the file, and the same numbers as the reader will see them."""
    rows, taken = [], set()
    for name, index in vocabulary.items():
        crc = zlib.crc32(name.encode("utf-8"))
        if crc not in taken:
            taken.add(crc)
            rows.append((crc, name, index))
    rows.sort()
    picked = weights[[index for _, _, index in rows]]
    scales = (np.maximum(np.abs(picked).max(1), 1e-8) / 127).astype("<f4")
    cells = np.clip(np.round(picked / scales[:, None]), -127, 127).astype(np.int8)
    header = [np.asarray(part, "<f4").ravel() for part in (bias, anchors, valence, arousal)]
    data = struct.pack("<4sHHIf", b"PEMO", VERSION, picked.shape[1], len(rows), temperature)
    data += b"".join(part.tobytes() for part in header)
    data += np.array([crc for crc, _, _ in rows], "<u4").tobytes() + scales.tobytes() + cells.tobytes()
    seen = [part.astype(np.float64) for part in header]
    table = {name: scales[at].astype(np.float64) * cells[at] for at, (_, name, _) in enumerate(rows)}
    return data, Table(table, seen[0], seen[1].reshape(-1, 2), seen[2], seen[3], float(np.float32(temperature)))


def golden(table, texts, extra):
    """Every GOLDEN_STEP-th own message and some oddities, with what this side reads in them."""
    out = []
    for text in texts[::GOLDEN_STEP] + extra:
        probabilities, valence, arousal = read(table, text)
        best = int(probabilities.argmax())
        out.append(
            {
                "text": text,
                "emotion": EMOTIONS[best],
                "confidence": round(float(probabilities[best]), 7),
                "valence": round(float(valence), 7),
                "arousal": round(float(arousal), 7),
                "neutral": round(float(probabilities[-1]), 7),
            }
        )
    return out


def write(paths, data, cases):
    with open(paths["bin"], "wb") as handle:
        handle.write(data)
    with open(paths["golden"], "w", encoding="utf-8") as handle:
        json.dump(cases, handle, ensure_ascii=False, indent=2)
        handle.write("\n")
