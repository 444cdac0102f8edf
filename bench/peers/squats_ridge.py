"""Ridge on the plain columns of a table, leaving one group out at a time; alpha by folds of the other groups.

Usage: squats_ridge.py ROWS.csv, with columns group, target and values. Prints JSON; exit status 3 if scikit-learn
is missing.
"""

import json
import sys

try:
    import numpy as np
    import pandas as pd
    import sklearn
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
except ImportError as error:
    print(f"{error.name} is not installed", file=sys.stderr)
    sys.exit(3)

table = pd.read_csv(sys.argv[1])
group = table.pop("group").to_numpy()
target = table.pop("target").to_numpy()
values = table.to_numpy()
predicted = np.zeros(len(target))
for outside, inside in LeaveOneGroupOut().split(values, target, group):
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Ridge()),
        {"ridge__alpha": np.logspace(-2, 4, 13)},
        cv=LeaveOneGroupOut(),
        scoring="neg_mean_squared_error",
    )
    search.fit(values[outside], target[outside], groups=group[outside])
    predicted[inside] = search.predict(values[inside])
print(json.dumps({"version": sklearn.__version__, "predicted": predicted.tolist()}))
