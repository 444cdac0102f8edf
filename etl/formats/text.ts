import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TouchlineError } from '../../platform/errors.ts';

const GZIP = [0x1f, 0x8b];
/** Bytes that tell gzip, UTF-16 and a byte order mark apart. */
const MARK = 3;

function tooLarge(name: string, maxBytes: number): TouchlineError {
  return new TouchlineError(
    'FILE_TOO_LARGE',
    `${name} has more than ${maxBytes} bytes once unpacked: split it, or raise the limit.`,
    { details: { file: name, limit: maxBytes } },
  );
}

/** Bytes, gunzipped where the first two say so, whatever the name. @throws FILE_TOO_LARGE, INVALID_FORMAT */
async function* unpacked(source: Readable, name: string, maxBytes: number): AsyncGenerator<Buffer> {
  const chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = head.length > 0 ? Buffer.concat([head, next.value]) : next.value;
    if (head.length >= MARK) break;
  }
  const joined = (async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  let bytes = 0;
  const packed = head[0] === GZIP[0] && head[1] === GZIP[1];
  const stream = packed ? gunzipped(joined, name) : joined;
  try {
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(name, maxBytes);
      yield chunk;
    }
  } finally {
    source.destroy();
  }
}

async function* gunzipped(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const feeding = (async () => {
    try {
      for await (const chunk of chunks) {
        if (!gunzip.write(chunk)) {
          await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
        }
        if (gunzip.destroyed) return;
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
    await feeding;
  } catch (cause) {
    if (cause instanceof TouchlineError || !(cause as { code?: string }).code?.startsWith('Z_')) throw cause;
    throw new TouchlineError(
      'INVALID_FORMAT',
      `${name} is not a whole gzip file: it is cut off or damaged. Copy it again.`,
      { cause, details: { file: name } },
    );
  } finally {
    gunzip.destroy();
  }
}

/** Length of the character that starts with this byte; 1 where none can start with it. */
const lengthOf = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** Where the last character begins, if it is not whole; else the length. */
function wholeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    return lengthOf(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Index of the first byte that is no UTF-8, by halving. */
function firstInvalid(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(bytes.subarray(0, wholeLength(bytes.subarray(0, middle))))) low = middle;
    else high = middle - 1;
  }
  return wholeLength(bytes.subarray(0, low));
}

function notUtf8(name: string, offset: number, hint: string): TouchlineError {
  return new TouchlineError(
    'INVALID_FORMAT',
    `${name} is not UTF-8: byte ${offset} (counted from 0, unpacked) ${hint}. Save it as UTF-8 and try again.`,
    { details: { file: name, offset } },
  );
}

/**
 * Text of a file that may be gzipped, piece by piece, without its byte order mark.
 * @throws FILE_TOO_LARGE beyond `maxBytes` unpacked; INVALID_FORMAT for a damaged gzip, an empty file, or bytes that
 * are no UTF-8, with their offset
 */
export async function* readText(source: Readable, name: string, maxBytes: number): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of unpacked(source, name, maxBytes)) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (
      offset === 0 &&
      bytes.length >= 2 &&
      (bytes.readUInt16LE(0) === 0xfeff || bytes.readUInt16BE(0) === 0xfeff)
    ) {
      throw notUtf8(name, 0, 'begins a UTF-16 text');
    }
    const whole = wholeLength(bytes);
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text)) throw notUtf8(name, offset + firstInvalid(text), 'begins no character');
    const zero = text.indexOf(0);
    if (zero >= 0) throw notUtf8(name, offset + zero, 'is zero, so this is no text');
    const mark = offset === 0 && text.length >= 3 && text.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
    if (whole > mark) yield text.toString('utf8', mark);
    offset += whole;
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) throw notUtf8(name, offset, 'begins a character that is cut off');
  if (offset === 0) {
    throw new TouchlineError('INVALID_FORMAT', `${name} is empty.`, { details: { file: name } });
  }
}
