"""The teacher: a small transformer with heads for GoEmotions, PACT's words, and valence and arousal."""

import hashlib
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoModel, AutoTokenizer

from labels import EMOTIONS, GOEMOTIONS
from text import spoken

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_PIECES = 72
LABELS = len(EMOTIONS)


class Teacher(nn.Module):
    """Logits of one text: 28 of GoEmotions (sigmoid), 29 of PACT (softmax), public and own valence and arousal."""

    def __init__(self, directory):
        super().__init__()
        with open(os.path.join(directory, "model.safetensors"), "rb") as weights:
            if hashlib.file_digest(weights, "sha256").hexdigest() != WEIGHTS_SHA256:
                raise SystemExit("the weights are not those of all-MiniLM-L6-v2")
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.body = AutoModel.from_pretrained(directory, attention_probs_dropout_prob=0.0)
        # The word pieces keep their vectors: a third of the time saved, and rare words keep their meaning.
        self.body.embeddings.requires_grad_(False)
        width = self.body.config.hidden_size
        self.drop = nn.Dropout(0.1)
        self.mix = nn.Linear(2 * width, width)
        self.go = nn.Linear(width, len(GOEMOTIONS))
        self.words = nn.Linear(width, LABELS)
        self.public_values = nn.Linear(width, 2)
        self.own_values = nn.Linear(width, 2)

    def encode(self, texts):
        """Piece ids of every text, as the writer's own voice says it."""
        return self.tokenizer([spoken(text) for text in texts], truncation=True, max_length=MAX_PIECES)["input_ids"]

    def pooled(self, rows):
        """One vector a text: mean and maximum of the states, mixed."""
        ids = nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        here = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True)
        states = self.body(input_ids=ids, attention_mask=here).last_hidden_state
        seen = here.unsqueeze(-1)
        mean = (states * seen).sum(1) / seen.sum(1)
        top = states.masked_fill(seen == 0, -1e4).max(1).values
        return self.drop(torch.tanh(self.mix(torch.cat([mean, top], 1))))

    def forward(self, rows):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = self.pooled(rows)
        pooled = pooled.float()
        return {name: getattr(self, name)(pooled) for name in ("go", "words", "public_values", "own_values")}


def loss_of(kind, out, targets, weight=1.0):
    """What a row of one corpus asks: `go`, `xed` and `emobank` as in data.py, `own` = (label shares, values)."""
    if kind == "go":
        many = F.binary_cross_entropy_with_logits(out["go"], targets[:, :28], reduction="none").sum(1).mean()
        shares = targets[:, 28:]
        return weight * (many + 0.3 * F.cross_entropy(out["words"], shares))
    if kind == "xed":
        share = (out["words"].log_softmax(1).exp() * targets).sum(1)
        return weight * 0.5 * -share.clamp(min=1e-6).log().mean()
    if kind == "emobank":
        return weight * 1.5 * F.mse_loss(out["public_values"], targets)
    values = 20 * F.mse_loss(out["own_values"], targets[:, LABELS:])
    return weight * (F.cross_entropy(out["words"], targets[:, :LABELS], label_smoothing=0.02) + values)


def batches(rows, size, random):
    """Indexes in batches of like lengths, shuffled."""
    order = np.argsort(np.array([len(row) for row in rows]) + random.random(len(rows)) * 3, kind="stable")
    out = [order[at : at + size] for at in range(0, len(order), size)]
    random.shuffle(out)
    return out


def fit(model, corpora, *, epochs, rate, size, seed, log=print):
    """Trains on `corpora`: name -> (kind, piece ids, targets, weight, share of the rows an epoch). Mixes their batches."""
    random = np.random.RandomState(seed)
    torch.manual_seed(seed)
    schedule = []
    for _ in range(epochs):
        epoch = []
        for name, (_, rows, _, _, share) in corpora.items():
            some = batches(rows, size, random)
            epoch += [(name, batch) for batch in some[: round(share * len(some))]]
        random.shuffle(epoch)
        schedule += epoch
    heads = [p for n, p in model.named_parameters() if not n.startswith("body.")]
    body = [p for n, p in model.named_parameters() if n.startswith("body.") and p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": heads, "lr": 5 * rate}], weight_decay=0.01, fused=True)
    warm = max(1, len(schedule) // 15)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.0, (len(schedule) - step) / (len(schedule) - warm)))
    )
    model.train()
    started, losses = time.time(), {}
    for step, (name, batch) in enumerate(schedule):
        kind, rows, targets, weight, _ = corpora[name]
        loss = loss_of(kind, model([rows[index] for index in batch]), targets[batch], weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        plan.step()
        losses.setdefault(name, []).append(float(loss.detach()))
        if step % 200 == 199:
            recent = {key: round(float(np.mean(value[-100:])), 3) for key, value in losses.items()}
            log("teacher %d/%d %s %.0f s" % (step + 1, len(schedule), recent, time.time() - started))
    return model.eval()


@torch.inference_mode()
def predict(model, rows, size=128):
    """Every head's outputs for every text, as float32 arrays."""
    model.eval()
    order = np.argsort([len(row) for row in rows], kind="stable")
    out = {}
    for at in range(0, len(order), size):
        batch = order[at : at + size]
        for name, values in model([rows[index] for index in batch]).items():
            out.setdefault(name, np.zeros((len(rows), values.shape[1]), np.float32))[batch] = values.numpy()
    return out
