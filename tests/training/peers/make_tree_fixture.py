"""Writes tree-fixture.json: what XGBoost and LightGBM make of the rows of tree-data.ts.

Run from the root of the repository, with the packages of bench/peers/requirements.txt:
    python tests/training/peers/make_tree_fixture.py
"""

import json
import math

import lightgbm
import numpy as np
import xgboost

ROWS, HELD_OUT, ROUNDS, DEPTH, RATE = 1500, 500, 40, 4, 0.3


def rows(task):
    state = 12345

    def uniform():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state / 2**32

    values, target = [], []
    for _ in range(ROWS + HELD_OUT):
        x = [math.floor(uniform() * 64) / 64 for _ in range(6)]
        lost = uniform() < 0.1
        signal = 4 * (x[0] - 0.5) * (x[1] + 0.5) + (1.5 if x[2] > 0.7 else 0) + x[3] * x[3] + (1 if lost else 0)
        noise = uniform() - 0.5
        target.append(float(signal + 4 * noise > 1) if task == "binary" else math.floor((signal + noise) * 256 + 0.5) / 256)
        if lost:
            x[1] = math.nan
        values.append(x)
    return np.array(values, dtype=np.float32), np.array(target)


def loss(task, raw, y):
    if task == "regression":
        return float(np.sqrt(np.mean((raw - y) ** 2)))
    margin = np.where(y == 1, raw, -raw)
    return float(np.mean(np.logaddexp(0, -margin)))


fixture = {"rounds": ROUNDS, "depth": DEPTH, "rate": RATE, "rows": ROWS, "heldOut": HELD_OUT}
for task in ("regression", "binary"):
    x, y = rows(task)
    base = float(np.mean(y[:ROWS]))
    train = xgboost.DMatrix(x[:ROWS], y[:ROWS])
    booster = xgboost.train(
        {
            "objective": "reg:squarederror" if task == "regression" else "binary:logistic",
            "tree_method": "hist", "max_depth": DEPTH, "eta": RATE, "lambda": 1, "base_score": base, "nthread": 1,
        },
        train, ROUNDS,
    )
    raw = booster.predict(xgboost.DMatrix(x), output_margin=True).astype(float)
    light = lightgbm.train(
        {
            "objective": "regression" if task == "regression" else "binary", "max_depth": DEPTH, "num_leaves": 2**DEPTH,
            "learning_rate": RATE, "lambda_l2": 1, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 1,
            "num_threads": 1, "verbose": -1,
        },
        lightgbm.Dataset(x[:ROWS], y[:ROWS]), ROUNDS,
    )
    lightRaw = light.predict(x, raw_score=True)
    fixture[task] = {
        "base": base,
        "xgboost": {
            "version": xgboost.__version__,
            "firstRows": [round(float(r), 6) for r in raw[:40]],
            "trainLoss": loss(task, raw[:ROWS], y[:ROWS]),
            "heldOutLoss": loss(task, raw[ROWS:], y[ROWS:]),
        },
        "lightgbm": {
            "version": lightgbm.__version__,
            "trainLoss": loss(task, lightRaw[:ROWS], y[:ROWS]),
            "heldOutLoss": loss(task, lightRaw[ROWS:], y[ROWS:]),
        },
    }

with open("tests/training/peers/tree-fixture.json", "w") as file:
    json.dump(fixture, file, indent=2)
    file.write("\n")
