"""The transformer: mean-pooled token states, as all-MiniLM-L6-v2 is meant to be read."""

import hashlib
import os

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_PIECES = 96
BATCH = 128


class Teacher:
    def __init__(self, directory):
        with open(os.path.join(directory, "model.safetensors"), "rb") as weights:
            if hashlib.file_digest(weights, "sha256").hexdigest() != WEIGHTS_SHA256:
                raise SystemExit("the weights are not those of all-MiniLM-L6-v2")
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.model = AutoModel.from_pretrained(directory).eval()

    def vocabulary(self):
        """The pieces, in the order of their ids."""
        return [piece for piece, _ in sorted(self.tokenizer.get_vocab().items(), key=lambda entry: entry[1])]

    def encode_pieces(self):
        start, end = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        return self._encode([[start, piece, end] for piece in range(len(self.tokenizer))])

    def encode_texts(self, texts):
        return self._encode(self.tokenizer(texts, truncation=True, max_length=MAX_PIECES)["input_ids"])

    @torch.inference_mode()
    def _encode(self, rows):
        vectors = np.zeros((len(rows), self.model.config.hidden_size), np.float32)
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(rows[row]) for row in some], batch_first=True)
            lengths = torch.tensor([len(rows[row]) for row in some])
            mask = (torch.arange(ids.shape[1])[None] < lengths[:, None]).long()
            states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            means = (states * mask[..., None]).sum(1) / lengths[:, None]
            vectors[some] = torch.nn.functional.normalize(means, dim=1).numpy()
        return vectors
