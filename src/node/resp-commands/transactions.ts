import type { CommandRow, Session } from './command.ts';
import { error, ok, type RespValue } from '../resp-value.ts';

/** What a command is answered that was sent as part of a transaction. */
export const afterMulti = 'ERR not executed: MULTI was refused, and EXEC or DISCARD ends what it began';

/**
 * There are no transactions here, and a client learns that too late: it sends MULTI, its commands and EXEC in
 * one go. Were only MULTI refused, the commands would run one by one, and the client would report that none
 * did. So all that follows is refused too, up to EXEC or DISCARD.
 */
export const transactionCommands: readonly CommandRow[] = [
  row(
    'MULTI',
    'Refused, with all that follows up to EXEC or DISCARD: every command stands alone.',
    (session) => {
      if (session.inMulti) return error('ERR MULTI calls can not be nested');
      session.inMulti = true;
      return error('ERR MULTI is not supported: every command stands alone (RL.CAS compares and sets)');
    },
  ),
  row('EXEC', 'Ends a refused MULTI.', (session) => {
    if (!session.inMulti) return error('ERR EXEC without MULTI');
    session.inMulti = false;
    return error('EXECABORT nothing was executed: MULTI is not supported');
  }),
  row('DISCARD', 'Ends a refused MULTI.', (session) => {
    if (!session.inMulti) return error('ERR DISCARD without MULTI');
    session.inMulti = false;
    return ok;
  }),
];

function row(name: string, summary: string, run: (session: Session) => RespValue): CommandRow {
  return {
    name,
    usage: name,
    summary,
    arity: [0, 0],
    kind: 'connection',
    keys: 'none',
    inMulti: true,
    run: (_, { session }) => run(session),
  };
}
