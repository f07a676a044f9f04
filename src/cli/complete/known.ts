import type { Known } from '../../commands/completes.ts';
import { onlyCluster } from '../../control/attach.ts';
import { readRecord } from '../../control/cluster-record.ts';
import { clusterDir, stateRoot } from '../../control/state-dir.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What a line of `words` is about, as files show it. */
export function knownOf(words: readonly string[], env: Env): Known {
  const root = stateRoot(env);
  return {
    root,
    cluster() {
      try {
        const read = readRecord(
          clusterDir(root, named(words) ?? nonEmpty(env['REPLAB_CLUSTER']) ?? onlyCluster(root)),
        );
        return read.type === 'record' ? read.record : null;
      } catch {
        // None, or several, or no name at all: there is nothing to offer, and nobody to tell.
        return null;
      }
    },
  };
}

function named(words: readonly string[]): string | null {
  for (const [i, word] of words.entries()) {
    if (word === '-c' || word === '--cluster') return words[i + 1] ?? null;
    const attached = /^(?:--cluster=|-c)([^-].*)$/.exec(word);
    if (attached !== null) return attached[1]!;
  }
  return null;
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
