import { keyChanges } from '../client/key-changes.ts';
import type { Entry } from '../protocol/entry.ts';
import { formatBallot, formatPosition } from '../protocol/position.ts';
import type { Style } from './style.ts';

/** `1@n1/3  x = "2"  (was "1")`: an entry of the log as people read it. */
export function entryLine(entry: Entry, style: Style): string {
  const by =
    entry.client === undefined
      ? ''
      : style.dim(`  by ${entry.client}${entry.seq === undefined ? '' : `#${entry.seq}`}`);
  return `${style.bold(formatPosition(entry.at).padEnd(12))}  ${bodyText(entry)}${by}`;
}

function bodyText(entry: Entry): string {
  const { body } = entry;
  switch (body.kind) {
    case 'epochStart':
      return `epoch ${formatBallot(entry.at.epoch)} begins`;
    case 'config':
      return `settings ${configText(body.config)}`;
    case 'rows':
      return keyChanges(entry).map(changeText).join(', ');
  }
}

function changeText(change: {
  readonly key: string;
  readonly old: string | null;
  readonly new: string | null;
}): string {
  const was = change.old === null ? '' : `  (was ${quoted(change.old)})`;
  return change.new === null ? `del ${change.key}${was}` : `${change.key} = ${quoted(change.new)}${was}`;
}

function configText(config: unknown): string {
  if (typeof config !== 'object' || config === null) return JSON.stringify(config);
  return Object.entries(config)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

const shownChars = 60;

/** Long values are cut: the log is for reading, `--json` has all of it. */
export function quoted(text: string): string {
  if (text.length <= shownChars) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, shownChars))}… (${text.length} characters)`;
}
