import { describe, expect, it } from 'vitest';
import { chooseDevice } from '../../models/onnx/device.ts';
import { buildPackage } from '../../models/package/build.ts';
import { checkParity, outputsOf } from '../../models/package/golden.ts';
import { loadPackage } from '../../models/package/load.ts';
import { contentsOf, randomDefinition, randomRows } from './random-definition.ts';

const { device, reason } = await chooseDevice('auto');

it('chooses the CPU without probing for a GPU', async () => {
  expect(await chooseDevice('cpu')).toEqual({ device: 'cpu', reason: 'as the setting asks' });
});

describe.skipIf(device === 'cuda')('without a GPU that onnxruntime can use', () => {
  it('chooses the CPU and states the reason', () => {
    expect(reason).toMatch(/^onnxruntime's CUDA provider does not work here: .*\w/);
    expect(reason).not.toContain('undefined');
  });

  it('rejects the setting `cuda` with the reason and a remedy', async () => {
    await expect(chooseDevice('cuda')).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/^device = cuda: .*does not work here: .* set device to auto or cpu\.$/),
      details: { settings: ['device'] },
    });
  });

  it('loads packages on the CPU', async () => {
    const { files } = await buildPackage(contentsOf(randomDefinition(1)));
    const model = await loadPackage(files, { device });
    expect(model.device).toBe('cpu');
    await model.close();
  });
});

describe.skipIf(device === 'cpu')('with a GPU that onnxruntime can use', () => {
  it('gives the same outputs as the CPU, for every kind of member', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { files } = await buildPackage(contentsOf(randomDefinition(seed)));
      const cpu = await loadPackage(files);
      const cuda = await loadPackage(files, { device });
      expect(cuda.device).toBe('cuda');
      const rows = randomRows(seed, 300);
      const { signature } = cpu;
      const expected = outputsOf(signature, await cpu.predict(rows));
      checkParity(expected, outputsOf(signature, await cuda.predict(rows)), 'cuda');
      await Promise.all([cpu.close(), cuda.close()]);
    }
  });
});
