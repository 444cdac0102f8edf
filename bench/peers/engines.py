"""Fits XGBoost or LightGBM on the rows of a file, for bench/engines.ts, and prints JSON: time, rounds, raw predictions.

Usage: engines.py JOB as JSON text. Exit status 3 if the library is missing.
"""

import json
import statistics
import sys
import time

job = json.loads(sys.argv[1])
try:
    import numpy as np

    if job["engine"] == "xgboost":
        import xgboost as library
    else:
        import lightgbm as library
except ImportError as error:
    print(f"{error.name} is not installed", file=sys.stderr)
    sys.exit(3)

parts, width, settings, threads = job["rows"], job["width"], job["settings"], job["threads"]
total = sum(parts.values())
numbers = np.fromfile(job["path"], dtype=np.float32)
values, target, weight = np.split(numbers, [total * width, total * (width + 1)])
values = values.reshape(total, width)
ends = np.cumsum(list(parts.values()))
train, validation, held_out = (slice(end - rows, end) for end, rows in zip(ends, parts.values()))
weights = None if np.all(weight == 1) else weight
binary = job["task"] == "binary"
stopping = settings["earlyStopping"]


def of(part):
    return {"label": target[part], "weight": None if weights is None else weights[part]}


def fit_xgboost(rounds):
    params = {
        "objective": "binary:logistic" if binary else "reg:squarederror",
        "eval_metric": "logloss" if binary else "rmse",
        "tree_method": "hist", "max_depth": settings["depth"], "learning_rate": settings["rate"],
        "subsample": settings["rowSample"], "colsample_bytree": settings["columnSample"],
        "reg_lambda": settings["lambda"], "gamma": settings["gamma"],
        "min_child_weight": settings["minChildWeight"], "max_bin": settings["bins"],
        "seed": job["seed"], "nthread": threads,
    }
    data = library.QuantileDMatrix(values[train], max_bin=settings["bins"], nthread=threads, **of(train))
    watched = library.QuantileDMatrix(values[validation], ref=data, nthread=threads, **of(validation))
    return library.train(
        params, data, rounds, evals=[(watched, "validation")], early_stopping_rounds=stopping, verbose_eval=False
    )


def fit_lightgbm(rounds):
    params = {
        "objective": "binary" if binary else "regression", "metric": "binary_logloss" if binary else "rmse",
        "max_depth": settings["depth"], "num_leaves": settings["leaves"], "learning_rate": settings["rate"],
        "bagging_fraction": settings["rowSample"], "bagging_freq": 1, "feature_fraction": settings["columnSample"],
        "lambda_l2": settings["lambda"], "min_gain_to_split": settings["gamma"],
        "min_sum_hessian_in_leaf": settings["minChildWeight"], "min_data_in_leaf": settings["minLeafRows"],
        "max_bin": settings["bins"], "seed": job["seed"], "num_threads": threads, "verbosity": -1,
        "deterministic": True, "force_col_wise": True,
    }
    data = library.Dataset(values[train], **of(train))
    watched = data.create_valid(values[validation], **of(validation))
    callbacks = [library.early_stopping(stopping, verbose=False)]
    return library.train(params, data, rounds, valid_sets=[watched], callbacks=callbacks)


fit = fit_xgboost if job["engine"] == "xgboost" else fit_lightgbm
fit(2)
times = []
for _ in range(job["repeats"]):
    start = time.perf_counter()
    model = fit(settings["trees"])
    times.append(1000 * (time.perf_counter() - start))

if job["engine"] == "xgboost":
    best = model.best_iteration + 1
    data = library.DMatrix(values[held_out])
    predicted = model.predict(data, output_margin=True, iteration_range=(0, best))
    # predict() sums in float32, with an error of 1e-6 after hundreds of trees; this sums the same leaves in float64.
    leaves = model.predict(data, pred_leaf=True, iteration_range=(0, best)).astype(int)
    learner = json.loads(model.save_raw("json"))["learner"]
    base = float(np.ravel(json.loads(learner["learner_model_param"]["base_score"]))[0])
    trees = learner["gradient_booster"]["model"]["trees"]
    exact = sum(np.asarray(trees[i]["split_conditions"])[leaves[:, i]] for i in range(best))
    exact += np.log(base / (1 - base)) if binary else base
else:
    best = model.best_iteration
    predicted = model.predict(values[held_out], raw_score=True, num_iteration=best)
    exact = predicted
print(
    json.dumps(
        {
            "system": f"{job['engine']} {library.__version__} from Python",
            "ms": statistics.median(times), "trees": best, "raw": predicted.astype(float).tolist(),
            "exact": exact.tolist(),
        }
    )
)
