import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { compareNodes, isNodeId, type NodeId } from '../protocol/node-id.ts';

/** What a selector may be, with what each stands for: help and docs are made from this. */
export const selectorForms = [
  ['n2', 'a node'],
  ['n1,n2', 'several nodes'],
  ['all, @all', 'every node'],
  ['@leader', 'the leader of the highest epoch'],
  ['@leader.old', 'every other node that still leads'],
  ['@followers', 'every follower that answers'],
  ['@follower.0', 'the first of them, counted from 0'],
] as const;

/**
 * The nodes a selector stands for in this snapshot, by ordinal, each once. `no-such-node` for an unknown
 * name, `selector-empty` when it stands for nobody now, `usage` for what is no selector.
 */
export function selectNodes(selectors: readonly string[], snapshot: Snapshot): readonly NodeId[] {
  const words = selectors.flatMap((selector) => selector.split(','));
  const nodes = words.flatMap((word) => selectOne(word, snapshot));
  return [...new Set(nodes)].toSorted(compareNodes);
}

/** As `selectNodes`, where exactly one node is meant. */
export function selectNode(selector: string, snapshot: Snapshot): NodeId {
  const [node, ...more] = selectNodes([selector], snapshot);
  if (more.length > 0) {
    throw new ReplabError('usage', { message: `${selector} is several nodes; one is needed here.` });
  }
  return node!;
}

/** Every `@…` in a text replaced by the nodes it stands for: `@leader/@followers` to `n1/n2,n3`. */
export function expandSelectors(text: string, snapshot: Snapshot): string {
  return text.replaceAll(/@[a-z]+(?:\.[a-z0-9]+)?/g, (word) => selectOne(word, snapshot).join(','));
}

function selectOne(word: string, snapshot: Snapshot): readonly NodeId[] {
  const ids = snapshot.nodes.map((node) => node.id);
  if (ids.includes(word)) return [word];
  if (isNodeId(word)) {
    throw new ReplabError('no-such-node', { node: word, nodes: ids.join(', '), cluster: snapshot.cluster });
  }
  const found = word === 'all' || word === '@all' ? ids : selectByRole(word, snapshot);
  if (found === null) {
    const forms = selectorForms.map(([form]) => form).join(', ');
    throw new ReplabError('usage', {
      message: `${JSON.stringify(word)} is neither a node nor a selector (${forms}).`,
    });
  }
  if (found.length === 0) {
    throw new ReplabError('selector-empty', {
      selector: word,
      roles: observedRoles(snapshot),
      cluster: snapshot.cluster,
    });
  }
  return found;
}

function selectByRole(word: string, { leaders, nodes }: Snapshot): readonly NodeId[] | null {
  if (word === '@leader') return leaders.filter((leader) => leader.newest).map(({ id }) => id);
  if (word === '@leader.old') return leaders.filter((leader) => !leader.newest).map(({ id }) => id);
  const followers = nodes.filter(({ role }) => role === 'follower').map(({ id }) => id);
  if (word === '@followers') return followers;
  const nth = /^@follower\.(\d{1,4})$/.exec(word);
  if (nth === null) return null;
  const one = followers[Number(nth[1])];
  return one === undefined ? [] : [one];
}

/** `n1 leader, n2 follower, n3 killed`: what was seen, for errors. */
export function observedRoles(snapshot: Snapshot): string {
  return snapshot.nodes.map((node) => `${node.id} ${roleOrState(node)}`).join(', ');
}

function roleOrState({ role, state }: NodeView): string {
  return state === 'running' && role !== null ? role : state;
}
