"""Evidently's drift report on two CSV files, timed: prints JSON. Exit status 3 if Evidently is not installed.

Usage: evidently_drift.py REFERENCE.csv CURRENT.csv CATEGORICAL,COLUMNS REPEATS
"""

import json
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import pandas as pd
    from evidently import DataDefinition, Dataset, Report
    from evidently.legacy.calculations.stattests import get_stattest
    from evidently.presets import DataDriftPreset
    import evidently
except ImportError as error:
    print(f"{error.name} is not installed", file=sys.stderr)
    sys.exit(3)

reference_path, current_path, categorical, repeats = sys.argv[1:5]
categorical = [name for name in categorical.split(",") if name]
reference = pd.read_csv(reference_path, dtype=float)
current = pd.read_csv(current_path, dtype=float)
numerical = [name for name in reference.columns if name not in categorical]
definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical)


def kind(name):
    return "cat" if name in categorical else "num"


def report():
    before = Dataset.from_pandas(reference, data_definition=definition)
    now = Dataset.from_pandas(current, data_definition=definition)
    return Report([DataDriftPreset()]).run(now, before)


def tests():
    found = {}
    for name in reference.columns:
        r, c = reference[name].dropna(), current[name].dropna()
        test = get_stattest(r, c, kind(name), None)
        result = test(r, c, kind(name), None)
        found[name] = (test.name, float(result.drift_score), bool(result.drifted))
    return found


def median_ms(task):
    times = []
    for _ in range(int(repeats)):
        start = time.perf_counter()
        task()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


found = tests()
snapshot = report().dict()
counted = next(metric["value"] for metric in snapshot["metrics"] if "DriftedColumnsCount" in str(metric.get("metric_name", metric.get("metric_id"))))
print(
    json.dumps(
        {
            "version": evidently.__version__,
            "report_ms": median_ms(report),
            "tests_ms": median_ms(tests),
            "drifted": counted["count"],
            "share": counted["share"],
            "columns": [
                {"name": name, "test": test, "score": score, "drifted": drifted}
                for name, (test, score, drifted) in found.items()
            ],
        }
    )
)
