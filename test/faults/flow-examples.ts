import type { FlowFaultName } from '../../src/faults/fault.ts';

/** Beside each kind's usage: what is worth carrying out too. A new kind does not compile without a row. */
export const examples: Record<FlowFaultName, readonly string[]> = {
  partition: [
    'partition n1/n2/n3',
    'partition n1,client',
    'partition client',
    'partition client/n3',
    'partition bridge:n2',
    'partition n1,client/n2,n3 --reset',
  ],
  cut: [
    'cut n3:n1',
    'cut client:n1',
    'cut n1:client',
    'cut n1,client:n2,n3',
    'cut n1:n2 --reset',
    'cut client:n1 --reset',
  ],
  isolate: ['isolate n3', 'isolate n3 --reset'],
  link: [
    'link n1:n2 --both --delay 20ms --jitter 20ms',
    'link client,n1:n3 --bandwidth 10KB/s',
    'link n1:client --delay 20ms --loss 10%',
  ],
};

export const flowKinds = Object.keys(examples) as FlowFaultName[];
