import { loadPackage } from '../models/package/load.ts';
import type { LoadedModel } from '../models/package/package.ts';
import { openPackages } from '../models/package/store.ts';
import { TouchlineError } from '../platform/errors.ts';
import type { Platform } from '../platform/open.ts';
import type { ModelVersion } from '../platform/tracking/tracking.ts';
import { CHAMPION } from '../registry/history.ts';

/** Alias of the version that the gate judged last. */
export const CHALLENGER = 'challenger';

export interface ResolvedModel {
  version: ModelVersion;
  model: LoadedModel;
}

/**
 * A version by name, loaded and checked.
 * @param name `champion`, `challenger` or a version number.
 * @throws NOT_FOUND if there is no such version; INVALID_INPUT for any other name; PACKAGE_INVALID, PARITY_FAILED.
 */
export async function resolveModel(
  product: string,
  name: string,
  { tracking, blobs }: Pick<Platform, 'tracking' | 'blobs'>,
): Promise<ResolvedModel> {
  let number: number | undefined;
  if (name === CHAMPION || name === CHALLENGER) number = (await tracking.getAlias(product, name))?.version;
  else if (/^[1-9]\d{0,8}$/.test(name)) number = Number(name);
  else
    throw new TouchlineError(
      'INVALID_INPUT',
      `'${name}' is not a model: use champion, challenger or a version number.`,
    );
  const version = number === undefined ? undefined : await tracking.getVersion(product, number);
  if (!version)
    throw new TouchlineError(
      'NOT_FOUND',
      number === undefined
        ? `${product} has no ${name} yet: run \`touchline run ${product}\` first.`
        : `${product} has no version ${number}.`,
    );
  const files = await openPackages({ blobs, tracking }).get(version.package);
  return { version, model: await loadPackage(files, { hash: version.package }) };
}
