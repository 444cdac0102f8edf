import { convertLightgbmModel } from '../../../models/trees/lightgbm-model.ts';
import type { BoostSettings } from '../../trees/settings.ts';
import type { Table } from '../../trees/table.ts';
import type { Library } from '../library.ts';
import { declarer, type Handle, outputHandle, withHandles } from '../native.ts';
import type { Booster, EngineTask } from '../rounds.ts';

export interface LightgbmSettings extends BoostSettings {
  /** Most leaves of a tree. */
  leaves: number;
  /** Fewest rows of a leaf. */
  minLeafRows: number;
}

type Out = [Handle | null];

/** The functions of LightGBM's C API (`LightGBM/c_api.h`) that training uses. */
function bind(library: Library) {
  const declare = declarer(library, 'LightGBM', 'LGBM_GetLastError');
  return {
    createDataset: declare<
      [
        data: Float32Array,
        type: number,
        rows: number,
        columns: number,
        rowMajor: number,
        parameters: string,
        reference: Handle | null,
        out: Out,
      ]
    >(
      'int LGBM_DatasetCreateFromMat(void *data, int type, int32_t rows, int32_t columns, int rowMajor, const char *parameters, void *reference, _Out_ void **out)',
    ),
    setField: declare<[dataset: Handle, field: string, data: Float32Array, length: number, type: number]>(
      'int LGBM_DatasetSetField(void *dataset, const char *field, void *data, int length, int type)',
    ),
    freeDataset: declare<[dataset: Handle]>('int LGBM_DatasetFree(void *dataset)'),
    create: declare<[dataset: Handle, parameters: string, out: Out]>(
      'int LGBM_BoosterCreate(void *dataset, const char *parameters, _Out_ void **out)',
    ),
    addValidation: declare<[booster: Handle, dataset: Handle]>(
      'int LGBM_BoosterAddValidData(void *booster, void *dataset)',
    ),
    update: declare<[booster: Handle, finished: [number]]>(
      'int LGBM_BoosterUpdateOneIter(void *booster, _Out_ int *finished)',
    ),
    iterations: declare<[booster: Handle, out: [number]]>(
      'int LGBM_BoosterGetCurrentIteration(void *booster, _Out_ int *out)',
    ),
    evaluate: declare<[booster: Handle, part: number, count: [number], out: Float64Array]>(
      'int LGBM_BoosterGetEval(void *booster, int part, _Out_ int *count, void *out)',
    ),
    dump: declare<
      [
        booster: Handle,
        start: number,
        count: number,
        importance: number,
        capacity: number,
        length: [number],
        out: Uint8Array,
      ]
    >(
      'int LGBM_BoosterDumpModel(void *booster, int start, int count, int importance, int64_t capacity, _Out_ int64_t *length, void *out)',
    ),
    free: declare<[booster: Handle]>('int LGBM_BoosterFree(void *booster)'),
  };
}

const FLOAT32 = 0;
const ROW_MAJOR = 1;
/** Models are dumped into it; kept for the next one and enlarged when a model does not fit. */
let dumpBuffer = new Uint8Array(2 ** 20);

function parametersOf({ task, settings, seed, threads }: EngineTask<LightgbmSettings>): string {
  return Object.entries({
    objective: task === 'binary' ? 'binary' : 'regression',
    metric: task === 'binary' ? 'binary_logloss' : 'rmse',
    max_depth: settings.depth,
    num_leaves: settings.leaves,
    learning_rate: settings.rate,
    bagging_fraction: settings.rowSample,
    // LightGBM ignores the fraction of rows without it.
    bagging_freq: settings.rowSample < 1 ? 1 : 0,
    feature_fraction: settings.columnSample,
    lambda_l2: settings.lambda,
    min_gain_to_split: settings.gamma,
    min_sum_hessian_in_leaf: settings.minChildWeight,
    min_data_in_leaf: settings.minLeafRows,
    max_bin: settings.bins,
    seed,
    num_threads: threads,
    verbosity: -1,
    // One thread then sums a column's histogram in the order of the rows, whatever the number of threads.
    deterministic: true,
    force_col_wise: true,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Boosts with LightGBM, leaf by leaf. What it allocates is freed however `work` ends. */
export function withLightgbm<T>(
  library: Library,
  task: EngineTask<LightgbmSettings>,
  work: (booster: Booster) => Promise<T>,
): Promise<T> {
  const api = bind(library);
  const parameters = parametersOf(task);

  return withHandles(async (keep) => {
    function datasetOf({ rows, width, values, target, weight }: Table, reference: Handle | null): Handle {
      const dataset = outputHandle((out) =>
        api.createDataset(values, FLOAT32, rows, width, ROW_MAJOR, parameters, reference, out),
      );
      keep(dataset, api.freeDataset);
      api.setField(dataset, 'label', Float32Array.from(target), rows, FLOAT32);
      if (weight.some((w) => w !== 1))
        api.setField(dataset, 'weight', Float32Array.from(weight), rows, FLOAT32);
      return dataset;
    }

    const train = datasetOf(task.train, null);
    const validation = task.validation.rows > 0 ? datasetOf(task.validation, train) : undefined;
    const booster = outputHandle((out) => api.create(train, parameters, out));
    keep(booster, api.free);
    if (validation !== undefined) api.addValidation(booster, validation);

    return work({
      grow() {
        // A round without a split is not the end: the next sample of rows may have one.
        api.update(booster, [0]);
        const trees: [number] = [0];
        api.iterations(booster, trees);
        return trees[0];
      },
      loss(part) {
        const out = new Float64Array(1);
        api.evaluate(booster, part === 'train' ? 0 : 1, [0], out);
        return out[0];
      },
      trees(count) {
        const length: [number] = [0];
        const dump = () => api.dump(booster, 0, count, 0, dumpBuffer.length, length, dumpBuffer);
        dump();
        if (length[0] > dumpBuffer.length) {
          dumpBuffer = new Uint8Array(2 * length[0]);
          dump();
        }
        // The length counts the zero at the end.
        const text = new TextDecoder().decode(dumpBuffer.subarray(0, length[0] - 1));
        return convertLightgbmModel(JSON.parse(text)).member;
      },
    });
  });
}
