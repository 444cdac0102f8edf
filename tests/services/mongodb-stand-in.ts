import { createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

type Reply = Record<string, unknown>;

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER = 16;

const HELLO: Reply = {
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  minWireVersion: 0,
  maxWireVersion: 21,
  maxBsonObjectSize: 16 * 2 ** 20,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  saslSupportedMechs: ['SCRAM-SHA-256'],
};

/** A message as sent over the wire: its length comes first. */
function framed(op: number, to: number, body: Uint8Array[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER), ...body]);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(to, 8);
  bytes.writeInt32LE(op, 12);
  return bytes;
}

function answer(message: Buffer, reply: (command: string) => Reply): Buffer {
  const id = message.readInt32LE(4);
  if (message.readInt32LE(12) === OP_QUERY) {
    const counted = Buffer.alloc(20);
    counted.writeInt32LE(1, 16);
    return framed(OP_REPLY, id, [counted, BSON.serialize(HELLO)]);
  }
  // Flags, then the kind of the first section, then the command.
  const length = message.readInt32LE(HEADER + 5);
  const [command] = Object.keys(BSON.deserialize(message.subarray(HEADER + 5, HEADER + 5 + length)));
  const replied = ['hello', 'ismaster'].includes(command.toLowerCase()) ? HELLO : reply(command);
  return framed(OP_MSG, id, [Buffer.alloc(5), BSON.serialize(replied)]);
}

/**
 * A server that speaks enough of MongoDB's protocol to answer each command with a given reply: for errors of
 * authorization, replica sets or full disks, which a real server in a test cannot produce.
 * @param reply returns the answer to a command, by its name.
 */
export async function startStandIn(
  reply: (command: string) => Reply,
): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= HEADER && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        socket.write(answer(received.subarray(0, length), reply));
        received = received.subarray(length);
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `mongodb://127.0.0.1:${address.port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
