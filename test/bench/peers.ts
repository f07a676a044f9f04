import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';

/** A program beside ours, that listens on a port of 127.0.0.1. */
export interface Peer {
  readonly port: number;
  /** Processor seconds it has used so far; NaN where there is no /proc. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/** Says which of the programs are there, and in a word which are not and what is therefore not measured. */
export function present<T extends string>(programs: readonly T[]): ReadonlySet<T> {
  const there = programs.filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0,
  );
  for (const program of programs) {
    if (!there.includes(program))
      console.error(`  no ${program} here: what it would be measured beside is skipped`);
  }
  return new Set(there);
}

/** `args`: as on the command line of redis-server. Data and log of its own, nothing kept. */
export async function startRedis(...args: readonly string[]): Promise<Peer> {
  return await start((port, dir) => [
    'redis-server',
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--daemonize', 'no'],
    ...['--repl-diskless-sync-delay', '0', ...args],
  ]);
}

/** As TCP proxies, one process and one thread each, before `upstream`. */
export async function startNginx(upstream: number): Promise<Peer> {
  return await start((port, dir) => {
    const dynamic = '/usr/lib/nginx/modules/ngx_stream_module.so';
    const load = existsSync(dynamic) ? `load_module ${dynamic};` : '';
    const server = `server { listen 127.0.0.1:${port}; proxy_pass 127.0.0.1:${upstream}; }`;
    writeFileSync(
      join(dir, 'conf'),
      `${load} daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/log;
       events { worker_connections 1024; } stream { ${server} }`,
    );
    return ['nginx', '-p', dir, '-c', join(dir, 'conf'), '-e', join(dir, 'log')];
  });
}

export async function startHaproxy(upstream: number): Promise<Peer> {
  return await start((port, dir) => {
    writeFileSync(
      join(dir, 'conf'),
      `global\n  nbthread 1\ndefaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s
listen hop\n  bind 127.0.0.1:${port}\n  server upstream 127.0.0.1:${upstream}\n`,
    );
    return ['haproxy', '-db', '-f', join(dir, 'conf')];
  });
}

async function start(commandOf: (port: number, dir: string) => readonly string[]): Promise<Peer> {
  const dir = mkdtempSync(join(tmpdir(), 'rl-peer-'));
  const port = await freePort();
  const [program, ...args] = commandOf(port, dir);
  const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await until(`${program} to listen`, () => child.exitCode === null && answers(port), {
      show: () => stderr,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, cpuSeconds: () => cpuSecondsOf(child.pid!), stop };
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** One the kernel has just given out: nobody else gets it soon. */
async function freePort(): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** User and system time, in hundredths of a second, are fields 14 and 15. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}
