"""Five models of the same rows: each fits on train, stops on validation where it can, and predicts test.

Usage: shots_models.py FOLDER, with columns.json ({ columns, rows: { train, validation, test } }) and, for each part,
PART.x (float32, row by row) and PART.y (float64). Prints JSON; exit status 3 if a library is missing.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import lightgbm
    import numpy as np
    import sklearn
    import xgboost
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import SplineTransformer, StandardScaler
except ImportError as error:
    print(f"{error.name} is not installed", file=sys.stderr)
    sys.exit(3)

folder = sys.argv[1]
with open(f"{folder}/columns.json") as file:
    about = json.load(file)


def part(name):
    x = np.fromfile(f"{folder}/{name}.x", dtype="<f4").reshape(about["rows"][name], -1)
    return x.astype(float), np.fromfile(f"{folder}/{name}.y", dtype="<f8")


(x, y), (vx, vy), (tx, _) = part("train"), part("validation"), part("test")


def spline():
    steps = StandardScaler(), SplineTransformer(n_knots=12, knots="quantile"), LogisticRegression(max_iter=2000)
    return make_pipeline(*steps).fit(x, y)


def xgb():
    model = xgboost.XGBClassifier(
        n_estimators=1000,
        learning_rate=0.03,
        max_depth=4,
        min_child_weight=30,
        reg_lambda=10,
        subsample=0.8,
        colsample_bytree=0.8,
        early_stopping_rounds=50,
    )
    return model.fit(x, y, eval_set=[(vx, vy)], verbose=False)


def lgb():
    model = lightgbm.LGBMClassifier(
        n_estimators=1000,
        learning_rate=0.03,
        num_leaves=15,
        min_child_samples=100,
        reg_lambda=10,
        subsample=0.8,
        subsample_freq=1,
        colsample_bytree=0.8,
        verbose=-1,
    )
    stop = lightgbm.early_stopping(50, verbose=False)
    return model.fit(x, y, eval_set=[(vx, vy)], eval_metric="logloss", callbacks=[stop])


def histogram():
    model = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=15, min_samples_leaf=100, l2_regularization=1, random_state=0
    )
    return model.fit(x, y)


def forest():
    return RandomForestClassifier(300, min_samples_leaf=100, n_jobs=-1, random_state=0).fit(x, y)


systems = []
for name, fit in [
    (f"spline logistic, scikit-learn {sklearn.__version__}", spline),
    (f"XGBoost {xgboost.__version__}", xgb),
    (f"LightGBM {lightgbm.__version__}", lgb),
    (f"histogram boosting, scikit-learn {sklearn.__version__}", histogram),
    (f"random forest, scikit-learn {sklearn.__version__}", forest),
]:
    started = time.perf_counter()
    predicted = fit().predict_proba(tx)[:, 1]
    systems.append({"system": name, "seconds": time.perf_counter() - started, "predicted": predicted.tolist()})
print(json.dumps(systems))
