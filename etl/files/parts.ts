import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { TouchlineError } from '../../platform/errors.ts';
import type { Part, SourceFile } from '../source.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import type { FoundFile } from './find-files.ts';
import { unpack } from './unpack.ts';

/** A file on disk as a part of a unit. Its size is checked before it is read. */
export function filePart(file: FoundFile, maxBytes: number): Part {
  return {
    name: file.name,
    async open() {
      try {
        const { size } = await stat(file.path);
        if (size > maxBytes) {
          throw new TouchlineError(
            'FILE_TOO_LARGE',
            `${file.name} has ${size} bytes, the limit is ${maxBytes}: split it, or raise the limit.`,
            { details: { file: file.name, bytes: size, limit: maxBytes } },
          );
        }
        const handle = await open(file.path, 'r');
        return createReadStream(file.path, { fd: handle });
      } catch (cause) {
        if (cause instanceof TouchlineError) throw cause;
        throw new TouchlineError('NOT_FOUND', `${file.name} cannot be opened: ${(cause as Error).message}`, {
          cause,
        });
      }
    },
  };
}

/** Bytes in memory as a part of a unit. */
export function memoryPart(name: string, bytes: Uint8Array): Part {
  return { name, open: async () => Readable.from([Buffer.from(bytes)], { objectMode: false }) };
}

/** A part as formats read it: gunzipped, up to `maxBytes`, as bytes or as text. */
export function sourceFile({ name, open }: Part, maxBytes = Number.POSITIVE_INFINITY): SourceFile {
  async function* bytes() {
    yield* unpack(await open(), name, maxBytes);
  }
  return { name, bytes, text: () => decodeUtf8(bytes(), name) };
}
