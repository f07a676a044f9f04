import { createConnection, type Socket } from 'node:net';
import { RespReplyDecoder } from '../node/resp-reply.ts';
import type { RespValue } from '../node/resp-value.ts';
import { encodeCommand } from '../node/resp-writer.ts';

/** What became of one command: only of `unreachable` and `late` is it sure that the node did not get it. */
export type Exchange =
  | { readonly type: 'reply'; readonly value: RespValue }
  | { readonly type: 'unreachable'; readonly detail: string }
  /** There was no time left to send it. */
  | { readonly type: 'late' }
  | { readonly type: 'silent' }
  | { readonly type: 'lost'; readonly detail: string };

/** A connection to a node's client port. Commands are answered in order. */
export interface RespConnection {
  /** Never rejects. Silence for `withinMs` ends the connection, with RST: a late answer must find nobody (B0.1). */
  ask(args: readonly string[], withinMs: number, options?: AskOptions): Promise<Exchange>;
  /** Everything still open is then `lost`. */
  close(): void;
}

export interface AskOptions {
  /** A command that goes right before it, and says for whom it is. */
  readonly preface?: readonly string[];
}

interface Open {
  /** Answers that come before the one that is asked for. */
  prefaces: number;
  readonly settle: (exchange: Exchange) => void;
  readonly timer: NodeJS.Timeout;
}

/** `address`: `127.0.0.1:41001`. Dials at once; what is asked meanwhile is sent when it is there. */
export function openResp(address: string): RespConnection {
  const split = address.lastIndexOf(':');
  const socket = createConnection({
    host: address.slice(0, split),
    port: Number(address.slice(split + 1)),
    noDelay: true,
  });
  const decoder = new RespReplyDecoder();
  const open: Open[] = [];
  let connected = false;
  let ended: string | null = null;

  const end = (how: 'silent' | 'lost', detail: string): void => {
    ended ??= detail;
    destroy(socket);
    for (const [i, { settle, timer }] of open.splice(0).entries()) {
      clearTimeout(timer);
      if (!connected) settle({ type: 'unreachable', detail });
      else settle(how === 'silent' && i === 0 ? { type: 'silent' } : { type: 'lost', detail });
    }
  };
  socket.once('connect', () => (connected = true));
  socket.on('error', (error) => end('lost', error.message));
  socket.once('close', () => end('lost', 'the node closed the connection'));
  socket.on('data', (chunk) => {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      if (next.type === 'fault') return end('lost', `an answer that is no RESP: ${next.detail}`);
      const [asked] = open;
      if (asked === undefined) return end('lost', 'an answer to nothing');
      if (asked.prefaces > 0) {
        if (next.value.kind === 'error') return end('lost', `it does not know who asks: ${next.value.text}`);
        asked.prefaces -= 1;
        continue;
      }
      open.shift();
      clearTimeout(asked.timer);
      asked.settle({ type: 'reply', value: next.value });
    }
  });

  return {
    ask: (args, withinMs, { preface } = {}) =>
      new Promise((resolve) => {
        if (withinMs <= 0) return resolve({ type: 'late' });
        if (ended !== null) return resolve({ type: 'unreachable', detail: ended });
        // The oldest open command is the one the node is silent about, whichever timer fires.
        const timer = setTimeout(() => end('silent', 'no answer in time'), withinMs);
        open.push({ prefaces: preface === undefined ? 0 : 1, settle: resolve, timer });
        socket.write((preface === undefined ? '' : encodeCommand(preface)) + encodeCommand(args));
      }),
    close: () => end('lost', 'closed'),
  };
}

function destroy(socket: Socket): void {
  if (socket.destroyed) return;
  socket.resetAndDestroy();
}
