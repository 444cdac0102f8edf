"""Fits XGBoost or LightGBM once on the rows of a file and prints JSON: time, memory, error. Exit status 3 if it is missing.

Usage: trees.py xgboost|lightgbm JOB.json as text (see bench/trees.ts)
"""

import json
import resource
import sys
import time

system, job = sys.argv[1], json.loads(sys.argv[2])
try:
    import numpy as np

    if system == "xgboost":
        import xgboost as library
    else:
        import lightgbm as library
except ImportError as error:
    print(f"{error.name} is not installed", file=sys.stderr)
    sys.exit(3)

train, held_out, width, task = job["train"], job["heldOut"], job["width"], job["task"]
numbers = np.fromfile(job["path"], dtype=np.float32)
values = numbers[: (train + held_out) * width].reshape(-1, width)
target = numbers[(train + held_out) * width :]

start, cpu = time.perf_counter(), time.process_time()
if system == "xgboost":
    params = {
        "objective": "reg:squarederror" if task == "regression" else "binary:logistic",
        "tree_method": "hist", "max_bin": 255, "max_depth": job["depth"], "eta": 0.1, "lambda": 1,
        "subsample": 0.8, "colsample_bytree": 0.8, "seed": 1, "nthread": job["threads"],
    }
    model = library.train(params, library.QuantileDMatrix(values[:train], target[:train], max_bin=255, nthread=job["threads"]), job["trees"])
else:
    params = {
        "objective": "regression" if task == "regression" else "binary", "max_bin": 255,
        "max_depth": job["depth"], "num_leaves": 2 ** job["depth"], "learning_rate": 0.1, "lambda_l2": 1,
        "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 1, "bagging_fraction": 0.8, "bagging_freq": 1,
        "feature_fraction": 0.8, "seed": 1, "num_threads": job["threads"], "verbose": -1,
    }
    model = library.train(params, library.Dataset(values[:train], target[:train]), job["trees"])
ms, cpu_ms = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)

unseen, y = values[train:], target[train:].astype(float)
predicted = model.predict(library.DMatrix(unseen) if system == "xgboost" else unseen).astype(float)
if task == "regression":
    error = float(np.sqrt(np.mean((predicted - y) ** 2)))
else:
    error = float(-np.mean(np.log(np.where(y == 1, predicted, 1 - predicted))))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([{"system": f"{system} {library.__version__}", "ms": ms, "cpuMs": cpu_ms, "peakMiB": peak, "error": error}]))
