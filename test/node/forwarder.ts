import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listenLocally } from '../../src/node/receiver.ts';

export interface Forwarder {
  readonly port: number;
  /** Reads nothing more from either side; connections stay, new ones are accepted. */
  hold(): void;
  release(): void;
  /** Resets every connection. */
  cut(): void;
  /** Where connections go that are dialled from now on. */
  aim(target: number): void;
  connections(): number;
  /** Bytes taken from the dialling side. */
  forwarded(): number;
}

/** A TCP link to `target` on 127.0.0.1 that can be held and cut. Ends with the test. */
export async function forwarder(firstTarget: number): Promise<Forwarder> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let held = false;
  let target = firstTarget;
  let forwarded = 0;
  const server = createServer({ noDelay: true }, (inner) => {
    const outer = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const pair = [inner, outer] as const;
    pairs.add(pair);
    inner.on('data', (chunk: Buffer) => {
      forwarded += chunk.length;
    });
    inner.pipe(outer);
    outer.pipe(inner);
    if (held) pause(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        inner.destroy();
        outer.destroy();
      });
    }
  });
  const port = await listenLocally(server);
  onTestFinished(() => {
    server.close();
    for (const [inner, outer] of pairs) {
      inner.destroy();
      outer.destroy();
    }
  });
  return {
    port,
    hold() {
      held = true;
      for (const pair of pairs) pause(pair);
    },
    release() {
      held = false;
      for (const [inner, outer] of pairs) {
        inner.pipe(outer);
        outer.pipe(inner);
      }
    },
    cut() {
      for (const [inner, outer] of pairs) {
        inner.resetAndDestroy();
        outer.resetAndDestroy();
      }
    },
    aim(next) {
      target = next;
    },
    connections: () => pairs.size,
    forwarded: () => forwarded,
  };
}

function pause([inner, outer]: readonly [Socket, Socket]): void {
  inner.unpipe(outer);
  outer.unpipe(inner);
  inner.pause();
  outer.pause();
}
