import { placeIn } from '../client/standpoint.ts';
import { parseGuarantees } from '../client/session/guarantees.ts';
import { parseReadPolicy, policyWords, readOrder } from '../client/session/read-policy.ts';
import type { Cluster } from '../client/cluster-connection.ts';
import { ReplabError } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { workloads, type WorkloadName } from '../workloads/workloads.ts';
import type { Option } from './command.ts';
import { readWords } from './completes.ts';
import { regionOption } from './key-value.ts';
import { parseIdentity, sessionOptions } from './session-options.ts';
import { completing, duration, integer, integerOr, lasting, textOr, UsageError } from './params.ts';
import type { Chance } from '../lib/chance.ts';

const asPrefix: Option<string> = {
  placeholder: 'NAME',
  summary: 'what users are called: u gives u1, u2, …',
  fallback: 'u',
  parse: (given = 'u') => parseIdentity(given),
};

/** What a load is made of, as options. */
export const loadOptions = {
  clients: integerOr('how many clients', 1, 10_000, 10),
  rate: rate(
    'operations a second over all clients, such as 200/s; max: each client as fast as it is answered',
  ),
  for: lasting('how long; 5s when --ops is left out too'),
  ops: integer('N', 'how many operations', 1, 1_000_000),
  keys: integerOr('how many keys at a time', 1, 100_000, 10),
  reads: share('share of reads; each workload has its own when left out'),
  read: completing(readWords, textOr('WHERE', `${policyWords.join(', ')}, or a node`, 'leader')),
  region: regionOption,
  guarantee: sessionOptions.guarantee,
  wait: sessionOptions.wait,
  'as-prefix': asPrefix,
  pipeline: integerOr('how many operations a client has open at most', 1, 1000, 1),
  within: duration('how long one operation may take', 2000),
  settle: duration('how long followers may take to catch up before the final reads', 2000),
  min: integerOr('fewer acknowledged operations are `thin`: too few to judge by', 0, 1_000_000, 20),
} as const;

type LoadOptions = { readonly [K in keyof typeof loadOptions]: ReturnType<(typeof loadOptions)[K]['parse']> };

const defaultForMs = 5000;

export function planOf(
  workload: WorkloadName,
  options: LoadOptions,
  seed: number,
  endless: boolean,
): LoadPlan {
  const { clients, pipeline, rate: ratePerS, ops, keys, read, region, within, settle, min } = options;
  return {
    workload,
    clients,
    pipeline,
    ratePerS,
    forMs: options.for ?? (ops === null && !endless ? defaultForMs : null),
    ops,
    keys,
    seed,
    reads: options.reads ?? workloads[workload].reads,
    read,
    region,
    guarantee: options.guarantee === null ? '' : parseGuarantees(options.guarantee).join(','),
    waitMs: options.wait,
    asPrefix: options['as-prefix'],
    withinMs: within,
    settleMs: settle,
    min,
  };
}

/** Throws for a place to read that is not there: every operation would say so. */
export async function requirePlaces(cluster: Cluster, plan: LoadPlan, chance: Chance): Promise<void> {
  const { read, region, workload } = plan;
  const reader = { as: '', turn: 0, sinceWriteMs: null, place: placeIn(cluster, region), chance };
  readOrder(parseReadPolicy(read), reader, await cluster.freshSnapshot());
  if (workload === 'set' && cluster.spec.shards > 1) {
    const message =
      'A set is read by one scan, which sees one shard; with --shards, lists (`append`) show lost writes too.';
    throw new ReplabError('usage', { command: 'load', message });
  }
}

/** The longest it can go on: without a rate, when every operation of every client takes all of its time. */
export function longestMs({ forMs, ops, ratePerS, clients, withinMs }: LoadPlan): number {
  if (forMs !== null) return forMs;
  const count = ops ?? 0;
  return ratePerS === null ? Math.ceil(count / clients) * withinMs : (count * 1000) / ratePerS;
}

/** Null: as fast as it goes. */
function rate(summary: string): Option<number | null> {
  return {
    placeholder: 'RATE',
    summary,
    fallback: '200/s',
    parse(given = '200/s') {
      if (given === 'max') return null;
      const [, number] = /^(\d{1,7}(?:\.\d+)?)\/s$/.exec(given) ?? [];
      if (number === undefined || Number(number) <= 0) throw new UsageError('a rate such as 200/s, or max');
      return Number(number);
    },
  };
}

/** Of 1. */
function share(summary: string): Option<number | null> {
  return {
    placeholder: 'SHARE',
    summary,
    fallback: null,
    parse(given) {
      if (given === undefined) return null;
      const [, number] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(given) ?? [];
      if (number === undefined || Number(number) > 100) throw new UsageError('a share such as 50%');
      return Number(number) / 100;
    },
  };
}
