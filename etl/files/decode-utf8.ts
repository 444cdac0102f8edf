import { isUtf8 } from 'node:buffer';
import { TouchlineError } from '../../platform/errors.ts';
import { withFirstChunk } from './unpack.ts';

const BYTE_ORDER_MARK = 0xefbbbf;
const MARK_LENGTH = 3;

/**
 * The text of a file, piece by piece, without its byte order mark. No piece ends within a character.
 * @throws INVALID_FORMAT for an empty file and for bytes that are not UTF-8 text, with their offset
 */
export async function* decodeUtf8(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of withFirstChunk(bytes, MARK_LENGTH)) {
    if (offset === 0 && rest.length === 0 && isUtf16(chunk)) throw notUtf8(name, 0, 'starts a UTF-16 text');
    const joined = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = wholeLength(joined);
    const text = joined.subarray(0, whole);
    if (!isUtf8(text)) throw notUtf8(name, offset + firstInvalid(text), 'does not start a character');
    const zero = text.indexOf(0);
    if (zero >= 0) throw notUtf8(name, offset + zero, 'is zero, which text does not contain');
    const from = offset === 0 && hasMark(text) ? MARK_LENGTH : 0;
    if (whole > from) yield text.toString('utf8', from);
    offset += whole;
    rest = joined.subarray(whole);
  }
  if (rest.length > 0) throw notUtf8(name, offset, 'starts a character that is cut off');
  if (offset === 0) {
    throw new TouchlineError('INVALID_FORMAT', `${name} is empty.`, { details: { file: name } });
  }
}

const hasMark = (head: Buffer): boolean =>
  head.length >= MARK_LENGTH && head.readUIntBE(0, MARK_LENGTH) === BYTE_ORDER_MARK;

const isUtf16 = (head: Buffer): boolean =>
  head.length >= 2 && (head.readUInt16LE(0) === 0xfeff || head.readUInt16BE(0) === 0xfeff);

/** Length of the character that this byte starts; 1 for a byte that cannot start one. */
const lengthOf = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** Length up to the last complete character. */
function wholeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    return lengthOf(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Index of the first byte that is not UTF-8, found by bisection. */
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

function notUtf8(name: string, offset: number, what: string): TouchlineError {
  return new TouchlineError(
    'INVALID_FORMAT',
    `${name} is not UTF-8: byte ${offset} (counted from 0, unpacked) ${what}. Save it as UTF-8 and try again.`,
    { details: { file: name, offset } },
  );
}
