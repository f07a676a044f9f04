import { describe, expect, test } from 'vitest';
import { pair, times } from './pair.ts';

describe('T2: lanes', () => {
  test('are FIFO', () => {
    const link = pair();
    times(30, () => link.send());
    link.run(1000);
    expect(link.numbers()).toEqual(link.numbers().toSorted((a, b) => a - b));
    expect(link.numbers()).toHaveLength(30);
  });

  test('overtake each other', () => {
    const link = pair();
    times(10, () => {
      link.send('log');
      link.send('ctl');
    });
    link.run(1000);
    expect(link.numbers()).not.toEqual(link.numbers().toSorted((a, b) => a - b));
  });
});

describe('B0.2: frames', () => {
  test.for([
    ['loss', (count: number) => count < 200],
    ['duplicate', (count: number) => count > 200],
  ] as const)('%s', ([fault, holds]) => {
    const link = pair({ [fault]: 0.2 });
    times(200, () => link.send());
    link.run(1000);
    expect(holds(link.arrived.length)).toBe(true);
    link.arrived.length = 0;
    link.network.frameFaults = false;
    times(200, () => link.send());
    link.run(1000);
    expect(link.arrived).toHaveLength(200);
  });

  test('reorder', () => {
    const link = pair({ reorder: 0.2 });
    times(100, () => link.send());
    link.run(1000);
    expect(link.numbers()).not.toEqual(link.numbers().toSorted((a, b) => a - b));
    expect(link.arrived).toHaveLength(100);
  });
});

describe('T8: a hold', () => {
  test('keeps frames, which arrive after the heal in order, and before later ones', () => {
    const link = pair();
    link.send();
    link.run(100);
    link.held.forward = true;
    times(5, () => link.send());
    link.run(5000);
    expect(link.numbers()).toEqual([1]);
    expect(link.fates.filter((fate) => fate === 'held')).toHaveLength(5);
    link.held.forward = false;
    link.network.verdictsChanged();
    times(5, () => link.send());
    link.run(1000);
    expect(link.numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('takes new connections too, dialled on at the heal', () => {
    const link = pair();
    link.held.forward = true;
    times(3, () => link.send());
    link.run(100);
    link.boots['n2'] = 2;
    link.held.forward = false;
    link.network.verdictsChanged();
    link.run(100);
    expect(link.numbers()).toEqual([1, 2, 3]);
  });

  test('on the way back hides a reset from the sender until the heal', () => {
    const link = pair();
    link.send();
    link.run(100);
    link.held.back = true;
    link.network.reset('n1', 'n2', 'log');
    link.run(1000);
    times(3, () => link.send());
    link.run(1000);
    expect(link.fates.slice(-3)).toEqual(['lost', 'lost', 'lost']);
    link.held.back = false;
    link.run(1000);
    link.send();
    link.run(1000);
    expect(link.numbers()).toEqual([1, 5]);
  });
});

describe('T5: a lost connection', () => {
  test('loses what it carried; later messages go over the next, after a pause', () => {
    const link = pair();
    times(3, () => link.send());
    link.network.reset('n1', 'n2', 'log');
    link.run(30);
    const before = link.clock.now;
    times(2, () => link.send());
    link.run(2000);
    expect(link.numbers()).toEqual([4, 5]);
    expect(link.arrived[0]!.at - before).toBeGreaterThan(15);
  });

  test('a node that is down gets nothing', () => {
    const link = pair();
    link.boots['n2'] = null;
    link.network.down('n2', false);
    times(3, () => link.send());
    link.run(2000);
    expect(link.arrived).toEqual([]);
    link.boots['n2'] = 2;
    link.send();
    link.run(2000);
    expect(link.numbers().at(-1)).toBe(4);
  });
});

describe('P6: what a dead process had sent', () => {
  function killedWhileHeld(keep: boolean): ReturnType<typeof pair> {
    const link = pair();
    link.held.forward = true;
    link.send('log');
    link.run(100);
    link.boots['n1'] = null;
    link.network.down('n1', keep);
    link.boots['n1'] = 2;
    return link;
  }

  test('is lost when the machine died', () => {
    const link = killedWhileHeld(false);
    link.held.forward = false;
    link.network.verdictsChanged();
    link.run(1000);
    expect(link.arrived).toEqual([]);
    expect(link.fates).toEqual(['held', 'lost']);
  });

  test('still arrives when only the process died', () => {
    const link = killedWhileHeld(true);
    link.held.forward = false;
    link.network.verdictsChanged();
    link.run(1000);
    expect(link.arrived).toMatchObject([{ n: 1, boot: 1 }]);
  });

  test('waits for no redial: the same boot of the next disk is another process (P5)', () => {
    const { boots, disks, network, numbers, run, send } = pair();
    boots['n2'] = null;
    send();
    run(40);
    send();
    network.down('n1', true);
    disks['n1'] = 1025;
    boots['n2'] = 1;
    run(1000);
    expect(numbers()).toEqual([]);
  });

  test('T4: counts no more once the next boot was heard, on whatever lane', () => {
    const link = killedWhileHeld(true);
    link.held.forward = false;
    link.send('ctl');
    link.run(1000);
    expect(link.arrived).toMatchObject([{ n: 2, boot: 2 }]);
    link.network.verdictsChanged();
    link.run(1000);
    expect(link.arrived).toHaveLength(1);
    expect(link.fates.at(-1)).toBe('outdated');
  });
});
