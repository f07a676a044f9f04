import { killIdentity, waitGone } from '../../control/process-identity.ts';
import { strayProcesses } from '../../control/stray-processes.ts';
import type { Check, Finding } from './check.ts';

const endMs = 3000;

/** Those that no cluster's record knows, or that its record is no more. */
export const processes: Check = {
  title: 'Processes',
  async look({ root }) {
    const strays = await strayProcesses(root);
    if (strays.length === 0) return [{ level: 'ok', what: 'None runs without its cluster.' }];
    return strays.map(({ identity, what }): Finding => {
      const { pid } = identity;
      const why = what === 'supervisor' ? 'though its directory is gone' : 'without a supervisor';
      return {
        level: 'left',
        what: `A ${what} runs ${why}: pid ${pid}.`,
        async remove() {
          killIdentity(identity, 'SIGKILL');
          const left = await waitGone([identity], endMs);
          if (left.length > 0) throw new Error(`pid ${pid} does not end`);
        },
      };
    });
  },
};
