import { TouchlineError } from '../../errors.ts';
import { redactText } from '../../redact.ts';

/** The setting whose server answers; it is named in every message. */
export type MongoSetting = 'TOUCHLINE_STORE' | 'TOUCHLINE_BLOBS';

/** What is read of the driver's errors. By their fields and names: the driver is loaded only where it is used. */
interface Foreign {
  name?: string;
  message?: string;
  /** The words of the error of one document in a bulk write. */
  errmsg?: string;
  writeErrors?: unknown;
  code?: unknown;
  cause?: unknown;
  reason?: unknown;
  keyPattern?: Record<string, unknown>;
}

const asForeign = (error: unknown): Foreign => (typeof error === 'object' && error !== null ? error : {});

/** A unique key, the id or another one, is taken already. */
export const isTaken = (error: unknown): boolean => asForeign(error).code === 11_000;

/** The key that is taken is the id. */
export function isIdTaken(error: unknown): boolean {
  const { keyPattern, message = '' } = asForeign(error);
  return isTaken(error) && (keyPattern === undefined ? /index: _id_/.test(message) : '_id' in keyPattern);
}

/** The error, those of single documents, what caused it, and what the driver last heard of each server. */
function chain(error: unknown, depth = 0): Foreign[] {
  if (depth > 6 || typeof error !== 'object' || error === null) return [];
  const foreign = error as Foreign;
  const { servers } = asForeign(foreign.reason) as { servers?: unknown };
  const heard = servers instanceof Map ? [...servers.values()] : [];
  const each = Array.isArray(foreign.writeErrors) ? foreign.writeErrors : [];
  return [
    foreign,
    ...each,
    ...chain(foreign.cause, depth + 1),
    ...heard.flatMap((server: { error?: unknown }) => chain(server.error, depth + 1)),
  ];
}

interface Trouble {
  /** Codes of the server or of the system, names of the driver's errors. */
  codes?: readonly (number | string)[];
  text?: RegExp;
  code: 'UNAVAILABLE' | 'INVALID_CONFIG' | 'INVALID_INPUT';
  /** What is wrong and what to do; the setting is added. */
  message: string;
}

const ADDRESS =
  'The address of MongoDB is not of the form mongodb://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?OPTIONS]';

