"""Trains ONNX models and registers them on MLflow, as a team that uses Python does, and prints their predictions.

python register-foreign.py URL ROWS.json, where ROWS.json holds by product: columns, x (null: not known) and y.
"""

import json
import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier

ML = 'ai.onnx.ml'


def model_of(nodes, width, output, columns, initializers=()):
    graph = helper.make_graph(
        nodes,
        'foreign',
        [helper.make_tensor_value_info('x', TensorProto.FLOAT, ['N', width])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ['N', columns])],
        [numpy_helper.from_array(values.astype(np.float32), name) for name, values in initializers],
    )
    opsets = [helper.make_opsetid('', 17), helper.make_opsetid(ML, 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def floats(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def tree_attributes(trees, leaf_of):
    """Arrays of sklearn trees; `leaf_of(value)` gives the weights of a leaf, one per class."""
    nodes = {name: [] for name in ('treeids', 'nodeids', 'featureids', 'values', 'modes', 'truenodeids', 'falsenodeids')}
    leaves = {name: [] for name in ('treeids', 'nodeids', 'ids', 'weights')}
    for t, tree in enumerate(trees):
        for n in range(tree.node_count):
            leaf = tree.children_left[n] < 0
            row = (t, n, max(0, int(tree.feature[n])), float(tree.threshold[n]), 'LEAF' if leaf else 'BRANCH_LEQ',
                   max(0, int(tree.children_left[n])), max(0, int(tree.children_right[n])))
            for name, value in zip(nodes, row):
                nodes[name].append(value)
            if leaf:
                for k, weight in enumerate(leaf_of(tree.value[n])):
                    for name, value in zip(leaves, (t, n, k, float(weight))):
                        leaves[name].append(value)
    return {f'nodes_{name}': values for name, values in nodes.items()}, leaves


def ridge(x, y):
    middle = np.nan_to_num(np.nanmedian(x, axis=0))
    filled = np.where(np.isnan(x), middle, x)
    mean, scale = filled.mean(0), filled.std(0) + 1e-6
    fit = Ridge(alpha=10).fit((filled - mean) / scale, y)
    nodes = [
        helper.make_node('Imputer', ['x'], ['i'], domain=ML, imputed_value_floats=floats(middle),
                         replaced_value_float=float('nan')),
        helper.make_node('Scaler', ['i'], ['s'], domain=ML, offset=floats(mean), scale=floats(1 / scale)),
        helper.make_node('LinearRegressor', ['s'], ['score'], domain=ML, coefficients=floats(fit.coef_),
                         intercepts=floats([fit.intercept_]), targets=1),
    ]
    return model_of(nodes, x.shape[1], 'score', 1)


def boosting(x, y):
    fit = GradientBoostingRegressor(n_estimators=40, max_depth=3, random_state=1).fit(np.nan_to_num(x), y)
    trees = [stage[0].tree_ for stage in fit.estimators_]
    nodes, leaves = tree_attributes(trees, lambda value: [value[0][0] * fit.learning_rate])
    node = helper.make_node(
        'TreeEnsembleRegressor', ['x'], ['score'], domain=ML, n_targets=1, base_values=floats(fit.init_.constant_),
        **nodes, target_treeids=leaves['treeids'], target_nodeids=leaves['nodeids'], target_ids=leaves['ids'],
        target_weights=leaves['weights'])
    return model_of([node], x.shape[1], 'score', 1)


def forest(x, y):
    fit = RandomForestClassifier(n_estimators=20, max_depth=5, random_state=1).fit(np.nan_to_num(x), y)
    share = lambda value: value[0] / value[0].sum() / len(fit.estimators_)
    nodes, leaves = tree_attributes([one.tree_ for one in fit.estimators_], share)
    node = helper.make_node(
        'TreeEnsembleClassifier', ['x'], ['label', 'probabilities'], domain=ML, classlabels_int64s=[0, 1],
        post_transform='NONE', **nodes, class_treeids=leaves['treeids'], class_nodeids=leaves['nodeids'],
        class_ids=leaves['ids'], class_weights=leaves['weights'])
    return model_of([node], x.shape[1], 'probabilities', 2)


def logistic(x, y):
    filled = np.nan_to_num(x)
    fit = LogisticRegression(max_iter=500).fit(filled, y)
    node = helper.make_node(
        'LinearClassifier', ['x'], ['label', 'scores'], domain=ML, classlabels_ints=[0, 1], post_transform='LOGISTIC',
        coefficients=floats([-fit.coef_, fit.coef_]), intercepts=floats([-fit.intercept_, fit.intercept_]))
    last = helper.make_node('Normalizer', ['scores'], ['probabilities'], domain=ML, norm='L1')
    return model_of([node, last], x.shape[1], 'probabilities', 2)


def network(x, y):
    filled = np.nan_to_num(x)
    mean, scale = filled.mean(0), filled.std(0) + 1e-6
    fit = MLPClassifier((32, 8), max_iter=60, random_state=1).fit((filled - mean) / scale, y)
    initializers, nodes, at = [('mean', mean), ('scale', scale)], [], 's'
    nodes.append(helper.make_node('Sub', ['x', 'mean'], ['c']))
    nodes.append(helper.make_node('Div', ['c', 'scale'], ['s']))
    for i, (weights, bias) in enumerate(zip(fit.coefs_, fit.intercepts_)):
        initializers += [(f'w{i}', weights.T), (f'b{i}', bias)]
        nodes.append(helper.make_node('Gemm', [at, f'w{i}', f'b{i}'], [f'h{i}'], transB=1))
        at = f'h{i}'
        if i + 1 < len(fit.coefs_):
            nodes.append(helper.make_node('Relu', [at], [f'r{i}']))
            at = f'r{i}'
    nodes.append(helper.make_node('Sigmoid', [at], ['probability']))
    return model_of(nodes, x.shape[1], 'probability', 1, initializers)


def tanh(x, y):
    return model_of([helper.make_node('MatMul', ['x', 'w'], ['h']), helper.make_node('Tanh', ['h'], ['score'])],
                    x.shape[1], 'score', 1, [('w', np.ones((x.shape[1], 1)))])


def register(product, model, x, names):
    inputs = x if names is None else pd.DataFrame(x, columns=names)
    info = mlflow.onnx.log_model(
        model, name='model', registered_model_name=product,
        # Otherwise MLflow runs the model in another Python to find the requirements, which takes seconds.
        pip_requirements=['onnxruntime'],
        signature=infer_signature(inputs, np.zeros((len(x), 1), np.float32)))
    answer = mlflow.pyfunc.load_model(info.model_uri).predict(inputs)
    last = list(answer.values())[-1] if isinstance(answer, dict) else answer
    # For a data frame MLflow returns one column, in which the probabilities of both classes alternate.
    predicted = np.asarray(last).reshape(len(x), -1)[:, -1]
    return {'version': int(info.registered_model_version), 'predicted': predicted.tolist()}


mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment('python')
data = json.load(open(sys.argv[2]))
predictions = {}
plans = [
    ('ridge', 'biomechanics', ridge, True, None),
    ('boosting', 'biomechanics', boosting, True, 12),
    ('tanh', 'biomechanics', tanh, True, None),
    ('strange', 'biomechanics', ridge, 'other', None),
    ('logistic', 'shots', logistic, True, 5),
    ('forest', 'shots', forest, False, None),
    ('network', 'shots', network, False, None),
]
for name, product, make, named, most in plans:
    rows = data[product]
    x = np.array(rows['x'], dtype=np.float32)
    # With named columns: another order, and not all of them.
    places = np.arange(x.shape[1]) if not named else np.arange(x.shape[1])[::-1][:most]
    names = None if not named else [rows['columns'][p] for p in places]
    if named == 'other':
        names = ['made_up', *names[1:]]
    model = make(x[:, places], np.array(rows['y']))
    predictions[name] = register(product, model, x[:, places], names)
print(json.dumps(predictions))
