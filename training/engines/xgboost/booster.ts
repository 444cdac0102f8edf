import { convertXgboostModel } from '../../../models/trees/xgboost-model.ts';
import type { BoostSettings } from '../../trees/settings.ts';
import type { Table } from '../../trees/table.ts';
import type { Library } from '../library.ts';
import { declarer, type Handle, outputHandle, withHandles } from '../native.ts';
import type { Booster, EngineTask } from '../rounds.ts';

type Out = [Handle | null];

/** The functions of XGBoost's C API (`xgboost/c_api.h`) that training uses. */
function bind(library: Library) {
  const declare = declarer(library, 'XGBoost', 'XGBGetLastError');
  return {
    createMatrix: declare<[data: string, config: string, out: Out]>(
      'int XGDMatrixCreateFromDense(const char *data, const char *config, _Out_ void **out)',
    ),
    setInfo: declare<[matrix: Handle, field: string, data: string]>(
      'int XGDMatrixSetInfoFromInterface(void *matrix, const char *field, const char *data)',
    ),
    freeMatrix: declare<[matrix: Handle]>('int XGDMatrixFree(void *matrix)'),
    create: declare<[matrices: Handle[], count: number, out: Out]>(
      'int XGBoosterCreate(void **matrices, uint64_t count, _Out_ void **out)',
    ),
    setParam: declare<[booster: Handle, name: string, value: string]>(
      'int XGBoosterSetParam(void *booster, const char *name, const char *value)',
    ),
    update: declare<[booster: Handle, round: number, matrix: Handle]>(
      'int XGBoosterUpdateOneIter(void *booster, int round, void *matrix)',
    ),
    evaluate: declare<
      [
        booster: Handle,
        round: number,
        matrices: Handle[],
        names: string[],
        count: number,
        out: [string | null],
      ]
    >(
      'int XGBoosterEvalOneIter(void *booster, int round, void **matrices, const char **names, uint64_t count, _Out_ const char **out)',
    ),
    save: declare<[booster: Handle, config: string, length: [number], out: Out]>(
      'int XGBoosterSaveModelToBuffer(void *booster, const char *config, _Out_ uint64_t *length, _Out_ void **out)',
    ),
    free: declare<[booster: Handle]>('int XGBoosterFree(void *booster)'),
  };
}

function parametersOf({ task, settings, seed, threads }: EngineTask): Record<string, string | number> {
  return {
    objective: task === 'binary' ? 'binary:logistic' : 'reg:squarederror',
    eval_metric: task === 'binary' ? 'logloss' : 'rmse',
    tree_method: 'hist',
    max_depth: settings.depth,
    learning_rate: settings.rate,
    subsample: settings.rowSample,
    colsample_bytree: settings.columnSample,
    reg_lambda: settings.lambda,
    gamma: settings.gamma,
    min_child_weight: settings.minChildWeight,
    max_bin: settings.bins,
    seed,
    nthread: threads,
    verbosity: 0,
  };
}

/** Boosts with XGBoost's histogram method. What it allocates is freed however `work` ends. */
export function withXgboost<T>(
  library: Library,
  task: EngineTask<BoostSettings>,
  work: (booster: Booster) => Promise<T>,
): Promise<T> {
  const api = bind(library);
  const { koffi } = library;
  // NumPy's array interface: how XGBoost reads memory that is not its own.
  const arrayInterface = (values: Float32Array, shape: number[]) =>
    JSON.stringify({
      data: [Number(koffi.address(values)), true],
      ...{ shape, typestr: '<f4', version: 3 },
    });

  return withHandles(async (keep) => {
    function matrixOf({ rows, width, values, target, weight }: Table): Handle {
      const matrix = outputHandle((out) =>
        api.createMatrix(
          arrayInterface(values, [rows, width]),
          `{"missing":NaN,"nthread":${task.threads}}`,
          out,
        ),
      );
      keep(matrix, api.freeMatrix);
      const label = Float32Array.from(target);
      api.setInfo(matrix, 'label', arrayInterface(label, [rows]));
      if (weight.some((w) => w !== 1)) {
        const weights = Float32Array.from(weight);
        api.setInfo(matrix, 'weight', arrayInterface(weights, [rows]));
      }
      return matrix;
    }

    const train = matrixOf(task.train);
    const matrices = { train, validation: task.validation.rows > 0 ? matrixOf(task.validation) : train };
    const known = [...new Set(Object.values(matrices))];
    const booster = outputHandle((out) => api.create(known, known.length, out));
    keep(booster, api.free);
    for (const [name, value] of Object.entries(parametersOf(task))) api.setParam(booster, name, `${value}`);

    let rounds = 0;
    return work({
      grow() {
        api.update(booster, rounds, train);
        return ++rounds;
      },
      loss(part) {
        const out: [string | null] = [null];
        api.evaluate(booster, rounds - 1, [matrices[part]], ['part'], 1, out);
        // Such as "[9]\tpart-rmse:0.0945".
        return Number(out[0]?.slice(out[0].lastIndexOf(':') + 1));
      },
      trees(count) {
        const length: [number] = [0];
        const bytes = outputHandle((out) => api.save(booster, '{"format":"json"}', length, out));
        const text = new TextDecoder().decode(koffi.view(bytes, length[0]));
        const { member } = convertXgboostModel(JSON.parse(text));
        return { ...member, base: Math.fround(member.base), trees: member.trees.slice(0, count) };
      },
    });
  });
}
