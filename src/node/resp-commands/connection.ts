import { many, type CommandContext, type CommandRow, type Session } from './command.ts';
import { array, bulk, error, integer, map, nothing, ok, type RespValue } from '../resp-value.ts';

/** The Redis whose answers these follow: clients choose by it what they may use. */
export const compatibleVersion = '7.0.0';

export const connectionCommands: readonly CommandRow[] = [
  {
    name: 'PING',
    usage: 'PING [message]',
    summary: 'Answers PONG, or the message.',
    arity: [0, 1],
    kind: 'connection',
    keys: 'none',
    takesBytes: true,
    run: ([message]) =>
      message === undefined ? { kind: 'simple', text: 'PONG' } : { kind: 'bytes', latin1: message },
  },
  {
    name: 'ECHO',
    usage: 'ECHO message',
    summary: 'Answers the message.',
    arity: [1, 1],
    kind: 'connection',
    keys: 'none',
    takesBytes: true,
    run: ([message]) => ({ kind: 'bytes', latin1: message! }),
  },
  {
    name: 'HELLO',
    usage: 'HELLO [2|3 [SETNAME name]]',
    summary: 'Chooses the version of the protocol.',
    arity: [0, many],
    kind: 'connection',
    keys: 'none',
    run: hello,
  },
  {
    name: 'SELECT',
    usage: 'SELECT 0',
    summary: 'There is one database, 0.',
    arity: [1, 1],
    kind: 'connection',
    keys: 'none',
    run: ([index]) => (index === '0' ? ok : error('ERR DB index is out of range')),
  },
  {
    name: 'CLIENT',
    usage: 'CLIENT ID|INFO|GETNAME|SETNAME name|SETINFO attribute value|NO-EVICT on|NO-TOUCH on',
    summary: 'About this connection.',
    arity: [1, many],
    kind: 'connection',
    keys: 'none',
    run: ([subcommand, ...args], { session }) => client(subcommand!, args, session),
  },
  {
    name: 'QUIT',
    usage: 'QUIT',
    summary: 'Ends the connection.',
    arity: [0, 0],
    kind: 'connection',
    keys: 'none',
    inMulti: true,
    closes: true,
    run: () => ok,
  },
];

function hello([versionText, ...options]: readonly string[], { session, node }: CommandContext): RespValue {
  if (versionText !== undefined && versionText !== '2' && versionText !== '3') {
    return error('NOPROTO unsupported protocol version');
  }
  const [option, name] = options;
  if (option?.toUpperCase() === 'AUTH')
    return error('ERR HELLO AUTH: there are no users here; leave AUTH out');
  if (option !== undefined) {
    if (option.toUpperCase() !== 'SETNAME' || name === undefined || options.length > 2) {
      return error(`ERR syntax error in HELLO option '${option}'`);
    }
    const refusal = setName(session, name);
    if (refusal !== null) return refusal;
  }
  if (versionText !== undefined) session.version = versionText === '3' ? 3 : 2;
  return map([
    ['server', bulk('replab')],
    ['version', bulk(compatibleVersion)],
    ['proto', integer(session.version)],
    ['id', integer(session.id)],
    ['mode', bulk('standalone')],
    ['role', bulk(node.status(0)?.role === 'leader' ? 'master' : 'replica')],
    ['modules', array([])],
  ]);
}

/** Names are one word, since CLIENT INFO prints them in a line. Null when it is set. */
function setName(session: Session, name: string): RespValue | null {
  if (!/^[!-~]*$/.test(name)) {
    return error('ERR Client names cannot contain spaces, newlines or special characters.');
  }
  session.name = name;
  return null;
}

function client(subcommand: string, args: readonly string[], session: Session): RespValue {
  const [first, second] = args;
  switch (`${subcommand.toUpperCase()} ${args.length}`) {
    case 'ID 0':
      return integer(session.id);
    case 'INFO 0':
      return bulk(`${describe(session)}\n`);
    case 'GETNAME 0':
      return session.name === '' ? nothing : bulk(session.name);
    case 'SETNAME 1':
      return setName(session, first!) ?? ok;
    case 'SETINFO 2':
      return setInfo(session, first!, second!);
    case 'NO-EVICT 1':
    case 'NO-TOUCH 1':
      return ok;
    default:
      return error(`ERR unknown subcommand or wrong number of arguments for 'client ${subcommand}'`);
  }
}

function setInfo(session: Session, attribute: string, value: string): RespValue {
  const name = attribute.toUpperCase();
  if (!/^[!-~]*$/.test(value))
    return error(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  if (name === 'LIB-NAME') session.libName = value;
  else if (name === 'LIB-VER') session.libVersion = value;
  else return error(`ERR Unrecognized option '${attribute}'`);
  return ok;
}

function describe(session: Session): string {
  const { id, address, name, version, libName, libVersion } = session;
  return `id=${id} addr=${address} name=${name} db=0 resp=${version} lib-name=${libName} lib-ver=${libVersion}`;
}
