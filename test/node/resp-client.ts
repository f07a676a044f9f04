import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { RespReplyDecoder } from '../../src/node/resp-reply.ts';
import type { RespValue } from '../../src/node/resp-value.ts';
import { encodeCommand } from '../../src/node/resp-writer.ts';

export interface RespClient {
  readonly socket: Socket;
  /** Sends words as one command; resolves with its reply as plain data (see `plain`). */
  ask(...words: readonly string[]): Promise<Plain>;
  /** One line of words for each command, in one write. */
  pipeline(...lines: readonly string[]): Promise<readonly Plain[]>;
  write(bytes: Buffer | string): void;
  /** All replies so far, as plain data. */
  readonly replies: readonly Plain[];
  /** The node has ended the connection. */
  closed(): boolean;
}

/** Errors as `-text`, simple strings as `+text`, maps as objects, integers as numbers or bigints. */
export type Plain = string | number | bigint | null | readonly Plain[] | { readonly [name: string]: Plain };

function plain(value: RespValue): Plain {
  switch (value.kind) {
    case 'simple':
      return `+${value.text}`;
    case 'error':
      return `-${value.text}`;
    case 'integer':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : BigInt(value.value);
    case 'bulk':
      return value.text;
    case 'null':
      return null;
    case 'array':
      return value.items.map(plain);
    case 'map':
      return Object.fromEntries(
        value.pairs.map(([key, item]) => [key.kind === 'bulk' ? key.text : key.kind, plain(item)]),
      );
  }
}

/** A client that reads replies as they come. Ends with the test. */
export async function respClient(port: number): Promise<RespClient> {
  const decoder = new RespReplyDecoder();
  const replies: Plain[] = [];
  const waiting: ((reply: Plain) => void)[] = [];
  let closed = false;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }, resolve);
  socket.on('error', reject);
  socket.on('end', () => {
    closed = true;
    socket.end();
  });
  socket.on('close', () => {
    closed = true;
  });
  socket.on('data', (chunk: Buffer) => {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      if (next.type === 'fault') throw new Error(next.detail);
      const reply = plain(next.value);
      replies.push(reply);
      waiting.shift()?.(reply);
    }
  });
  onTestFinished(() => {
    socket.destroy();
  });
  await promise;
  const reply = async (): Promise<Plain> => new Promise((answered) => waiting.push(answered));
  return {
    socket,
    async ask(...words) {
      socket.write(encodeCommand(words));
      return reply();
    },
    async pipeline(...lines) {
      socket.write(lines.map((line) => encodeCommand(line.split(' '))).join(''));
      return Promise.all(lines.map(reply));
    },
    write: (bytes) => void socket.write(bytes),
    replies,
    closed: () => closed,
  };
}
