import { formatBallot, formatPosition } from '../../protocol/position.ts';
import type { ReplicaStatus } from '../../protocol/protocol.ts';
import { compatibleVersion } from './connection.ts';
import { many, type CommandContext, type CommandRow, type ServedNode } from './command.ts';
import { array, bulk, error, integer, map, nothing, type RespValue } from '../resp-value.ts';

export const serverCommands: readonly CommandRow[] = [
  {
    name: 'COMMAND',
    usage: 'COMMAND [COUNT|LIST|INFO name …|DOCS name …]',
    summary: 'The commands of this table.',
    arity: [0, many],
    kind: 'node',
    keys: 'none',
    run: ([subcommand, ...names], { commands }) => describeCommands(subcommand, names, commands),
  },
  {
    name: 'CONFIG',
    usage: 'CONFIG GET pattern [pattern …]',
    summary: 'What tools made for Redis ask; nothing can be set here.',
    arity: [1, many],
    kind: 'node',
    keys: 'none',
    run([subcommand, ...patterns]) {
      if (subcommand!.toUpperCase() !== 'GET' || patterns.length === 0) {
        return error('ERR unsupported: CONFIG GET only; settings are changed by replab set');
      }
      const wanted = patterns.map(globOf);
      const rows = configuration.filter(([name]) => wanted.some((glob) => glob.test(name)));
      return map(rows.map(([name, value]) => [name, bulk(value)]));
    },
  },
  {
    name: 'TIME',
    usage: 'TIME',
    summary: "What this node's calendar shows, in seconds and microseconds.",
    arity: [0, 0],
    kind: 'node',
    keys: 'none',
    run(_args, { node }) {
      const ms = node.wall();
      return array([bulk(String(Math.floor(ms / 1000))), bulk(String((ms % 1000) * 1000))]);
    },
  },
  {
    name: 'INFO',
    usage: 'INFO [section …]',
    summary: 'Facts about this node, in the form and words of Redis.',
    arity: [0, many],
    kind: 'node',
    keys: 'none',
    afterEarlier: true,
    run: (sections, { node }) => bulk(info(sections, node)),
  },
];

/** redis-benchmark asks for `save` and `appendonly` before it begins. */
const configuration: readonly (readonly [string, string])[] = [
  ['appendonly', 'yes'],
  ['databases', '1'],
  ['maxmemory', '0'],
  ['save', ''],
  ['timeout', '0'],
];

/** `*`, `?`: as in CONFIG GET of Redis. */
function globOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

type Commands = CommandContext['commands'];

function describeCommands(
  subcommand: string | undefined,
  names: readonly string[],
  commands: Commands,
): RespValue {
  const named = names.map((name) => commands.get(name.toUpperCase()));
  const all = [...commands.values()];
  switch (subcommand?.toUpperCase()) {
    case undefined:
      return array(all.map(commandInfo));
    case 'COUNT':
      return integer(all.length);
    case 'LIST':
      return array(all.map(({ name }) => bulk(name.toLowerCase())));
    case 'INFO':
      if (names.length === 0) return array(all.map(commandInfo));
      return array(named.map((row) => (row === undefined ? nothing : commandInfo(row))));
    case 'DOCS': {
      const rows = names.length === 0 ? all : named.filter((row) => row !== undefined);
      return map(rows.map((row) => [row.name.toLowerCase(), commandDocs(row)]));
    }
    default:
      return error(`ERR unknown subcommand '${subcommand}'. Try COMMAND COUNT, LIST, INFO or DOCS`);
  }
}

/** Name, arity with the name counted (negative: at least), flags, first key, last key, step. */
function commandInfo({ name, arity: [least, most], kind, keys }: CommandRow): RespValue {
  const flags = kind === 'write' ? ['write'] : kind === 'read' ? ['readonly'] : ['fast'];
  const places = keys === 'none' ? [0, 0, 0] : keys === 'first' ? [1, 1, 1] : [1, -1, 1];
  return array([
    bulk(name.toLowerCase()),
    integer(least === most ? least + 1 : -(least + 1)),
    array(flags.map((text) => ({ kind: 'simple', text }))),
    ...places.map(integer),
  ]);
}

function commandDocs({ summary, usage, kind }: CommandRow): RespValue {
  return map([
    ['summary', bulk(`${summary} (${usage})`)],
    ['since', bulk(compatibleVersion)],
    ['group', bulk(kind === 'connection' ? 'connection' : kind === 'node' ? 'server' : 'string')],
  ]);
}

function info(sections: readonly string[], node: ServedNode): string {
  const wanted = new Set(sections.map((section) => section.toLowerCase()));
  const all = wanted.size === 0 || ['all', 'default', 'everything'].some((name) => wanted.has(name));
  return Object.entries(infoSections(node))
    .filter(([name]) => all || wanted.has(name.toLowerCase()))
    .map(([name, lines]) => `# ${name}\r\n${lines.map(([key, value]) => `${key}:${value}\r\n`).join('')}`)
    .join('\r\n');
}

/** Of another than the first shard, whose facts have lines of their own. */
function shardFacts(status: ReplicaStatus | null): string {
  if (status === null) return 'none';
  const { role, leader, epoch, received, applied } = status;
  return `role=${role},leader=${leader ?? 'none'},epoch=${formatBallot(epoch)},received=${formatPosition(received)},applied=${formatPosition(applied)}`;
}

/** `role` in the word Redis has for it, since tools compare it; `rl_role` in ours. */
function infoSections(
  node: ServedNode,
): Readonly<Record<string, readonly (readonly [string, string | number])[]>> {
  const statuses = Array.from({ length: node.shards }, (_, shard) => node.status(shard));
  const [status = null] = statuses;
  const keys = statuses.reduce((sum, one) => sum + (one?.keys ?? 0), 0);
  const port = status?.leader === null || status === null ? undefined : node.clientPorts[status.leader];
  return {
    Server: [
      ['redis_version', compatibleVersion],
      ['redis_mode', 'standalone'],
      ['process_id', process.pid],
      ['uptime_in_seconds', Math.floor((node.now() - node.startedAt) / 1000)],
      ['rl_cluster', node.cluster],
      ['rl_node', node.self],
    ],
    Clients: [['connected_clients', node.connectedClients()]],
    Memory: [['used_memory_rss', process.memoryUsage.rss()]],
    Persistence: [['loading', 0]],
    Replication: [
      ['role', status?.role === 'leader' ? 'master' : 'slave'],
      ...(status?.role === 'leader' || port === undefined
        ? []
        : ([
            ['master_host', '127.0.0.1'],
            ['master_port', port],
          ] as const)),
      ['connected_slaves', status?.followers.length ?? 0],
      ['rl_role', status?.role ?? 'none'],
      ['rl_leader', status?.leader ?? 'none'],
      ['rl_epoch', status === null ? 'none' : formatBallot(status.epoch)],
      ['rl_received', status === null ? 'none' : formatPosition(status.received)],
      ['rl_applied', status === null ? 'none' : formatPosition(status.applied)],
      ...statuses.slice(1).map((one, i) => [`rl_shard${i + 1}`, shardFacts(one)] as const),
    ],
    Keyspace: keys === 0 ? [] : [['db0', `keys=${keys},expires=0,avg_ttl=0`]],
  };
}
