import type { NodeView } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { RespValue } from '../node/resp-value.ts';
import type { Entry } from '../protocol/entry.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Position } from '../protocol/position.ts';
import { errorOfReply, itemsOf, numberOf, placedOf, textOf } from './resp-answer.ts';
import { openResp } from './resp-connection.ts';

/**
 * Reads what one node holds of a shard, past the proxy: what `diff` and `log` show is what is on that node, whatever is
 * cut. All of it throws ReplabError `node-down` or `node-silent` when the node does not answer.
 */
export interface NodeReader {
  readonly node: NodeId;
  /** Keys in order after `after`, all at one position. */
  page(after: string | null, limit: number): Promise<Page>;
  /** Entries after `index`, at least one if there is one, up to `maxBytes`. */
  log(index: number, maxBytes: number): Promise<readonly Entry[]>;
  discarded(): Promise<readonly Entry[]>;
  close(): void;
}

export interface Page {
  readonly at: Position;
  readonly pairs: readonly (readonly [string, string])[];
  readonly more: boolean;
}

/** A probe past the proxy meets no fault, so only a paused or overloaded node takes longer. */
const answerMs = 5000;

export interface ReaderOf {
  readonly cluster: string;
  readonly shard: number;
}

/** Throws `node-down` for a node that has no port. */
export function openNodeReader({ id, state, address }: NodeView, { cluster, shard }: ReaderOf): NodeReader {
  const facts = { cluster, node: id, state };
  if (address.direct === null) throw new ReplabError('node-down', facts);
  const connection = openResp(address.direct);
  const ask = async (...command: readonly string[]): Promise<RespValue> => {
    const exchange = await connection.ask([...command, 'SHARD', String(shard)], answerMs);
    if (exchange.type === 'silent') throw new ReplabError('node-silent', facts);
    if (exchange.type !== 'reply') throw new ReplabError('node-down', facts);
    if (exchange.value.kind === 'error') throw errorOfReply(exchange.value.text, facts);
    return exchange.value;
  };
  return {
    node: id,
    async page(after, limit) {
      const { at, result } = placedOf(
        await ask('RL.SCAN', String(limit), ...(after === null ? [] : ['AFTER', after])),
      );
      const [more, ...flat] = itemsOf(result);
      const pairs = Array.from(
        { length: flat.length / 2 },
        (_, i) => [textOf(flat[2 * i]), textOf(flat[2 * i + 1])] as const,
      );
      return { at, pairs, more: numberOf(more) === 1 };
    },
    log: async (index, maxBytes) => entriesOf(await ask('RL.LOG', String(index), String(maxBytes))),
    discarded: async () => entriesOf(await ask('RL.DISCARDED')),
    close: () => connection.close(),
  };
}

function entriesOf(value: RespValue): readonly Entry[] {
  return itemsOf(value).map((item) => JSON.parse(textOf(item)) as Entry);
}

const logBytes = 1024 * 1024;

/** A node's entries after `index` up to `last`, in order; fewer when its log is shorter. */
export async function readEntries(
  reader: Pick<NodeReader, 'log'>,
  index: number,
  last: number,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let after = index; after < last;) {
    const more = await reader.log(after, logBytes);
    if (more.length === 0) break;
    entries.push(...more.filter((entry) => entry.at.index <= last));
    after = more.at(-1)!.at.index;
  }
  return entries;
}
