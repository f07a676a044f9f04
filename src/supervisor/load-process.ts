import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorFromWire, ReplabError } from '../control/errors.ts';
import type { FromLoad, ToLoad } from '../control/load-message.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { identify, killIdentity, markVariable, type ProcessIdentity } from '../control/process-identity.ts';
import { paths } from '../control/state-dir.ts';
import { entryFile } from '../engines/entries.ts';
import { lastWords } from '../engines/log-tail.ts';
import { parentDeathCommand } from '../engines/parent-death.ts';

/** The process of a load in the background. */
export interface LoadProcess {
  readonly identity: ProcessIdentity;
  /** Rejects when it gave up, or ended, before anything was acknowledged. */
  readonly acknowledged: Promise<{ readonly id: string; readonly event: number }>;
  readonly exited: Promise<void>;
  kill(): void;
}

export interface LoadProcessOptions {
  readonly dir: string;
  readonly cluster: string;
  readonly mark: string;
  readonly plan: LoadPlan;
  /** It gives up when nothing was acknowledged in most of this. */
  readonly withinMs: number;
}

/** Whoever waits hears of it in time. */
const shareOfTime = 0.8;
/** What it may take to end when it gives up. */
const graceMs = 10_000;

/** Starts it as nodes are: it ends with this process, however that ends. */
export function startLoadProcess({ dir, cluster, mark, plan, withinMs }: LoadProcessOptions): LoadProcess {
  const logFile = paths.loadLog(dir);
  const log = openSync(logFile, 'a', 0o600);
  try {
    const logStart = fstatSync(log).size;
    const [command, ...args] = [
      ...(parentDeathCommand() ?? []),
      process.execPath,
      entryFile('load'),
    ] as const;
    const child = spawn(command, args, {
      cwd: '/',
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, [markVariable]: mark },
    });
    child.on('error', () => {});
    const identity = child.pid === undefined ? null : identify(child.pid);
    const facts = { cluster, workload: plan.workload, log: logFile };
    if (identity === null) {
      child.kill('SIGKILL');
      throw new ReplabError('load-failed', { ...facts, detail: `${command} could not be started` });
    }
    const acknowledged = Promise.withResolvers<{ readonly id: string; readonly event: number }>();
    acknowledged.promise.catch(() => {});
    const exited = Promise.withResolvers<void>();
    child.on('message', (message) => {
      const told = message as FromLoad;
      if (told.type === 'acknowledged') acknowledged.resolve(told);
      else acknowledged.reject(errorFromWire(told.code, told.facts));
    });
    child.once('exit', () => {
      const detail = lastWords(logFile, logStart);
      acknowledged.reject(
        new ReplabError('load-failed', { ...facts, ...(detail === null ? {} : { detail }) }),
      );
      exited.resolve();
    });
    const kill = (): void => void killIdentity(identity, 'SIGKILL');
    const send = (message: ToLoad): void => void (child.connected && child.send(message, () => {}));
    send({ type: 'start', root: dirname(dir), cluster, plan });
    const impatient = setTimeout(() => send({ type: 'give-up', withinMs }), withinMs * shareOfTime);
    const hangs = setTimeout(kill, withinMs + graceMs);
    void acknowledged.promise.then(
      () => clearTimeout(hangs),
      () => {},
    );
    void exited.promise.then(() => clearTimeout(hangs));
    void Promise.race([acknowledged.promise.catch(() => {}), exited.promise]).then(() =>
      clearTimeout(impatient),
    );
    return { identity, acknowledged: acknowledged.promise, exited: exited.promise, kill };
  } finally {
    closeSync(log);
  }
}
