import { c, detail, row, type ErrorRow } from './error-row.ts';
import { exitCodes } from './exit-codes.ts';

const { usage, notFound, refused } = exitCodes;

/** Sessions: what is kept of users, and what nodes refuse for their sake. */
export const sessionErrors = {
  'bad-token': row(
    usage,
    (f) => `${f.source} holds no token that can be used.`,
    (f) => detail(f, 'It cannot be read as one.'),
    'Make one with `replab token export NAME`.',
  ),
  'no-such-session': row(
    notFound,
    (f) => `There is no session of ${f.as}.`,
    (f) => (f.names === '' ? 'None has begun.' : `There are: ${f.names}.`),
    (f) => `One begins with the first command: \`replab put${c(f)} --as ${f.as} KEY VALUE\`.`,
  ),
  'session-unreadable': row(
    refused,
    (f) => `The session of ${f.as} cannot be read.`,
    (f) => detail(f, 'Its file is damaged.'),
    (f) => `Forget what ${f.as} has seen: \`replab token${c(f)} clear ${f.as}\`.`,
  ),
  'identity-busy': row(
    refused,
    (f) => `${f.as} is busy.`,
    (f) =>
      `Another command as ${f.as} went on for longer than ${f.within}; a session does one thing at a time.`,
    'Wait for it, or give it more time with `--timeout`.',
  ),
  'not-seen-yet': row(
    refused,
    (f) => `${f.node ?? 'This node'} does not have yet what this session has seen.`,
    (f) => detail(f, 'Its log does not reach that far, and did not in the time given.'),
    'Read elsewhere (`--read leader`), wait for it (`replab wait caught-up`), or ask without a guarantee.',
  ),
  'write-lost': row(
    refused,
    (f) => `What this session had written or read is lost: ${f.token}.`,
    (f) => `The log of ${f.node ?? 'the leader'} went another way after ${f.forkedAt}.`,
    'The session goes on without it. What was cut off is in `replab events --name discarded`.',
  ),
} as const satisfies Record<string, ErrorRow>;
