import type { Cluster } from '../client/cluster-connection.ts';
import { openSession } from '../client/session.ts';
import type { SessionRead, SessionWrite } from '../client/session/contract.ts';
import { parseGuarantees } from '../client/session/guarantees.ts';
import { parseReadPolicy } from '../client/session/read-policy.ts';
import { firstState, type SessionCounts } from '../client/session/state.ts';
import { itemsOf, numberOf, textOf, textOrNull } from '../client/resp-answer.ts';
import { ReplabError } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { createChance } from '../lib/chance.ts';
import { unreachable } from '../lib/assert.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Answer, Call } from '../workloads/workload.ts';

/** One client of a load: carries out what its workload asks for. */
export interface Actor {
  /** Throws ReplabError; its row says whether it is certain that nothing happened. */
  call(call: Call): Promise<Done>;
  /** What its session did, and what its guarantees cost it. */
  readonly counts: SessionCounts;
  close(): void;
}

interface Done {
  readonly node: NodeId;
  readonly answer: Answer;
}

export interface ActorOptions {
  /** Whose session it is. */
  readonly as: string;
  readonly plan: Pick<LoadPlan, 'read' | 'region' | 'guarantee' | 'waitMs' | 'withinMs'>;
  /** Where its turn through the nodes begins. */
  readonly seed: number;
}

/** Who loses to others so often in a row leaves it: nothing of it was written. */
const maxTries = 20;

export function createActor(cluster: Cluster, { as, plan, seed }: ActorOptions): Actor {
  const { read, region, guarantee, waitMs, withinMs } = plan;
  // Without a promise nodes need not know who it is, which would be a second command before each.
  const named = guarantee.length > 0;
  const session = openSession(cluster, {
    as: named ? as : null,
    guarantees: named ? parseGuarantees(guarantee) : [],
    read: parseReadPolicy(read),
    region,
    waitMs,
    chance: createChance(seed),
    state: named ? null : { ...firstState(null), client: as },
  });
  const ask = (command: readonly string[]): Promise<SessionRead> => session.read(command, { withinMs });
  const write = (command: readonly string[], ms = withinMs): Promise<SessionWrite> =>
    session.write(command, { withinMs: ms });
  const lists = new Map<string, string>();

  /** What is there is known from before, or from whoever came between; at first from nobody. */
  const append = async (key: string, element: string): Promise<SessionWrite> => {
    const end = performance.now() + withinMs;
    for (let tries = 0; tries < maxTries; tries += 1) {
      const leftMs = end - performance.now();
      if (leftMs <= 0) break;
      const before = lists.get(key);
      const after = before === undefined ? element : `${before} ${element}`;
      const expected = before === undefined ? ['ABSENT'] : ['EXPECT', before];
      const answered = await write(['RL.CAS', key, ...expected, 'SET', after], leftMs);
      const [swapped, value] = itemsOf(answered.result);
      const now = textOrNull(value);
      if (now === null) lists.delete(key);
      else lists.set(key, now);
      if (numberOf(swapped) === 1) return answered;
    }
    throw new ReplabError('contended', { cluster: cluster.name, key });
  };

  return {
    async call(call) {
      switch (call.kind) {
        case 'get': {
          const { node, result } = await ask(['RL.GET', call.key]);
          return { node, answer: textOrNull(result) };
        }
        case 'scan': {
          const { node, result } = await ask(['RL.SCAN', String(call.limit), 'AFTER', call.prefix]);
          return { node, answer: keysIn(itemsOf(result).map(textOf), call.prefix) };
        }
        case 'put':
          return wrote(await write(['RL.PUT', call.key, call.value]));
        case 'incr':
          return wrote(await write(['RL.INCR', call.key, String(call.by)]));
        case 'append':
          return wrote(await append(call.key, call.element));
        default:
          return unreachable(call);
      }
    },
    get counts() {
      return session.counts;
    },
    close: () => session.close(),
  };
}

function wrote({ node }: SessionWrite): Done {
  return { node, answer: null };
}

/** Of `[more, key, value, …]`. */
function keysIn([, ...flat]: readonly string[], prefix: string): readonly string[] {
  return flat.filter((word, i) => i % 2 === 0 && word.startsWith(prefix));
}
