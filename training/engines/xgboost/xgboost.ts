import type { Engine } from '../engine.ts';

/** The pinned wheels of XGBoost. */
export const xgboost: Engine = {
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
};
