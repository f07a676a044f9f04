import type { Scenario } from './stage.ts';

const three = ['n1', 'n2', 'n3'] as const;

/** Each is a golden dialogue in test/sim/golden: a behaviour of single-leader replication, told in messages. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'steady-replication',
    nodes: three,
    options: { sync: '1' },
    play(stage) {
      stage.say(
        'Three nodes start with empty disks. The supervisor makes n1 the leader, under the epoch 1@n1; the ' +
          'others learn of it by its first heartbeat and subscribe. Left: virtual milliseconds. A message ' +
          'takes 2 ms, a commit 1 ms. Heartbeats (every 100 ms) and the acks that answer them are not shown.',
      );
      stage.begin(true);
      stage.run(300);
      stage.say(
        'With sync=1 a write is acknowledged when one follower holds it durably. Both get it at once; the ' +
          'first ack decides, the second comes a moment later.',
      );
      stage.put('n1', 'x', '1');
      stage.run(50);
      stage.say('Two writes that arrive together share one commit, one append to each follower and one ack.');
      stage.put('n1', 'x', '2');
      stage.put('n1', 'y', '1');
      stage.run(50);
      stage.say('A follower answers reads from its own log, and refuses writes by naming the leader.');
      stage.get('n3', 'x');
      stage.put('n3', 'x', '3');
      stage.run(50);
      stage.whole();
    },
  },
  {
    name: 'a-lost-follower-catches-up',
    nodes: three,
    options: { sync: '1' },
    play(stage) {
      stage.begin();
      stage.say(
        'n3 dies. Nothing waits for it: n2 is the one follower that sync=1 asks for. Empty appends are probes, ' +
          'one per 500 ms: all that a silent follower costs its leader (F4).',
      );
      stage.kill('n3');
      stage.put('n1', 'x', '1');
      stage.run(30);
      stage.put('n1', 'x', '2');
      stage.run(2500);
      stage.say(
        'n3 comes back. It tells the leader where its own log ends, and gets exactly what it lacks: no ' +
          'resend of what was lost on the way (T5), no snapshot, nothing twice.',
      );
      stage.start('n3');
      stage.run(600);
      stage.whole();
    },
  },
  {
    name: 'the-synchronous-follower-is-down',
    nodes: ['n1', 'n2'],
    options: { sync: 'n2', 'write-timeout': '1s', 'sync-timeout': '500ms' },
    play(stage) {
      stage.begin();
      stage.say('With sync=n2 no write is acknowledged before n2 holds it. n2 dies, and a write comes.');
      stage.kill('n2');
      stage.put('n1', 'x', '1');
      stage.run(1200);
      stage.say(
        'After the write timeout the outcome is unknown, not failed: the write is in the log of n1, and ' +
          'will be replicated if n1 lives (F6, B0.1). To call it failed would invite the client to write again.',
      );
      stage.get('n1', 'x');
      stage.run(800);
      stage.say('n2 returns, catches up, and the next write is acknowledged as before.');
      stage.start('n2');
      stage.run(700);
      stage.put('n1', 'x', '2');
      stage.run(30);
      stage.whole();
    },
  },
  {
    name: 'a-one-way-cut',
    nodes: three,
    options: { sync: 'none' },
    play(stage) {
      stage.begin();
      stage.say(
        'What n1 sends to n3 is held; what n3 sends to n1 still arrives. Held is not lost: TCP keeps the ' +
          'bytes. n3 hears no heartbeat and, after its timeout, suspects n1, which with manual failover is ' +
          'an observation and nothing more. A follower speaks when spoken to, so n1 soon suspects n3 too. ' +
          'Empty appends are probes: all that a silent follower costs its leader (F4).',
      );
      stage.fault({ kind: 'cut', from: ['n1'], to: ['n3'] });
      stage.run(300);
      stage.put('n1', 'x', '1');
      stage.run(2000);
      stage.say('A read at n3 is old, and says at which position it was made.');
      stage.get('n3', 'x');
      stage.run(20);
      stage.say(
        'The cut heals, and the held messages arrive, late and in order. Each carries what lets n3 judge it ' +
          '(B0.2); the oldest entries are still the next ones, so nothing has to be sent again.',
      );
      stage.heal();
      stage.run(500);
      stage.say(
        'Now the other way: n3 hears n1, and n1 does not hear n3. The write reaches n3, a read there is new, ' +
          'and only n1 does not know it: its view of a follower may be behind the truth, never ahead of it (I4).',
      );
      stage.fault({ kind: 'cut', from: ['n3'], to: ['n1'] });
      stage.put('n1', 'x', '2');
      stage.run(50);
      stage.get('n3', 'x');
      stage.run(900);
      stage.heal();
      stage.run(500);
      stage.whole();
    },
  },
  {
    name: 'a-leader-is-lost-and-returns',
    nodes: three,
    options: { sync: 'none', 'election-timeout': '600ms' },
    play(stage) {
      stage.begin();
      stage.say('With sync=none a write is acknowledged at once, and replicated as soon as may be.');
      stage.put('n1', 'x', '1');
      stage.run(50);
      stage.say(
        'n1 is cut off, and goes on: with sync=none its own disk is enough. It acknowledges a write that no ' +
          'other node has. No epoch can forbid that, since nobody can tell n1 (P9).',
      );
      stage.fault({ kind: 'isolate', node: 'n1' });
      stage.put('n1', 'x', '2');
      stage.run(1200);
      stage.say(
        'n1 dies, and what was still held of it is lost with the machine (P6). The others wait for a person: ' +
          'failover is manual.',
      );
      stage.kill('n1');
      stage.heal();
      stage.run(300);
      stage.say('The operator promotes n2. Its epoch 2@n2 begins in its log before anything is said in it.');
      stage.promote('n2');
      stage.run(200);
      stage.put('n2', 'x', '3');
      stage.run(50);
      stage.say(
        'n1 returns. Its log ends in its own epoch, so it believes that it leads; the first answer to its ' +
          'first heartbeat tells it better, and it steps down (F15). It offers its log to n2, and learns ' +
          'where the two part (F2). The write that only n1 had is put among the discarded, told by name, ' +
          'and undone by its old value (F3). Acknowledged, and lost: that is what sync=none means.',
      );
      stage.start('n1');
      stage.run(700);
      stage.get('n1', 'x');
      stage.run(20);
      stage.whole();
    },
  },
  {
    name: 'an-older-copy-comes-back',
    nodes: three,
    options: { sync: '1', 'election-timeout': '600ms' },
    play(stage) {
      stage.begin();
      stage.say('A copy of the disk of n2 is kept. Then n3 is cut off, so that n2 alone can acknowledge.');
      stage.save('n2');
      stage.fault({ kind: 'isolate', node: 'n3' });
      stage.put('n1', 'x', '1');
      stage.run(50);
      stage.say(
        'n1 answers ok: a second disk has the write, and sync=1 asks for no more. But that disk is replaced by ' +
          'its older copy. It gets a new id, n2.2, and so nothing that n2 acknowledged before is counted for it ' +
          '(P5): what it had promised after the copy is forgotten as well.',
      );
      stage.kill('n2');
      stage.restore('n2');
      stage.say('n1 dies before it can send the write again. Of those that are left nobody has it.');
      stage.kill('n1');
      stage.heal();
      stage.start('n2');
      stage.run(800);
      stage.promote('n2');
      stage.run(300);
      stage.get('n2', 'x');
      stage.run(50);
      stage.say(
        'Two disks had the write, and it is lost all the same: sync=1 outlives one failure, and an older copy ' +
          'that comes back is one. When n1 returns it discards the write, and lists it.',
      );
      stage.start('n1');
      stage.run(1500);
      stage.whole();
    },
  },
];
