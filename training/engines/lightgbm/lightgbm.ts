import type { Engine } from '../engine.ts';

/** The pinned wheels of LightGBM. */
export const lightgbm: Engine = {
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
};
