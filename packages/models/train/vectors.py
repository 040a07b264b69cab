"""From feature groups to a vocabulary and sparse matrices."""

import collections
import math

import numpy as np
from scipy.sparse import csr_matrix

from features import weigh


def choose(corpora, sets, own_corpora, glove, limit):
    """The `limit` features that say most about a label; what PACT's own messages use comes first.

    Score: how far the labels among a feature's rows are from the usual. Words with a vector get a small bonus.
    """
    counts, own_counts = collections.Counter(), collections.Counter()
    for groups in corpora:
        counts.update({item[0] for group in groups for item in group})
    for groups in own_corpora:
        own_counts.update({item[0] for group in groups for item in group})
    counts.update(own_counts)
    counts.update("u:" + word for word in glove)
    wanted = {name for name, count in own_counts.items() if count >= 2 or name.startswith(("u:", "n:"))}
    usual = [name for name, count in counts.items() if count >= 3 or name in wanted]
    place = {name: index for index, name in enumerate(usual)}
    even = sets / sets.sum(1, keepdims=True)
    sums = np.zeros((len(usual), sets.shape[1]), np.float32)
    for row, groups in enumerate(corpora):
        at = [place[name] for name in {item[0] for group in groups for item in group} if name in place]
        sums[at] += even[row]
    share = even.mean(0)
    total = sums.sum(1, keepdims=True)
    expected = total * share
    deviation = ((sums - expected) ** 2 / (expected + 1)).sum(1)
    bonus = np.array([name in wanted for name in usual]) * 1e6
    frequent = np.array([name.startswith("u:") * (1.5 if name[2:] in glove else 1.0) for name in usual])
    order = np.argsort(-(deviation + bonus + frequent * np.sqrt(total[:, 0] + 1)), kind="stable")[:limit]
    kept = sorted(usual[index] for index in order)
    rarity = {name: min(1.0, 0.35 + 0.09 * math.log(len(corpora) / counts[name])) for name in kept}
    return {name: index for index, name in enumerate(kept)}, np.array([rarity[name] for name in kept])


def matrix(corpora, vocabulary, rarity):
    """One row a text. Values are the group weights times the rarity of the feature."""
    data, columns, ends = [], [], [0]
    for groups in corpora:
        for name, value, _ in weigh(groups, vocabulary):
            column = vocabulary[name]
            columns.append(column)
            data.append(value * rarity[column])
        ends.append(len(columns))
    shape = (len(corpora), len(vocabulary))
    out = csr_matrix((np.array(data, np.float32), np.array(columns), np.array(ends)), shape=shape)
    out.sum_duplicates()
    return out

