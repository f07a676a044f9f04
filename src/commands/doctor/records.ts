import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clusterNamePattern } from '../../cluster/spec.ts';
import { readRecord } from '../../control/cluster-record.ts';
import { removeCluster } from '../../control/remains.ts';
import { paths, strangersIn } from '../../control/state-dir.ts';
import { supervisedDirs } from '../../control/stray-processes.ts';
import type { Check, Finding } from './check.ts';

/** What a command that was killed left half-done, and records that cannot be read. */
export const records: Check = {
  title: 'Records',
  look({ root }) {
    const busy = supervisedDirs(root);
    const findings = namesIn(root)
      .filter((name) => !busy.includes(join(root, name)))
      .flatMap((name) => ofEntry(root, name));
    return findings.length > 0 ? findings : [{ level: 'ok', what: 'All are whole.' }];
  },
};

function ofEntry(root: string, name: string): readonly Finding[] {
  const path = join(root, name);
  if (/^\..*~removed$/.test(name)) return [half(path, 'A removal was not finished')];
  return clusterNamePattern.test(name) ? ofCluster(root, path) : [];
}

function ofCluster(root: string, dir: string): readonly Finding[] {
  const name = basename(dir);
  const read = readRecord(dir);
  switch (read.type) {
    case 'newer':
      return [
        {
          level: 'trouble',
          what: `${name} was written by a newer replab (${read.schema}).`,
          fix: 'Use that version for it.',
        },
      ];
    case 'foreign':
      return [{ level: 'note', what: `${dir} is not of replab, and is left alone. ${read.reason}.` }];
    case 'corrupt':
      return [damaged(root, dir, read.reason)];
    case 'missing':
      return strangersIn(dir).length === 0
        ? [{ ...halfMade(dir), remove: () => removed(root, name) }]
        : [{ level: 'note', what: `${dir} is not of replab, and is left alone.` }];
    case 'record':
      return temporaries(dir).map((path) => half(path, 'A write was not finished'));
  }
}

/** Data that a record spoke of may still be wanted, so they are not removed with it. */
function damaged(root: string, dir: string, reason: string): Finding {
  const name = basename(dir);
  const what = `The record of ${name} cannot be read: ${reason}`;
  return hasData(dir)
    ? {
        level: 'left',
        what: `${what}. Data of nodes lie beside it.`,
        fix: `\`replab down -c ${name}\` removes both.`,
      }
    : { level: 'left', what: `${what}. There are no data beside it.`, remove: () => removed(root, name) };
}

function halfMade(dir: string): Finding {
  return { level: 'left', what: `${dir} was begun, and never became a cluster.` };
}

async function removed(root: string, name: string): Promise<void> {
  await removeCluster(root, name);
}

function half(path: string, why: string): Finding {
  return {
    level: 'left',
    what: `${why}: ${path}.`,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function temporaries(dir: string): readonly string[] {
  const record = join(dir, 'cluster.json.new');
  const saved = paths.saved(dir);
  return [
    ...(existsSync(record) ? [record] : []),
    ...namesIn(saved)
      .filter((name) => /\.json\.\d+$/.test(name))
      .map((name) => join(saved, name)),
  ];
}

function hasData(dir: string): boolean {
  return namesIn(join(dir, 'nodes')).length > 0;
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
