import { beforeAll, describe, expect, it } from 'vitest';
import { chooseDevice } from '../../models/onnx/device.ts';
import { makeFolder } from '../conformance/tools.ts';
import { builtTouchline, documentOf, touchline } from './touchline.ts';

const { device, reason } = await chooseDevice('auto');
const CUDA = { TOUCHLINE_DEVICE: 'cuda', TOUCHLINE_PORT: '0' };

describe('the device for inference', () => {
  let data: string;
  beforeAll(async () => {
    data = makeFolder();
    await builtTouchline();
  }, 120_000);

  const inference = async (env = {}) => {
    const ended = await touchline(['doctor', '--json', '--data', data], { env });
    const { checks } = documentOf(ended);
    return { status: ended.status, check: checks.find(({ name }: { name: string }) => name === 'inference') };
  };

  it('is reported by doctor with the reason', async () => {
    const { status, check } = await inference();
    expect(check).toEqual({ name: 'inference', status: 'ok', detail: `${device}: ${reason}` });
    expect(status).toBe(0);
  });

  it.skipIf(device === 'cuda')(
    'fails doctor if the setting is cuda and no GPU can be used (skipped where one can)',
    async () => {
      const { status, check } = await inference(CUDA);
      expect(check).toMatchObject({
        status: 'failed',
        detail: expect.stringMatching(/^device = cuda: .*auto or cpu/),
      });
      expect(status).toBe(1);
    },
  );

  it.skipIf(device === 'cuda')(
    'stops a server from starting if it is not available (skipped where it is)',
    async () => {
      const { status, stderr } = await touchline(['serve', '--data', data], { env: CUDA });
      expect(stderr).toMatch(/device = cuda: onnxruntime's CUDA provider does not work here/);
      expect(status).toBe(2);
    },
  );
});
