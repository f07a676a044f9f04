import { setTimeout as pause } from 'node:timers/promises';
import { eachShard } from '../cluster/shard-view.ts';
import type { NodeView, PositionView, Snapshot } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** Null when a snapshot shows what is waited for, else what is missing, for people. */
export type Missing = string | null;

/** Judges one snapshot after another; may remember earlier ones. */
export type Condition = (snapshot: Snapshot) => Missing;

export interface ConditionRow {
  readonly summary: string;
  /** `nodes`: those the user named; empty for none. */
  create(nodes: readonly NodeId[]): Condition;
}

/** What can be waited for. */
export const conditions = {
  'caught-up': {
    summary: 'every node that is not down (or every node named) has what the leader had when the wait began',
    create: (nodes) => inEveryShard(() => caughtUp(nodes)),
  },
  leader: { summary: 'a node leads, in every shard (or the one named leads, in any)', create: leader },
  'no-leader': { summary: 'no node that answers leads', create: () => noLeader },
  running: { summary: 'every node (or every node named) runs and answers', create: running },
  converged: {
    summary:
      'all nodes that are not down have equal contents at one position, twice in a row, with nothing under way',
    create: () => inEveryShard(converged),
  },
} as const satisfies Record<string, ConditionRow>;

export type ConditionName = keyof typeof conditions;

export interface Waited {
  readonly snapshot: Snapshot;
  /** Null: the condition holds. Else what was missing when the time was up. */
  readonly missing: Missing;
  readonly rounds: number;
  readonly waitedMs: number;
}

/** Between two rounds; a round itself asks every node. */
const betweenRoundsMs = 25;

/** Looks at fresh snapshots (P13) until `condition` holds or `withinMs` are over; looks at least once. */
export async function waitFor(
  fresh: () => Promise<Snapshot>,
  condition: (snapshot: Snapshot) => Missing | Promise<Missing>,
  withinMs: number,
): Promise<Waited> {
  const began = performance.now();
  for (let rounds = 1; ; rounds += 1) {
    const snapshot = await fresh();
    const missing = await condition(snapshot);
    const waitedMs = performance.now() - began;
    if (missing === null || waitedMs >= withinMs)
      return { snapshot, missing, rounds, waitedMs: Math.round(waitedMs) };
    await pause(Math.min(betweenRoundsMs, withinMs - waitedMs));
  }
}

function isDown({ state }: NodeView): boolean {
  return state === 'killed' || state === 'stopped';
}

function chosen(snapshot: Snapshot, nodes: readonly NodeId[]): readonly NodeView[] {
  return snapshot.nodes.filter((node) => (nodes.length === 0 ? !isDown(node) : nodes.includes(node.id)));
}

/** The first thing in the way among the nodes, or null. */
function firstMissing(nodes: readonly NodeView[], missing: (node: NodeView) => Missing): Missing {
  for (const node of nodes) {
    const found = missing(node);
    if (found !== null) return `${node.id} ${found}`;
  }
  return null;
}

/**
 * The mark is the leader's last position when the wait began (or when that leader was first seen), so that
 * writes that go on do not keep the wait from ending. A log that is no fork of the leader's and is as long
 * as the mark contains it (P4).
 */
function caughtUp(nodes: readonly NodeId[]): Condition {
  let mark: { readonly epoch: string; readonly last: PositionView } | null = null;
  return (snapshot) => {
    const newest = snapshot.leaders.find((one) => one.newest);
    const last = snapshot.nodes.find(({ id }) => id === newest?.id)?.received ?? null;
    if (newest === undefined || last === null) return 'there is no leader to catch up with';
    if (mark?.epoch !== newest.epoch.text) mark = { epoch: newest.epoch.text, last };
    return firstMissing(chosen(snapshot, nodes), (node) => behindMark(node, mark!.last));
  };
}

function behindMark(node: NodeView, mark: PositionView): Missing {
  if (node.applied === null || node.lag.forked === null)
    return node.state === 'running' ? 'does not answer' : `is ${node.state}`;
  if (node.stopped !== null) return `stopped: ${node.stopped}`;
  if (node.lag.forked || node.rewinding === true) return 'has entries the leader does not have';
  return node.applied.index >= mark.index
    ? null
    : `is at ${node.applied.text}, the leader was at ${mark.text}`;
}

function leader(nodes: readonly NodeId[]): Condition {
  if (nodes.length === 0)
    return inEveryShard(
      () =>
        ({ leaders }) =>
          newestOf(leaders).length > 0 ? null : noneLeads,
    );
  return ({ leaders }) => {
    const leading = newestOf(leaders).map(({ id }) => id);
    if (leading.length === 0) return noneLeads;
    return leading.some((id) => nodes.includes(id)) ? null : `${leading.join(' and ')} leads`;
  };
}

const noneLeads = 'there is no leader';

function newestOf(leaders: Snapshot['leaders']): Snapshot['leaders'] {
  return leaders.filter(({ newest }) => newest);
}

/** Each shard has a condition of its own, which may remember. */
function inEveryShard(create: () => Condition): Condition {
  const made: Condition[] = [];
  return (snapshot) => {
    const shards = eachShard(snapshot);
    const all = shards.map((one, shard) => (made[shard] ??= create())(one));
    const first = all.findIndex((missing) => missing !== null);
    if (first < 0) return null;
    return shards.length === 1 ? all[0]! : `${all[first]} (shard ${first})`;
  };
}

function noLeader({ leaders }: Snapshot): Missing {
  return leaders.length === 0 ? null : `${leaders.map(({ id }) => id).join(' and ')} leads`;
}

function running(nodes: readonly NodeId[]): Condition {
  return (snapshot) => {
    const asked = nodes.length === 0 ? snapshot.nodes : chosen(snapshot, nodes);
    return firstMissing(asked, ({ state, role }) => {
      if (state !== 'running') return `is ${state}`;
      return role === null ? 'does not answer' : null;
    });
  };
}

/** Bytes under way could still change what two equal looks have seen, so they count as not converged. */
function converged(): Condition {
  let before: string | null = null;
  return (snapshot) => {
    const missing = notEqual(snapshot);
    const now = missing === null ? digestsOf(snapshot) : null;
    const twice = now !== null && now === before;
    before = now;
    return missing ?? (twice ? null : 'equal once, but not yet twice in a row');
  };
}

function notEqual(snapshot: Snapshot): Missing {
  const up = snapshot.nodes.filter((node) => !isDown(node));
  const held = snapshot.links.find(
    (link) => link.held.forward > 0 && isUp(up, link.from) && isUp(up, link.to),
  );
  if (held !== undefined) return `${held.held.forward} bytes from ${held.from} to ${held.to} are held back`;
  const [first] = up;
  return firstMissing(up, ({ digest, state }) => {
    if (digest === null || first?.digest == null)
      return state === 'running' ? 'does not answer' : `is ${state}`;
    if (digest.at !== first.digest.at) return `is at ${digest.at}, ${first.id} at ${first.digest.at}`;
    return digest.value === first.digest.value ? null : `differs from ${first.id} at ${digest.at}: diverged`;
  });
}

function isUp(up: readonly NodeView[], place: string): boolean {
  return up.some(({ id }) => id === place);
}

function digestsOf(snapshot: Snapshot): string {
  return JSON.stringify(snapshot.nodes.map(({ id, digest }) => [id, digest]));
}
