import { readFileSync } from 'node:fs';
import { guaranteeWords, guarantees, parseGuarantees, type Guarantee } from '../client/session/guarantees.ts';
import { badToken, parseToken, type SessionToken } from '../client/session/token.ts';
import { ReplabError } from '../control/errors.ts';
import { identityPattern } from '../control/state-dir.ts';
import { parseShards } from '../protocol/token.ts';
import { formatPosition } from '../protocol/position.ts';
import type { Cluster } from '../client/cluster-connection.ts';
import { files, guaranteesToComplete, identityWords } from './completes.ts';
import { completing, duration, text, UsageError } from './params.ts';

/** Of every command on keys: who does it, and what is promised. */
export const sessionOptions = {
  as: completing(
    identityWords,
    text('NAME', 'who does it: what is seen is kept for the next command of the same name', parseIdentity),
  ),
  guarantee: completing(
    guaranteesToComplete,
    text('GUARANTEE,…', `what is promised: ${guaranteeWords.join(', ')}`),
  ),
  token: completing(
    files,
    text('FILE|TEXT', 'what was seen on another device: a file, its text, or a position'),
  ),
  wait: duration('how long a read waits at a replica that is behind the session', 1000),
};

export interface SessionWords {
  readonly as: string | null;
  readonly guarantee: string | null;
  readonly token: string | null;
  readonly wait: number;
}

export const guaranteeNotes: readonly string[] = [
  `\`--guarantee\` promises: ${Object.entries(guarantees)
    .map(([name, means]) => `\`${name}\` (${means})`)
    .join(
      ', ',
    )}; \`monotonic\` is both monotonic ones, \`causal\` all four. It needs \`--as\` or \`--token\`.`,
];

export function parseIdentity(word: string): string {
  if (!identityPattern.test(word))
    throw new UsageError('a name of letters, digits and . _ - @, such as alice');
  return word;
}

/** A token alone asks for all that it can promise. */
export function guaranteesIn({ as, guarantee, token }: SessionWords): readonly Guarantee[] {
  if (guarantee === null) return token === null ? [] : parseGuarantees('causal');
  if (as === null && token === null) {
    throw new ReplabError('usage', {
      message: "A guarantee is somebody's: say whose with `--as NAME`, or after what with `--token`.",
    });
  }
  return parseGuarantees(guarantee);
}

/** A file, the text of one, or positions as answers give them: `1@n1/7`. */
export function tokenIn(word: string, { name, spec }: Cluster): SessionToken {
  const shards = parseShards(word);
  if (shards !== null) {
    if (spec.shards > 1 && !word.includes('='))
      throw badToken(word, `There are ${spec.shards} shards: say of which it is, such as 1=${word}`);
    const texts = Object.entries(shards).map(
      ([shard, positions]) => [shard, positions.map(formatPosition)] as const,
    );
    return {
      schema: 'replab.token/1',
      cluster: name,
      mode: spec.mode,
      shards: Object.fromEntries(texts.map(([shard, seen]) => [shard, { wrote: seen, read: seen }])),
    };
  }
  if (word.trimStart().startsWith('{')) return parseToken(word, 'the token');
  try {
    return parseToken(readFileSync(word, 'utf8'), word);
  } catch (error) {
    if (error instanceof ReplabError) throw error;
    throw badToken(
      word,
      `It is no position, no JSON, and no file that can be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