/** The first that fits says it. */
const TROUBLES: readonly Trouble[] = [
  {
    codes: [10_334, 17_419, 17_420, 'ERR_OUT_OF_RANGE'],
    text: /larger than the maximum size/i,
    code: 'INVALID_INPUT',
    message: 'A document is larger than the 16 MiB that MongoDB takes: split it',
  },
  {
    codes: [14_031],
    text: /no space left on device|ENOSPC|disk is full|available disk space/i,
    code: 'UNAVAILABLE',
    message: "MongoDB's disk is full: free some space there",
  },
  {
    codes: [18, 8_000],
    text: /authentication failed/i,
    code: 'INVALID_CONFIG',
    message:
      'MongoDB refuses the user or the password: correct them in the URL (percent-encoded), and name the database that knows the user with ?authSource=',
  },
  {
    codes: [13],
    text: /not authorized|requires authentication/i,
    code: 'INVALID_CONFIG',
    message:
      'The user may not do that on this MongoDB: put a user into the URL that has the role readWrite on the database',
  },
  {
    codes: ['MongoCompatibilityError'],
    text: /maximum wire version|minimum wire version/i,
    code: 'INVALID_CONFIG',
    message: 'The MongoDB server is too old (or far too new) for the driver: use MongoDB 4.4 or newer',
  },
  {
    codes: ['MongoParseError', 'MongoInvalidArgumentError', 'MongoMissingCredentialsError', 'MongoAPIError'],
    code: 'INVALID_CONFIG',
    message: ADDRESS,
  },
  {
    codes: ['MongoMissingDependencyError'],
    code: 'INVALID_CONFIG',
    message: 'The address of MongoDB asks for an option that needs a package that is not installed',
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    text: /self[- ]signed certificate|unable to verify the first certificate|unable to get (local )?issuer/i,
    code: 'INVALID_CONFIG',
    message:
      "MongoDB's TLS certificate is not trusted: name its authority with &tlsCAFile=, and the host as the certificate does",
  },
  {
    text: /before secure TLS connection|'secureConnect' timed out|wrong version number|SSL routines|EPROTO|ERR_SSL/i,
    code: 'INVALID_CONFIG',
    message:
      'MongoDB does not speak TLS at that address: drop tls=true from the URL, or turn TLS on at the server',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL'],
    text: /ENOTFOUND|EAI_AGAIN|querySrv/,
    code: 'UNAVAILABLE',
    message: 'The name of the MongoDB host is not known: correct the host in the URL, or look at the DNS',
  },
  {
    codes: ['ECONNREFUSED'],
    text: /ECONNREFUSED/,
    code: 'UNAVAILABLE',
    message:
      'Nothing listens at the address of MongoDB: start the server, or correct host and port in the URL',
  },
  {
    codes: [64, 100, 'MongoWriteConcernError'],
    code: 'UNAVAILABLE',
    message: 'Too few members of the MongoDB replica set confirm writes: look at rs.status() there',
  },
  {
    codes: [91, 189, 10_107, 11_600, 11_602, 13_435, 13_436],
    code: 'UNAVAILABLE',
    message: 'MongoDB is stopping or choosing a new primary: it is back within seconds, try again',
  },
  {
    codes: ['MongoNotConnectedError', 'MongoTopologyClosedError', 'MongoClientClosedError'],
    code: 'UNAVAILABLE',
    message: 'The connection to MongoDB is closed',
  },
  {
    codes: [
      'MongoServerSelectionError',
      'MongoNetworkError',
      'MongoNetworkTimeoutError',
      'MongoOperationTimeoutError',
      'MongoPoolClearedError',
      'MongoPoolClosedError',
      'MongoStalePrimaryError',
      'PoolClearedOnNetworkError',
      'MongoWaitQueueTimeoutError',
      'MongoServerClosedError',
      // The driver lets some through as they come from the socket.
      ...['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    ],
    code: 'UNAVAILABLE',
    message:
      'MongoDB does not answer: start the server, look at the network, at host and port in the URL, and at tls=true where it wants TLS',
  },
  {
    codes: ['BSONError', 'BSONVersionError'],
    code: 'INVALID_INPUT',
    message:
      'A document has a field that MongoDB cannot keep: no name may contain a zero byte or be _bsontype',
  },
];

const fits = (
  { codes = [], text }: Trouble,
  { name, code, errmsg, message = errmsg ?? '' }: Foreign,
): boolean => codes.includes(code as number) || codes.includes(name ?? '') || (text?.test(message) ?? false);

/** What the driver threw, as one of ours that says which setting to look at. Nothing of the URL's secrets is in it. */
export function fromMongo(error: unknown, setting: MongoSetting): TouchlineError {
  if (error instanceof TouchlineError) return error;
  const found = chain(error);
  const trouble = TROUBLES.find((one) => found.some((foreign) => fits(one, foreign)));
  const said = redactText(asForeign(error).message ?? String(error)).slice(0, 300);
  if (trouble === undefined)
    return new TouchlineError('INTERNAL', `MongoDB failed: ${said}`, { cause: error });
  return new TouchlineError(trouble.code, `${trouble.message} (${setting}).`, {
    cause: error,
    details: { setting, said },
  });
}

const FORM = /^mongodb(\+srv)?:\/\/[^/?\s]+(\/[^/?\s]*)?(\?\S*)?$/;

/** Looks at an address without asking anybody. @throws INVALID_CONFIG */
export function checkAddress(url: string, setting: MongoSetting): void {
  if (!FORM.test(url))
    throw new TouchlineError('INVALID_CONFIG', `${ADDRESS} (${setting}).`, { details: { setting } });
}
