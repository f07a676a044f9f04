/**
 * The supervisor's process: `supervisor.js DIR`, started by `launch.ts`, which tells it over its channel what
 * to start. Until the cluster is ready it lives for its launcher alone: if that goes away, so does the
 * half-started cluster. From then on it lives until it is told to end, unless it is bound to its launcher.
 */
import { basename } from 'node:path';
import { toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { startProxy } from '../proxy/host.ts';
import type { FromSupervisor, ToSupervisor } from './launch-message.ts';
import { startSupervisor, type Supervisor } from './supervisor.ts';

const [, , dir] = process.argv;

// A terminal's signals are not meant for a daemon.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

// Its log may be on a disk that is full: what cannot be written there is lost, and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Its end ends the nodes: a broken supervisor must not go on supervising.
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exit(exitCodes.internal);
});

function tell(message: FromSupervisor): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

async function run(message: ToSupervisor, launcherGone: Promise<unknown>): Promise<void> {
  let supervisor: Supervisor;
  try {
    supervisor = await startSupervisor({ dir: dir!, name: basename(dir!), spec: message.spec, proxy });
  } catch (error) {
    const { code, facts } = toReplabError(error);
    if (code === 'internal') console.error(error);
    await tell({ type: 'failed', code, facts });
    process.exit(exitCodes.internal);
  }
  const { kept, reaped, record } = supervisor.claim;
  const { spec, socket, token } = record.now;
  const end = (keep: boolean): void => {
    supervisor.down(keep, () => {}).catch((error: unknown) => console.error(error));
  };
  process.on('SIGTERM', () => end(true));
  void launcherGone.then(() => (message.bound || supervisor.phase() === 'starting' ? end(kept) : undefined));
  await tell({ type: 'listening', spec, socket, token, kept, reaped, event: supervisor.event });
  await supervisor.ended();
  process.exit(exitCodes.ok);
}

if (dir === undefined || !process.connected) {
  console.error('This is started by `replab up`.');
  process.exit(exitCodes.usage);
}
const proxy = startProxy();
// Whoever waits for it hears why it could not start.
proxy.catch(() => {});
/** Its launcher died before it said what to start; the proxy's worker alone would keep this process. */
const endUnasked = (): never => process.exit(exitCodes.ok);
process.once('disconnect', endUnasked);
const launcherGone = new Promise((resolve) => {
  process.once('disconnect', resolve);
});
process.once('message', (message) => {
  process.off('disconnect', endUnasked);
  void run(message as ToSupervisor, launcherGone);
});
