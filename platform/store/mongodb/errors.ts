import { TouchlineError } from '../../errors.ts';
import { redactText } from '../../redact.ts';

/** The setting that names the server; every message ends with it. */
export type MongoSetting = 'TOUCHLINE_STORE' | 'TOUCHLINE_BLOBS';

/**
 * What is read from the driver's errors: fields and names rather than classes, because the driver is loaded only where it
 * is used.
 */
interface DriverError {
  name?: string;
  message?: string;
  /** The message of the error of one document in a bulk write. */
  errmsg?: string;
  writeErrors?: unknown;
  code?: unknown;
  cause?: unknown;
  reason?: unknown;
  keyPattern?: Record<string, unknown>;
}

const asDriverError = (error: unknown): DriverError =>
  typeof error === 'object' && error !== null ? error : {};

/** Whether the id or another unique key was already taken. */
export const isDuplicateKey = (error: unknown): boolean => asDriverError(error).code === 11_000;

/** Whether the id was already taken. */
export function isDuplicateId(error: unknown): boolean {
  const { keyPattern, errmsg, message = errmsg ?? '' } = asDriverError(error);
  if (!isDuplicateKey(error)) return false;
  return keyPattern === undefined ? /index: (\S+)/.exec(message)?.[1] === '_id_' : '_id' in keyPattern;
}

/** The error, the errors of single documents, its causes, and the last error that the driver saw of each server. */
function allErrors(error: unknown, depth = 0): DriverError[] {
  if (depth > 6 || typeof error !== 'object' || error === null) return [];
  const outer = error as DriverError;
  const { servers } = asDriverError(outer.reason) as { servers?: unknown };
  const ofServers = servers instanceof Map ? [...servers.values()] : [];
  const ofDocuments = Array.isArray(outer.writeErrors) ? outer.writeErrors : [];
  return [
    outer,
    ...ofDocuments,
    ...allErrors(outer.cause, depth + 1),
    ...ofServers.flatMap((server: { error?: unknown }) => allErrors(server.error, depth + 1)),
  ];
}

/** How an error of the driver is reported. */
interface ErrorRule {
  /** Codes of the server or of the system, or names of the driver's errors, that the rule applies to. */
  codes?: readonly (number | string)[];
  /** Messages that the rule applies to. */
  text?: RegExp;
  code: 'UNAVAILABLE' | 'INVALID_CONFIG' | 'INVALID_INPUT';
  /** What is wrong and what to do; the setting is appended. */
  message: string;
}

const ADDRESS =
  'The address of MongoDB must have the form mongodb://[USER:PASSWORD@]HOST[:PORT][/DATABASE][?OPTIONS]';

/** The first rule that applies to any of the errors wins. */
const ERROR_RULES: readonly ErrorRule[] = [
  {
    codes: [10_334, 17_419, 17_420, 'ERR_OUT_OF_RANGE'],
    text: /larger than the maximum size/i,
    code: 'INVALID_INPUT',
    message: 'A document is larger than the 16 MiB that MongoDB accepts: split it',
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
      'MongoDB rejected the user name or password: correct them in the URL (percent-encoded), and name the database that holds the user with ?authSource=',
  },
  {
    codes: [13],
    text: /not authorized|requires authentication/i,
    code: 'INVALID_CONFIG',
    message:
      'The user lacks permission on this MongoDB: use one with the role readWrite on the database in the URL',
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
    message: 'The address of MongoDB has an option that needs a package that is not installed',
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    text: /self[- ]signed certificate|unable to verify the first certificate|unable to get (local )?issuer/i,
    code: 'INVALID_CONFIG',
    message:
      'The TLS certificate of MongoDB is not trusted: name its authority with &tlsCAFile=, and use the host name that the certificate states',
  },
  {
    text: /before secure TLS connection|'secureConnect' timed out|wrong version number|SSL routines|EPROTO|ERR_SSL/i,
    code: 'INVALID_CONFIG',
    message:
      'MongoDB does not use TLS at that address: remove tls=true from the URL, or enable TLS on the server',
  },
  {
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL'],
    text: /ENOTFOUND|EAI_AGAIN|querySrv/,
    code: 'UNAVAILABLE',
    message: 'The host name of MongoDB cannot be resolved: correct the host in the URL, or check the DNS',
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
    message: 'Too few members of the MongoDB replica set confirm writes: check rs.status() there',
  },
  {
    codes: [91, 189, 10_107, 11_600, 11_602, 13_435, 13_436],
    code: 'UNAVAILABLE',
    message: 'MongoDB is shutting down or electing a new primary: try again in a few seconds',
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
      // The driver passes some errors on as they come from the socket.
      ...['EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    ],
    code: 'UNAVAILABLE',
    message:
      'MongoDB does not answer: start the server, and check the network, host and port in the URL, and tls=true where the server requires TLS',
  },
  {
    codes: ['BSONError', 'BSONVersionError'],
    code: 'INVALID_INPUT',
    message:
      'A document has a field that MongoDB cannot store: a field name may not contain a zero byte or be _bsontype',
  },
];

const applies = (
  { codes = [], text }: ErrorRule,
  { name, code, errmsg, message = errmsg ?? '' }: DriverError,
): boolean => codes.includes(code as number) || codes.includes(name ?? '') || (text?.test(message) ?? false);

/** Converts an error of the driver into a TouchlineError that names the setting to look at, without secrets of the URL. */
export function fromMongo(error: unknown, setting: MongoSetting): TouchlineError {
  if (error instanceof TouchlineError) return error;
  const errors = allErrors(error);
  const rule = ERROR_RULES.find((one) => errors.some((found) => applies(one, found)));
  const said = redactText(asDriverError(error).message ?? String(error)).slice(0, 300);
  if (rule === undefined) return new TouchlineError('INTERNAL', `MongoDB failed: ${said}`, { cause: error });
  return new TouchlineError(rule.code, `${rule.message} (${setting}).`, {
    cause: error,
    details: { setting, said },
  });
}

const FORM = /^mongodb(\+srv)?:\/\/[^/?\s]+(\/[^/?\s]*)?(\?\S*)?$/;

/** Checks the form of an address. @throws INVALID_CONFIG */
export function checkAddress(url: string, setting: MongoSetting): void {
  if (!FORM.test(url))
    throw new TouchlineError('INVALID_CONFIG', `${ADDRESS} (${setting}).`, { details: { setting } });
}
