import type { Entry } from '../entry.ts';
import { formatPosition, samePosition, type Position } from '../position.ts';
import type { Core } from './core.ts';

/**
 * F3: takes back what this log holds beyond `fork`, newest entry first, by the old values each entry
 * carries. What is cut is kept in node.db and told entry by entry: nothing acknowledged vanishes unseen.
 * False: some entry cannot be undone, and nothing was changed.
 */
export function rewind(core: Core, fork: Position): boolean {
  const { log, state, local } = core.store;
  const cut = entriesAfter(core, fork);
  if (!cut.every(invertible)) return false;
  for (const entry of cut.toReversed()) {
    if (entry.at.index <= state.applied().index) state.undo(entry);
  }
  local.discard(cut);
  log.cutAfter(fork);
  core.durable = log.last();
  if (core.committed.index > fork.index) core.committed = fork;
  core.settingsChanged();
  for (const entry of cut) {
    core.trace('discarded', {
      at: formatPosition(entry.at),
      client: entry.client ?? null,
      seq: entry.seq ?? null,
      key: keysOf(entry),
    });
  }
  core.trace('rewound', { to: formatPosition(fork), entries: cut.length });
  return true;
}

const readBytes = 1024 * 1024;

function entriesAfter(core: Core, position: Position): readonly Entry[] {
  const entries: Entry[] = [];
  let at = position;
  while (!samePosition(at, core.store.log.last())) {
    const page = core.store.log.read(at, readBytes);
    entries.push(...page);
    at = page.at(-1)!.at;
  }
  return entries;
}

function invertible(entry: Entry): boolean {
  return entry.body.kind === 'rows' || entry.body.kind === 'epochStart' || entry.body.kind === 'config';
}

/** The keys an entry wrote, for people; null when it wrote none. */
function keysOf(entry: Entry): string | null {
  if (entry.body.kind !== 'rows') return null;
  const keys = entry.body.changes.map((change) => String((change.new ?? change.old)?.['key'] ?? ''));
  return [...new Set(keys)].join(',');
}
