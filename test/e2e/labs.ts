import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tempDir } from '../support/until.ts';
import type { Shell } from './replab.ts';

/** A lab whose fix is a heal; lines to put between. */
export function labOf({
  weak = '',
  after = 'expect \'nodes[id="n2"].lag.entries = 0\' --within 5s',
  explain = '{{ w.at.text }}',
}) {
  return [
    '---\ntitle: A lab of a test\nminutes: 1\n---',
    '```replab\nup --nodes 2\nput x 1 --save w\nwait caught-up\n```',
    '## Predict\n\nIs it?\n\n- Yes. <!-- w.exit = 0 -->\n- No. <!-- w.exit = 8 -->',
    `## Weak\n\n\`\`\`replab weak\nisolate n2\n${weak}\n\`\`\``,
    `\`\`\`replab fix\nheal\n\`\`\`\n\`\`\`replab\n${after}\n\`\`\``,
    `## Explain\n\n${explain}`,
  ].join('\n\n');
}

export function folderOf(labs: Readonly<Record<string, string>>): string {
  const dir = tempDir();
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(labs)) writeFileSync(join(dir, `${name}.md`), text);
  return dir;
}

/** Runs of labs of which something is there. */
export function kept({ env }: Shell): readonly string[] {
  return readdirSync(join(env['XDG_STATE_HOME']!, 'replab', '.labs')).toSorted();
}

interface RunDocument {
  readonly verdict: string;
  readonly exit: number;
  readonly labs: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly dir: string | null;
    readonly explained: readonly string[];
    readonly steps: readonly { readonly line: number; readonly verdict: string; readonly said: string }[];
  }[];
}

export async function runJson(own: Shell, ...words: readonly string[]): Promise<RunDocument> {
  const { stdout, exit } = await own.run(['lab', 'run', ...words, '--json']);
  const document = JSON.parse(stdout) as RunDocument;
  expect(document.exit).toBe(exit);
  return document;
}

export const bitten = 'put x 2\nexpect \'nodes[id="n2"].lag.entries = 1\'';
