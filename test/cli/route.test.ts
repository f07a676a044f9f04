import { describe, expect, test } from 'vitest';
import { route } from '../../src/cli/route.ts';

describe('route', () => {
  test.for([
    [['put', 'x', '1'], { kind: 'command', name: 'put', words: ['x', '1'] }],
    [
      ['-c', 't1', '--json', 'put', 'x', '1'],
      { kind: 'command', name: 'put', words: ['-c', 't1', '--json', 'x', '1'] },
    ],
    [['--cluster=t1', '-ct1', 'ls'], { kind: 'command', name: 'ls', words: ['--cluster=t1', '-ct1'] }],
    [['-c', 'put', 'get', 'x'], { kind: 'command', name: 'get', words: ['-c', 'put', 'x'] }],
    [[], { kind: 'help', command: null }],
    [['--help'], { kind: 'help', command: null }],
    [['help'], { kind: 'help', command: null }],
    [['help', 'put'], { kind: 'help', command: 'put' }],
    [['put', 'x', '--help'], { kind: 'help', command: 'put' }],
    [['put', '-h'], { kind: 'help', command: 'put' }],
    [['put', '--', '--help', '1'], { kind: 'command', name: 'put', words: ['--', '--help', '1'] }],
    [['--version'], { kind: 'command', name: 'version', words: [] }],
    [['-V', '--json'], { kind: 'command', name: 'version', words: ['--json'] }],
  ] as const)('%j', ([argv, expected]) => {
    expect(route(argv)).toEqual(expected);
  });

  test.for([
    ['sttus', /no command "sttus". Did you mean status\?/],
    ['pormote', /Did you mean promote\?/],
    ['frobnicate', /no command "frobnicate"\.$/],
    ['--loud', /no option --loud before/],
  ] as const)('%s is usage', ([word, message]) => {
    expect(() => route([word])).toThrow(message);
    expect(() => route(['help', word])).toThrow(/usage/);
  });
});
