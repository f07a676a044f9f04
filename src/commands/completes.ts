import { clientAt } from '../cluster/place.ts';
import { regionNames } from '../cluster/regions.ts';
import { policyWords } from '../client/session/read-policy.ts';
import { guaranteeWords } from '../client/session/guarantees.ts';
import { clusterDir, identitiesIn } from '../control/state-dir.ts';
import type { ClusterRecord } from '../control/cluster-record.ts';
import { summarizeClusters } from '../control/attach.ts';
import { shardsOf } from '../protocol/shard.ts';
import { labNames, ownLabs } from './lab-names.ts';
import { selectorForms, selectorNames } from '../client/selectors.ts';

/** A word that could be typed, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly means?: string;
}

/** What completion may look at: files, never a supervisor. */
export interface Known {
  readonly root: string;
  /** Of the cluster the line is about; null when it is not clear which, or when it is not there. */
  cluster(): ClusterRecord | null;
}

/**
 * What an argument or an option may be. Words are completed part by part after the last of `separators`.
 * `files`: paths, which the shell itself completes. `command-line`: a command line of replab begins here.
 */
export type Completes =
  | {
      readonly kind: 'words';
      readonly separators: string;
      /** `before`: the words of the command that stand before this one. */
      words(known: Known, before: readonly string[]): readonly Candidate[];
      /** Offered only where nothing of the word stands yet before a separator. */
      readonly alone?: readonly Candidate[];
    }
  | { readonly kind: 'files' }
  | { readonly kind: 'command-line' };

export const files: Completes = { kind: 'files' };
export const commandLine: Completes = { kind: 'command-line' };

/** Some of them, with commas between. */
export function someOf(...words: readonly string[]): Completes {
  return { kind: 'words', separators: ',', words: () => words.map((word) => ({ word })) };
}

export function fixed(...words: readonly string[]): Completes {
  return { kind: 'words', separators: '', words: () => words.map((word) => ({ word })) };
}

/** `normal|full`, `none|K|all`: the words of a placeholder, as far as they are words. */
export function wordsOfPlaceholder(placeholder: string | null): readonly string[] {
  return (placeholder ?? '').split('|').filter((word) => /^[a-z][a-z-]*$/.test(word));
}

export function ofPlaceholder(placeholder: string | null): Completes | undefined {
  const words = wordsOfPlaceholder(placeholder);
  return words.length === 0 ? undefined : fixed(...words);
}

/** Nodes and selectors, one or several: `n1,@lagging`. */
export const nodeWords: Completes = { kind: 'words', separators: ',', words: nodesAndSelectors };

/** As `nodeWords`, in the grammar of faults: `n1,n2/client`, `n1:@leader`. */
export const placeWords: Completes = {
  kind: 'words',
  separators: ',/:',
  words: (known) => [
    ...nodesAndSelectors(known),
    { word: 'client', means: 'clients' },
    ...regionsKnown(known).map((name) => ({ word: clientAt(name), means: `clients in ${name}` })),
  ],
};

/** As `placeWords`, or a preset. */
export const groupWords: Completes = {
  ...placeWords,
  alone: [
    { word: 'ring', means: 'each reaches the one before and the one after it' },
    { word: 'bridge:', means: 'two halves that meet at one node' },
  ],
};

export const readWords: Completes = {
  kind: 'words',
  separators: '',
  words: (known) => [...policyWords.map((word) => ({ word })), ...nodesAndSelectors(known)],
};

export const regionWords: Completes = {
  kind: 'words',
  separators: '',
  words: (known) => regionsKnown(known).map((word) => ({ word, means: 'a region' })),
};

export const shardWords: Completes = {
  kind: 'words',
  separators: '',
  words: (known) => shardsKnown(known).map((shard) => ({ word: String(shard), means: 'a shard' })),
};

export const identityWords: Completes = { kind: 'words', separators: '', words: identities };

export const guaranteesToComplete: Completes = {
  kind: 'words',
  separators: ',',
  words: () => guaranteeWords.map((word) => ({ word })),
};

function identities(known: Known): readonly Candidate[] {
  const name = known.cluster()?.spec.name;
  if (name === undefined) return [];
  return identitiesIn(clusterDir(known.root, name)).map((word) => ({ word, means: 'a session' }));
}

export const logWords: Completes = {
  kind: 'words',
  separators: '',
  words: (known) => [...nodeNames(known), { word: 'supervisor' }],
};

export const faultWords: Completes = {
  kind: 'words',
  separators: '',
  words: (known) =>
    (known.cluster()?.faults ?? []).map(({ id, params }) => ({ word: id, means: params.kind })),
};

export const clusterWords: Completes = {
  kind: 'words',
  separators: '',
  words: ({ root }) => summarizeClusters(root).map(({ name, state }) => ({ word: name, means: state })),
};

function nodesAndSelectors(known: Known): readonly Candidate[] {
  const means = new Map(selectorForms);
  return [
    ...nodeNames(known),
    { word: 'all', means: 'every node' },
    ...['@follower.0', ...selectorNames].map((word) => ({ word, means: means.get(word) ?? '' })),
    ...shardsKnown(known)
      .slice(1)
      .map((shard) => ({ word: `@leader:${shard}`, means: `the leader of shard ${shard}` })),
    ...regionsKnown(known).map((name) => ({ word: `@region:${name}`, means: `the nodes in ${name}` })),
  ];
}

function shardsKnown(known: Known): readonly number[] {
  return shardsOf(known.cluster()?.spec.shards ?? 1);
}

function regionsKnown(known: Known): readonly string[] {
  return regionNames(known.cluster()?.spec.regions);
}

function nodeNames(known: Known): readonly Candidate[] {
  return (known.cluster()?.spec.nodes ?? []).map((word) => ({ word, means: 'a node' }));
}

export const labWords: Completes = {
  kind: 'words',
  separators: '',
  words: () => labNames(ownLabs()).map((word) => ({ word, means: 'a lab' })),
};
