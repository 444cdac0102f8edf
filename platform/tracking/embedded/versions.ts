import { TouchlineError } from '../../errors.ts';
import type { Document, Store, Stored } from '../../store/store.ts';
import { updateDocument } from '../../store/update-document.ts';
import { checkName } from '../names.ts';
import type { Alias, ModelVersion, Tracking } from '../tracking.ts';

type VersionRecord = ModelVersion & Document;
type AliasRecord = Omit<Alias, 'revision'> & Document;

type Versions = Pick<
  Tracking,
  'createVersion' | 'getVersion' | 'listVersions' | 'tagVersion' | 'getAlias' | 'moveAlias' | 'models'
> & {
  /** Every alias of a model, by name. */
  listAliases(model: string): Promise<Alias[]>;
};

/** Versions and aliases of registered models. */
export function createVersions(store: Store, now: () => string): Versions {
  const versions = store.collection<VersionRecord>('tracking_versions', {
    unique: [['model', 'package']],
    indexes: [
      ['model', 'version'],
      ['version', 'model'],
    ],
  });
  const aliases = store.collection<AliasRecord>('tracking_aliases');
  const idOf = (model: string, name: number | string) => `${model}/${name}`;

  return {
    async createVersion({ model, run, package: hash, tags = {} }) {
      checkName('model', model);
      for (;;) {
        const known = await versions.find({ model, package: hash }, { limit: 1 });
        if (known.items.length > 0) return toVersion(known.items[0]);
        const newest = await versions.find({ model }, { sort: 'version', descending: true, limit: 1 });
        const version = (newest.items[0]?.version ?? 0) + 1;
        const record = {
          id: idOf(model, version),
          model,
          version,
          run,
          package: hash,
          createdAt: now(),
          tags,
        };
        try {
          return toVersion(await versions.insert(record));
        } catch (error) {
          // Another process took the number or registered the package in the meantime: look again.
          if (!(error instanceof TouchlineError) || error.code !== 'ALREADY_EXISTS') throw error;
        }
      }
    },
    async getVersion(model, version) {
      const record = await versions.get(idOf(model, version));
      return record && toVersion(record);
    },
    async listVersions(model) {
      const found: ModelVersion[] = [];
      for await (const record of versions.all({ model }, { sort: 'version', descending: true }))
        found.push(toVersion(record));
      return found;
    },
    async tagVersion(model, version, tags) {
      const written = await updateDocument(
        versions,
        idOf(model, version),
        (record) => record && { ...record, tags: { ...record.tags, ...tags } },
      );
      if (!written) throw absent(model, version);
    },
    async getAlias(model, alias) {
      const record = await aliases.get(idOf(model, alias));
      return record && toAlias(record);
    },
    async listAliases(model) {
      const found: Alias[] = [];
      for await (const record of aliases.all({ model })) found.push(toAlias(record));
      return found;
    },
    async moveAlias(model, alias, version, expected) {
      checkName('alias', alias);
      if (!(await versions.get(idOf(model, version)))) throw absent(model, version);
      const record = { id: idOf(model, alias), model, alias, version };
      const written = await aliases.compareAndSwap(record, expected);
      return written && toAlias(written);
    },
    async models() {
      const names: string[] = [];
      for await (const { model } of versions.all({ version: 1 }, { sort: 'model' })) names.push(model);
      return names;
    },
  };
}

const absent = (model: string, version: number) =>
  new TouchlineError('NOT_FOUND', `Model '${model}' has no version ${version}.`);

const toAlias = ({ model, alias, version, _version }: Stored<AliasRecord>): Alias => ({
  ...{ model, alias, version },
  revision: _version,
});

function toVersion({ model, version, run, package: hash, createdAt, tags }: VersionRecord): ModelVersion {
  return { model, version, run, package: hash, createdAt, tags };
}
