import { readdirSync } from 'node:fs';
import { withCluster } from '../client/cluster-connection.ts';
import { selectNode } from '../client/selectors.ts';
import { ReplabError } from '../control/errors.ts';
import { clusterDir, copyNamePattern, paths } from '../control/state-dir.ts';
import { formatDuration } from '../lib/duration.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { defineCommand, type Context, type DocumentResult } from './command.ts';
import { forOption, injectOnNode } from './node-fault.ts';
import { opening } from './opening.ts';
import { fixed, nodeWords, type Completes } from './completes.ts';
import { completing, optional, required } from './params.ts';

const does: Readonly<Record<string, string>> = {
  slow: 'in force; the whole process waits at each commit, heartbeats too',
  full: 'in force; whatever has to be written fails',
  'lose-unsynced': 'in force; what it has is fsynced, what comes is lost at a kill until it is',
};

/** Of `restore`: the copies there are of that node, or of any when a selector stands for it. */
const copyWords: Completes = {
  kind: 'words',
  separators: '',
  words(known, before) {
    const record = known.cluster();
    if (record === null || !before.includes('restore')) return [];
    const { name, nodes } = record.spec;
    const named = nodes.filter((node) => before.includes(node));
    return (named.length > 0 ? named : nodes).flatMap((node) =>
      copiesOf(clusterDir(known.root, name), node).map((word) => ({ word, means: `a copy of ${node}` })),
    );
  },
};

function copiesOf(dir: string, node: NodeId): readonly string[] {
  try {
    return readdirSync(paths.savedDisk(dir, node, '')).filter((copyName) => copyNamePattern.test(copyName));
  } catch {
    // Nothing was saved, or it cannot be read: there is nothing to offer.
    return [];
  }
}

export const disk = defineCommand({
  name: 'disk',
  summary: "make a node's disk slow, full or forgetful; copy it, and let an older copy come back",
  notes: [
    '`slow DURATION`: each commit that writes takes so much longer, and the process does nothing else meanwhile, as in a system call that waits for a disk.',
    '`full`: whatever has to be written fails with SQLite\'s own "database or disk is full": writes are refused (definitely), followers take no entries, and a node that is down cannot start, since it counts its boots. Reads are served. The node recovers in place, and goes on after `heal`.',
    '`lose-unsynced`: `kill` takes what was not fsynced, as a power failure does. What the node has by now, or when it starts, is fsynced first. Under `--durability normal` that leaves every later commit in danger until a checkpoint (each 16 MiB, and at a stop in good order); promises and votes are always fsynced. Under `--durability full` nothing can be lost. `kill --process` loses nothing: the kernel is alive. Who has lost something comes back under a new disk id.',
    '`save NAME`: copies the disk as it is; a node that runs is frozen for it, and the answer says how long. `restore NAME`: such a copy takes the place of the disk, under a new id, so that nothing counts the node for what its former disk had acknowledged. A node that runs is stopped before and started after; one that led does not lead any more.',
    'slow, full and lose-unsynced are faults: they hold until `heal`, and `faults` counts what they hit.',
  ],
  args: {
    node: completing(nodeWords, required('NODE', 'a node, or a selector that stands for one')),
    what: completing(
      fixed(...Object.keys(does), 'save', 'restore'),
      required('WHAT', 'slow, full, lose-unsynced, save or restore'),
    ),
    value: completing(copyWords, optional('VALUE', 'a duration for slow, a name for save and restore')),
  },
  options: forOption,
  examples: [
    { run: 'replab disk n1 slow 20ms', does: 'each commit takes 20 ms longer' },
    { run: 'replab disk @follower.0 full', does: 'it can write no more' },
    { run: 'replab disk n3 lose-unsynced', does: 'kill n3 is a power failure from now on' },
    { run: 'replab disk n3 save before', does: 'keep a copy' },
    { run: 'replab disk n3 restore before', does: 'and let it come back' },
  ],
  run: (context, { args, options }) => {
    const { node, what, value } = args;
    if (what === 'save' || what === 'restore') return copy(context, what, node, value);
    return injectOnNode(context, {
      kind: 'disk',
      node,
      forMs: options.for,
      words: [what, ...(value === null ? [] : [value])],
      does: () => does[what] ?? 'in force',
    });
  },
});

function copy(
  context: Context,
  action: 'save' | 'restore',
  word: string,
  name: string | null,
): Promise<DocumentResult> {
  if (name === null || !copyNamePattern.test(name)) {
    const message = `Say a name for the copy: letters, digits, dashes, like \`disk ${word} ${action} before\`.`;
    throw new ReplabError('usage', { command: 'disk', message });
  }
  return withCluster(opening(context), async (cluster) => {
    const node = selectNode(word, await cluster.freshSnapshot(), { chance: context.chance });
    const answer = await cluster.request('disk', { action, node, name });
    const frozen = answer.frozenMs > 0 ? `; it was frozen for ${formatDuration(answer.frozenMs)}` : '';
    const done =
      action === 'save'
        ? `saved as ${name}, ${answer.bytes} bytes${frozen}`
        : `has the copy ${name} for its disk, which is ${answer.disk} now`;
    const { name: c } = cluster;
    return {
      kind: 'document',
      json: { schema: 'replab.disk/1', cluster: c, action, ...answer },
      text: (style) => `${node} ${done}\n${style.dim(`event ${answer.event}`)}`,
      next: action === 'save' ? [`replab disk -c ${c} ${node} restore ${name}`] : [`replab status -c ${c}`],
    };
  });
}
