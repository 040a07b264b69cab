"""The student: word table and hashed character n-grams, a bidirectional GRU, three poolings, linear heads."""

import collections
import zlib

import numpy as np
import torch
from torch import nn

from labels import EMOTIONS, GOEMOTIONS
from text import analyse, grams

WIDTH = 64
HIDDEN = 64
GRAM_ROWS = 8192
MOST_TOKENS = 64
LABELS = len(EMOTIONS)
OUTPUTS = len(GOEMOTIONS) + LABELS + 2
CAPS, LONG = "<caps>", "<elongated>"


def is_word(key):
    return key[0] not in "<.,;:!?\n" and not key.startswith("em:")


def gram_ids(key):
    return [zlib.crc32(gram.encode("utf-8")) % GRAM_ROWS for gram in grams(key)]


class Vocabulary:
    """Ids: known rows first (the file's order), then words that training met but the table leaves out."""

    def __init__(self, rows):
        self.rows = rows
        self.place = {key: index for index, key in enumerate(rows)}
        self.extra = []

    def id_of(self, token):
        """The first key in the table; else the first key, read by its n-grams."""
        for key in token.keys:
            if self.place.get(key, len(self.rows)) < len(self.rows):
                return self.place[key]
        key = token.keys[0]
        if key not in self.place:
            self.place[key] = len(self.rows) + len(self.extra)
            self.extra.append(key)
        return self.place[key]

    def encode(self, text):
        """(id, caps, long) of every token, at most MOST_TOKENS."""
        tokens = [token for token in analyse(text)][:MOST_TOKENS]
        return [(self.id_of(token), token.caps, token.long) for token in tokens]

    def gram_table(self):
        """Row ids of the n-grams of every id, -1 where there are no more."""
        all_keys = self.rows + self.extra
        lists = [gram_ids(key) if is_word(key) else [] for key in all_keys]
        out = np.full((len(lists), max(map(len, lists))), -1, np.int64)
        for index, row in enumerate(lists):
            out[index, : len(row)] = row
        return torch.tensor(out)


def choose_rows(texts, own_texts, more, limit):
    """The table's keys: marks, every word of PACT's own messages, then by count; `more` fills what is left."""
    counts, marks = collections.Counter(), {CAPS, LONG}
    for weight, some in ((1, texts), (3, own_texts)):
        for text in some:
            for token in analyse(text):
                if is_word(token.keys[0]):
                    counts[token.keys[0]] += weight
                else:
                    marks.add(token.keys[0])
    ranked = [key for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= 2]
    rest = [word for word in more if counts[word] < 2]
    return (sorted(marks) + ranked + rest)[:limit]


