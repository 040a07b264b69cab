"""The two fits: a softmax over the labels that accepts sets of labels, and a ridge for valence and arousal."""

import numpy as np
from scipy.optimize import minimize
from scipy.sparse.linalg import lsqr


def softmax(logits):
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)


def fit_labels(matrix, sets, weights, sharpness, penalties, offsets, iterations, prior=0.0):
    """Weighted cross-entropy with an L2 penalty per column.

    A row's target is a set of labels. With sharpness 1 they share it evenly; with 0 only their sum counts.

    `offsets` (rows x domains, 0/1) gives every corpus its own unpenalised intercept; `prior` are logits to add.
    """
    rows, columns = matrix.shape
    classes, domains = sets.shape[1], offsets.shape[1]
    transposed = matrix.T.tocsr()
    total = weights.sum()
    size = columns * classes
    even = sets / sets.sum(1, keepdims=True)

    def loss(flat):
        weight = flat[:size].reshape(columns, classes).astype(np.float32)
        bias = flat[size:].reshape(domains, classes)
        logits = np.asarray(matrix @ weight, np.float64) + offsets @ bias + prior
        logits -= logits.max(1, keepdims=True)
        probabilities = np.exp(logits)
        sums = probabilities.sum(1, keepdims=True)
        probabilities /= sums
        inside = np.maximum((probabilities * sets).sum(1), 1e-12)
        entropy = np.log(sums[:, 0]) - (even * logits).sum(1)
        value = (weights * (sharpness * entropy - (1 - sharpness) * np.log(inside))).sum()
        believed = probabilities * sets / inside[:, None]
        targets = sharpness[:, None] * even + (1 - sharpness[:, None]) * believed
        gap = (probabilities - targets) * weights[:, None]
        slope = np.asarray(transposed @ gap.astype(np.float32), np.float64)
        square = (penalties[:, None] * flat[:size].reshape(columns, classes) ** 2).sum()
        slope += penalties[:, None] * flat[:size].reshape(columns, classes)
        out = np.concatenate([slope.ravel(), (offsets.T @ gap).ravel()])
        return (value + 0.5 * square) / total, out / total

    first = np.zeros(size + domains * classes)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": iterations, "maxcor": 6})
    return found.x[:size].reshape(columns, classes), found.x[size:].reshape(domains, classes)


def fit_values(matrix, values, weights, penalty, offsets):
    """Ridge by least squares; one intercept per corpus, taken out first."""
    means = np.linalg.lstsq(offsets * np.sqrt(weights)[:, None], values * np.sqrt(weights)[:, None], rcond=None)[0]
    rest = values - offsets @ means
    scaled = matrix.multiply(np.sqrt(weights)[:, None]).tocsr()
    found = [lsqr(scaled, rest[:, k] * np.sqrt(weights), damp=np.sqrt(penalty), iter_lim=80)[0] for k in range(values.shape[1])]
    return np.stack(found, 1), means
