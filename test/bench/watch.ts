import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from './cluster.ts';
import { repeat, type Figure } from './measure.ts';
import { root } from '../support/root.ts';

const size = { columns: 120, rows: 40 };
/** The machine compiles what runs often in its first seconds. */
const warmMs = 4000;
const measuredMs = 8000;

/**
 * What looking costs: `watch` in a terminal of 120×40, five nodes, one of them cut off under 200 writes a second,
 * so that every snapshot is another; then the same at rest. Bytes that reach the terminal, and the share of one
 * core that the process takes, which /proc tells.
 */
export async function watch(bench: Bench, runs: number): Promise<readonly Figure[]> {
  const rows = await repeat(Math.min(runs, 3), () =>
    bench.withCluster(5, async (name) => {
      const screen = await openScreen(bench, name);
      try {
        const writer = await steadyWrites((await bench.leader(name)).clientPort);
        await bench.replab('isolate', '-c', name, 'n5');
        const busy = await screen.cost();
        writer.stop();
        await bench.replab('heal', '-c', name);
        await screen.rest();
        return { busy, rest: await screen.cost() };
      } finally {
        await screen.close();
      }
    }),
  );
  const figures = (what: 'busy' | 'rest', words: string): readonly Figure[] => [
    { name: `\`watch\`, ${words}: written`, unit: 'kB/s', values: rows.map((row) => row[what].kBPerSecond) },
    { name: `\`watch\`, ${words}: of a core`, unit: '%', values: rows.map((row) => row[what].corePercent) },
  ];
  return [...figures('busy', '5 nodes, 4 Hz, 120×40'), ...figures('rest', 'nothing changes')];
}

interface Cost {
  readonly kBPerSecond: number;
  readonly corePercent: number;
}

interface Screen {
  /** Settles when what was on its way has been drawn: a second without a byte. */
  rest(): Promise<void>;
  cost(): Promise<Cost>;
  close(): Promise<void>;
}

async function openScreen(bench: Bench, name: string): Promise<Screen> {
  const bin = join(root, 'bin/replab.js');
  const line = `stty cols ${size.columns} rows ${size.rows}; echo pid=$$; exec '${process.execPath}' '${bin}' watch -c ${name}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { ...bench.env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let bytes = 0;
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    bytes += data.length;
    if (text.length < 100_000) text += data.toString();
  });
  while (!text.includes('[1 overview]')) await once(child.stdout, 'data');
  const pid = Number(/pid=(\d+)/.exec(text)![1]);
  return {
    async rest() {
      for (let seen = -1; seen !== bytes;) {
        seen = bytes;
        await wait(1000);
      }
    },
    async cost() {
      await wait(warmMs);
      const before = { bytes, cpuMs: cpuMsOf(pid), at: performance.now() };
      await wait(measuredMs);
      const seconds = (performance.now() - before.at) / 1000;
      return {
        kBPerSecond: (bytes - before.bytes) / 1000 / seconds,
        corePercent: (cpuMsOf(pid) - before.cpuMs) / 10 / seconds,
      };
    },
    async close() {
      child.stdin.write('q');
      await ended(child);
    },
  };
}

/** Time of user and kernel, which Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** 200 writes a second, ten at a time, to as many keys as a screen has lines. */
async function steadyWrites(port: number): Promise<{ stop(): void }> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.resume();
  let written = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 10; i += 1) {
      written += 1;
      socket.write(`SET k${written % 40} ${written}\r\n`);
    }
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}