class Student(nn.Module):
    def __init__(self, vocabulary, vectors=None):
        super().__init__()
        self.known = len(vocabulary.rows)
        self.words = nn.Embedding(self.known, WIDTH)
        self.grams = nn.Embedding(GRAM_ROWS, WIDTH)
        nn.init.normal_(self.grams.weight, std=0.05)
        if vectors is not None:
            self.words.weight.data = torch.tensor(vectors)
        self.gru = nn.GRU(WIDTH, HIDDEN, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(2 * HIDDEN, 1)
        self.heads = nn.Linear(6 * HIDDEN, OUTPUTS)
        self.drop_in, self.drop_out = nn.Dropout(0.2), nn.Dropout(0.35)
        self.caps, self.long = vocabulary.place[CAPS], vocabulary.place[LONG]
        self.levels = None

    def table(self, embedding):
        """The rows as the file will hold them: what quantisation loses is learned around."""
        weight = embedding.weight
        if self.levels is None:
            return weight
        with torch.no_grad():
            scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / self.levels
            lost = (weight / scale).round().clamp(-self.levels, self.levels) * scale - weight
        return weight + lost

    def spelled(self, ids, gram_table, grams):
        """Vectors of words from their n-grams alone."""
        rows = gram_table[ids]
        here = rows >= 0
        count = here.sum(1, keepdim=True).clamp(min=1)
        return (grams[rows.clamp(min=0)] * here.unsqueeze(-1)).sum(1) / count.sqrt()

    def embed(self, ids, caps, long, gram_table):
        words, grams = self.table(self.words), self.table(self.grams)
        unknown = ids >= self.known
        if self.training:
            unknown = unknown | ((torch.rand(ids.shape) < 0.08) & (gram_table[ids, 0] >= 0))
        out = words[ids.clamp(max=self.known - 1)]
        if unknown.any():
            out = out.masked_scatter(unknown.unsqueeze(-1), self.spelled(ids[unknown], gram_table, grams))
        out = out + caps.unsqueeze(-1) * words[self.caps] + long.unsqueeze(-1) * words[self.long]
        # A token that says nothing must be nothing new: that is how the words that carried a label are found.
        return out * (torch.rand(ids.shape) > 0.04).unsqueeze(-1) if self.training else out

    def forward(self, ids, caps, long, gram_table):
        states, _ = self.gru(self.drop_in(self.embed(ids, caps, long, gram_table)))
        share = self.attention(states).softmax(1)
        pooled = torch.cat([(states * share).sum(1), states.max(1).values, states.mean(1)], 1)
        out = self.heads(self.drop_out(pooled))
        go, words, values = out.split([len(GOEMOTIONS), LABELS, 2], 1)
        return {"go": go, "words": words, "values": values}


def tensors(rows):
    """Encoded texts of one length as ids, caps, long."""
    array = np.array(rows, np.int64)
    ids = torch.tensor(array[:, :, 0])
    return ids, torch.tensor(array[:, :, 1]).float(), torch.tensor(array[:, :, 2]).float()


def equal_lengths(rows, indexes, size, random):
    """Batches of texts of exactly one length: no padding, no masks."""
    groups = collections.defaultdict(list)
    for index in random.permutation(indexes):
        groups[len(rows[index])].append(index)
    out = [group[at : at + size] for group in groups.values() for at in range(0, len(group), size)]
    random.shuffle(out)
    return out


def loss_of(out, target):
    """`target`: go and its weight, words and its weight, values and their weight; one row each."""
    go, go_weight, words, words_weight, values, values_weight = target
    many = nn.functional.binary_cross_entropy_with_logits(out["go"], go, reduction="none").sum(1)
    one = -(words * out["words"].log_softmax(1)).sum(1)
    far = ((out["values"] - values) ** 2).sum(1)
    return (go_weight * many + words_weight * one + 20 * values_weight * far).mean()


def fit(model, gram_table, rows, target, *, indexes, epochs, rate, size, seed, share=1.0, log=print):
    """Trains on `indexes` of the encoded `rows`; `indexes` may be a function of the epoch."""
    random = np.random.RandomState(seed)
    torch.manual_seed(seed)
    slow = [model.words.weight, model.grams.weight]
    fast = [p for n, p in model.named_parameters() if not n.startswith(("words.", "grams."))]
    optimiser = torch.optim.AdamW(
        [{"params": slow, "lr": share * rate, "weight_decay": 0.0}, {"params": fast, "lr": rate, "weight_decay": 0.01}], fused=True
    )
    epochs_of = [equal_lengths(rows, indexes(epoch, random), size, random) for epoch in range(epochs)]
    total = sum(map(len, epochs_of))
    factor = lambda step: min((step + 1) / (0.06 * total), max(0.01, (total - step) / (0.94 * total)))
    plan = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
    for epoch, schedule in enumerate(epochs_of):
        model.train()
        losses = []
        for batch in schedule:
            loss = loss_of(model(*tensors([rows[i] for i in batch]), gram_table), [part[batch] for part in target])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(fast, 2.0)
            optimiser.step()
            plan.step()
            losses.append(float(loss.detach()))
        log("student epoch %d of %d: loss %.4f" % (epoch + 1, epochs, np.mean(losses)))
    return model.eval()


@torch.inference_mode()
def predict(model, gram_table, rows, size=256):
    model.eval()
    out = {}
    for batch in equal_lengths(rows, np.arange(len(rows)), size, np.random.RandomState(0)):
        for name, values in model(*tensors([rows[i] for i in batch]), gram_table).items():
            out.setdefault(name, np.zeros((len(rows), values.shape[1]), np.float32))[batch] = values.numpy()
    return out


def spell(model, gram_table, steps=1500, log=print):
    """Teaches the n-grams to spell the table's own words, so that an unknown word stands near its kin."""
    random = np.random.RandomState(2)
    known = np.array([index for index in range(model.known) if gram_table[index, 0] >= 0])
    optimiser = torch.optim.Adam([model.grams.weight], lr=0.02)
    for step in range(steps):
        ids = torch.tensor(random.choice(known, 512))
        far = model.spelled(ids, gram_table, model.grams.weight) - model.words.weight.detach()[ids]
        loss = (far**2).mean() + 0.002 * (model.grams.weight**2).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if step % 500 == 499:
            log("spelling %d: %.4f" % (step + 1, float(loss.detach())))
