import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentResult } from '../commands/command.ts';
import { ReplabError, unwritable } from '../control/errors.ts';
import { quoteWord } from '../lib/shell-words.ts';
import { labNameFault } from './catalogue.ts';

/** Writes a lab that runs and passes, for its author to change. Throws `lab-exists`. */
export function newLab(dir: string, name: string): DocumentResult {
  const fault = labNameFault(name);
  if (fault !== null) throw new ReplabError('usage', { command: 'lab', message: fault });
  const path = join(dir, `${name}.md`);
  if (existsSync(path)) throw new ReplabError('lab-exists', { path });
  try {
    writeFileSync(path, skeleton, { flag: 'wx' });
  } catch (error) {
    throw unwritable(path, error);
  }
  return {
    kind: 'document',
    json: { schema: 'replab.lab-new/1', name, path } as { readonly schema: string },
    text: () => `${path} is a lab: it runs as it stands`,
    next: [`replab lab run ${quoteWord(path)}`, `replab lab run ${quoteWord(path)} --without-fix`],
  };
}

/** A stale read, and its end. */
export const skeleton = `---
title: What it shows, as a headline
notes: []
modes: [single-leader]
minutes: 3
---

# What it shows, as a headline

What it is about, in a few sentences. A cluster of three; n1 leads.

\`\`\`replab
up --nodes 3
put x old
wait caught-up
\`\`\`

## Predict

n3 is cut off from the others, and a client writes x. What does another client read at n3?

- The new value. <!-- stale.value = "new" -->
- The old value. <!-- stale.value = "old" -->
- Nothing: the read is refused. <!-- stale.exit = 8 -->

## What goes wrong

\`\`\`replab weak
isolate n3 --save cut                 # holds what others send to n3; clients still reach it
put x new --save write
get x --read n3 --save stale
expect 'stale.value = "old" and nodes[id="n3"].lag.entries = 1'
\`\`\`

## What helps

\`\`\`replab fix
heal
\`\`\`

\`\`\`replab
expect 'nodes[id="n3"].lag.entries = 0' --within 3s
get x --read n3 --save fresh
expect 'fresh.value = "new"'
\`\`\`

## Hints

- Who tells n3 that there is something new?

## Explain

n3 was cut off (event {{ cut.event }}) when x became "new" at {{ write.at.text }}. It answered with what it had,
"{{ stale.value }}": a follower that hears nothing cannot know that it is behind. When the line was back it was sent what
it lacked, and answered "{{ fresh.value }}".

## In real systems

- What you would meet this as.
`;
