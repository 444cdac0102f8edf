import { closeSync, openSync, readSync } from 'node:fs';
import { TouchlineError } from '../../platform/errors.ts';

export type EngineName = 'xgboost' | 'lightgbm';

/** What one platform needs of an engine. */
export interface Build {
  /** File name of the wheel; its first part is the project in the index. */
  wheel: string;
  sha256: string;
  bytes: number;
  /** The library: its path in the wheel, which is kept. */
  library: string;
  /** Bytes of the files that are kept, by path: the library and what it loads. */
  files: Readonly<Record<string, number>>;
}

/** An official library that trains, pinned to one version: results are those of this version everywhere. */
export interface Engine {
  name: EngineName;
  title: string;
  version: string;
  /** What it is for, to people. */
  purpose: string;
  /** By `platform-arch` as Node calls them. Those of Linux need glibc 2.28 or later. */
  builds: Readonly<Record<string, Build>>;
}

export const ENGINES: Readonly<Record<EngineName, Engine>> = {
  xgboost: {
    name: 'xgboost',
    title: 'XGBoost',
    version: '3.2.0',
    purpose: 'boosted trees by the official library: estimator xgboost',
    builds: {
      'linux-x64': {
        wheel: 'xgboost_cpu-3.2.0-py3-none-manylinux_2_28_x86_64.whl',
        sha256: '9c10b1653e1a689bf4094a328144cf3633c9be0e5217a76fbdc2fde6abcb2950',
        bytes: 5_595_924,
        library: 'xgboost/lib/libxgboost.so',
        files: {
          'xgboost/lib/libxgboost.so': 17_135_761,
          'xgboost_cpu.libs/libgomp-e985bcbb.so.1.0.0': 253_289,
        },
      },
      'linux-arm64': {
        wheel: 'xgboost_cpu-3.2.0-py3-none-manylinux_2_28_aarch64.whl',
        sha256: '896b9e2bc52ec0921edf92ddd1cebedf47032e94992b7aca0293524d380ce6e9',
        bytes: 5_213_428,
        library: 'xgboost/lib/libxgboost.so',
        files: {
          'xgboost/lib/libxgboost.so': 14_580_465,
          'xgboost_cpu.libs/libgomp-a49a47f9.so.1.0.0': 343_345,
        },
      },
      'darwin-arm64': {
        wheel: 'xgboost-3.2.0-py3-none-macosx_12_0_arm64.whl',
        sha256: 'eabbd40d474b8dbf6cb3536325f9150b9e6f0db32d18de9914fb3227d0bef5b7',
        bytes: 2_328_527,
        library: 'xgboost/lib/libxgboost.dylib',
        files: { 'xgboost/lib/libxgboost.dylib': 8_260_416 },
      },
    },
  },
  lightgbm: {
    name: 'lightgbm',
    title: 'LightGBM',
    version: '4.7.0',
    purpose: 'boosted trees by the official library: estimator lightgbm',
    builds: {
      'linux-x64': {
        wheel: 'lightgbm-4.7.0-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl',
        sha256: 'd23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7',
        bytes: 3_476_028,
        library: 'lightgbm/lib/lib_lightgbm.so',
        files: { 'lightgbm/lib/lib_lightgbm.so': 9_247_120 },
      },
      'linux-arm64': {
        wheel: 'lightgbm-4.7.0-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl',
        sha256: 'd4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8',
        bytes: 3_349_492,
        library: 'lightgbm/lib/lib_lightgbm.so',
        files: { 'lightgbm/lib/lib_lightgbm.so': 8_085_632 },
      },
      'darwin-arm64': {
        wheel: 'lightgbm-4.7.0-py3-none-macosx_12_0_arm64.whl',
        sha256: '129535462686f274df179133643118c5c5c5667167fe6c3a28d955f0b3c8e868',
        bytes: 1_498_914,
        library: 'lightgbm/lib/lib_lightgbm.dylib',
        files: { 'lightgbm/lib/lib_lightgbm.dylib': 4_710_224 },
      },
    },
  },
};

/** An engine by name; INVALID_INPUT names the known ones. */
export function engineNamed(name: string): Engine {
  if (Object.hasOwn(ENGINES, name)) return ENGINES[name as EngineName];
  throw new TouchlineError(
    'INVALID_INPUT',
    `There is no engine '${name}': use one of ${Object.keys(ENGINES).join(', ')}.`,
  );
}

/** What this machine is to the table; `linux-x64-musl` and the like are in none. */
export function thisPlatform(): string {
  const { platform, arch } = process;
  return platform === 'linux' && usesMusl() ? `linux-${arch}-musl` : `${platform}-${arch}`;
}

/** Whether Node itself runs on musl: the head of its file names the loader. */
function usesMusl(): boolean {
  const head = Buffer.alloc(4096);
  const file = openSync(process.execPath, 'r');
  try {
    readSync(file, head);
    return head.includes('ld-musl');
  } finally {
    closeSync(file);
  }
}

/** The build of an engine for a platform. @throws UNAVAILABLE where there is none, with what runs there instead. */
export function buildOf(engine: Engine, platform = thisPlatform()): Build {
  const build = engine.builds[platform];
  if (build) return build;
  throw new TouchlineError(
    'UNAVAILABLE',
    `${engine.title} has no library for ${platform}, only for ${Object.keys(engine.builds).join(', ')}: train with 'boosting', which runs everywhere.`,
    { details: { engine: engine.name, platform } },
  );
}
