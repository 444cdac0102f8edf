import { z } from 'zod';
import type { BlobHash, Blobs } from '../../platform/blobs/blobs.ts';
import { TouchlineError } from '../../platform/errors.ts';
import { canonicalJson, hashBytes } from '../../platform/hash.ts';
import type { Tracking } from '../../platform/tracking/tracking.ts';
import { checkFiles, checkNames, checkSize, invalid, manifestOf, packageHash } from './files.ts';
import type { PackageFiles } from './package.ts';

/** Packages by content hash; each file is stored as a blob. */
export interface Packages {
  /** Stores a package; idempotent. @returns its hash */
  put(files: PackageFiles): Promise<BlobHash>;
  /** @throws NOT_FOUND where it is absent; PACKAGE_INVALID where the stored bytes are not a package or were changed */
  get(hash: BlobHash): Promise<PackageFiles>;
}

const MAX_MANIFEST_BYTES = 16 * 1024;
const manifestSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

function parseManifest(bytes: Uint8Array): Record<string, string> {
  if (bytes.length > MAX_MANIFEST_BYTES) throw invalid('its manifest is too large');
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw invalid('its manifest is damaged', error);
  }
}

async function readCapped(
  blobs: Blobs,
  hash: BlobHash,
  what: string,
  check: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await blobs.stream(hash)) {
      bytes += chunk.length;
      check(bytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof TouchlineError && error.details.damaged === hash)
      throw invalid(`${what} does not match its hash`, error);
    throw error;
  }
  return Buffer.concat(chunks);
}

/**
 * Packages in a blob store. The hash of a package is that of its manifest, a blob that lists the hashes of its files. A
 * package that is missing here is fetched from the registry if that is shared with other machines, verified, and stored.
 */
export function openPackages({ blobs, tracking }: { blobs: Blobs; tracking?: Tracking }): Packages {
  const packages: Packages = {
    async put(files) {
      checkFiles(files);
      await Promise.all([...files.values()].map((bytes) => blobs.put(bytes)));
      // Last, so that a manifest never lists a file that is missing.
      return (await blobs.put(canonicalJson(manifestOf(files)))).hash;
    },
    async get(hash) {
      if (hash === '')
        throw invalid(
          'the version was registered by another program; import it with `touchline champion <product> promote <version>`',
        );
      if (tracking?.shared && !(await blobs.has(hash))) {
        const fetched = await fetchPackage(hash, tracking);
        if (fetched) await packages.put(fetched);
      }
      const bytes = await readCapped(blobs, hash, 'its manifest', (size) => {
        if (size > MAX_MANIFEST_BYTES) throw invalid('its manifest is too large');
      });
      if (hashBytes(bytes) !== hash) throw invalid('its manifest does not match its hash');
      const manifest = parseManifest(bytes);
      checkNames(Object.keys(manifest));
      const files = new Map<string, Uint8Array>();
      for (const [name, own] of Object.entries(manifest)) {
        const content = await readCapped(blobs, own, name, (size) => checkSize(name, size));
        if (hashBytes(content) !== own) throw invalid(`${name} does not match its hash`);
        files.set(name, content);
      }
      return files;
    },
  };
  return packages;
}

/** Folder of the package's files among the artifacts of the run that produced it. */
const FOLDER = 'package/';

async function fetchPackage(hash: BlobHash, tracking: Tracking): Promise<PackageFiles | undefined> {
  const version = await tracking.shared?.findPackage(hash);
  if (version === undefined) return undefined;
  const listed = await tracking.listArtifacts(version.run, FOLDER);
  const files = new Map<string, Uint8Array>();
  checkNames(listed.map(({ path }) => path.slice(FOLDER.length)));
  for (const { path, bytes } of listed) {
    const name = path.slice(FOLDER.length);
    checkSize(name, bytes);
    files.set(name, await tracking.getArtifact(version.run, path));
  }
  checkFiles(files);
  if (packageHash(files) !== hash)
    throw invalid(`version ${version.version} of ${version.model} has other files than were registered`);
  return files;
}
