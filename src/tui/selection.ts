import type { NodeView } from '../cluster/snapshot.ts';
import { roleOf } from './node-words.ts';
import type { Scene } from './scene.ts';

/** The selected node as it was seen; null when there is no such node. */
export function selectedView({ snapshot, state }: Pick<Scene, 'snapshot' | 'state'>): NodeView | null {
  return snapshot.nodes.find(({ id }) => id === state.selected) ?? null;
}

/** The nodes that the filter leaves on the screen: it is about nodes where they are what is listed. */
export function visibleNodes(scene: Scene): readonly NodeView[] {
  const { state, snapshot } = scene;
  const byRole = scene.small || state.view === 'overview';
  if (state.zoomed || (!byRole && state.view !== 'links')) return snapshot.nodes;
  return snapshot.nodes.filter((node) => {
    const role = roleOf(node, scene);
    const words = byRole ? [typeof role === 'string' ? role : role[1]] : [];
    return passes(state.filter, node.id, ...words);
  });
}

/** A key that acts must act on what is seen. */
export function isSelectionHidden(scene: Scene): boolean {
  return !visibleNodes(scene).some(({ id }) => id === scene.state.selected);
}

/** Whether the filter lets it through; case does not count. */
export function passes(filter: string, ...texts: readonly string[]): boolean {
  const wanted = filter.toLowerCase();
  return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}

/** The part of a list that is shown, so that `index` is in it. */
export function windowAround<T>(
  items: readonly T[],
  rows: number,
  index: number,
): { readonly from: number; readonly items: readonly T[] } {
  const from = Math.max(0, Math.min(items.length - rows, index - Math.floor(rows / 2)));
  return { from, items: items.slice(from, from + Math.max(0, rows)) };
}
