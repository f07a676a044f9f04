import { setTimeout as wait } from 'node:timers/promises';
import { placedOf } from '../../src/client/resp-answer.ts';
import { openResp, type RespConnection } from '../../src/client/resp-connection.ts';
import { connectControl } from '../../src/control/client.ts';
import { readRecord } from '../../src/control/cluster-record.ts';
import { formatPosition } from '../../src/protocol/position.ts';

export interface Acknowledged {
  readonly value: string;
  readonly at: string;
}

const pauseMs = 15;
const answerMs = 3000;

/** Clients that write unique keys, one after the other, at whoever leads, and note what was acknowledged. */
export class Writers {
  readonly acknowledged = new Map<string, Acknowledged>();
  unknown = 0;
  refused = 0;
  readonly #dir: string;
  readonly #running: readonly Promise<void>[];
  #stopped = false;

  constructor(dir: string, count: number) {
    this.#dir = dir;
    this.#running = Array.from({ length: count }, (_, i) => this.#write(i));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(writer: number): Promise<void> {
    let connection: RespConnection | null = null;
    for (let i = 0; !this.#stopped; i += 1) {
      connection ??= await this.#connect();
      if (connection !== null && !(await this.#put(connection, `w${writer}-${i}`, i))) {
        connection.close();
        connection = null;
      }
      await wait(pauseMs);
    }
    connection?.close();
  }

  /** False: this connection is of no more use. A key is never written twice. */
  async #put(connection: RespConnection, key: string, i: number): Promise<boolean> {
    const value = `${key}:${'v'.repeat((i * 37) % 900)}`;
    const exchange = await connection.ask(['RL.PUT', key, value], answerMs);
    if (exchange.type !== 'reply') {
      if (exchange.type !== 'unreachable') this.unknown += 1;
      return false;
    }
    if (exchange.value.kind === 'error') {
      if (exchange.value.text.startsWith('UNKNOWN')) this.unknown += 1;
      else this.refused += 1;
      return false;
    }
    this.acknowledged.set(key, { value, at: formatPosition(placedOf(exchange.value).at) });
    return true;
  }

  /** Asks the supervisor itself, not by `attach`: that would end what a dead one left, and this looks for it. */
  async #connect(): Promise<RespConnection | null> {
    const read = readRecord(this.#dir);
    if (read.type !== 'record') return null;
    const { socket: socketPath, token } = read.record;
    const client = await connectControl({ socketPath, token }).catch(() => null);
    if (client === null) return null;
    try {
      const signal = AbortSignal.timeout(1000);
      const { leaders, nodes } = await client.request('snapshot', { fresh: false }, { signal });
      const led = leaders.find(({ newest }) => newest)?.id;
      const address = nodes.find(({ id }) => id === led)?.address.client ?? null;
      return address === null ? null : openResp(address);
    } catch {
      return null;
    } finally {
      client.close();
    }
  }
}
