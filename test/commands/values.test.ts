import { describe, expect, test } from 'vitest';
import { checkWord, valueOfBytes } from '../../src/commands/key-value.ts';
import { maxKeyBytes, maxValueBytes } from '../../src/protocol/limits.ts';

describe('(e) 7: values are text', () => {
  test('bytes of a file or standard input, as they are', () => {
    expect(valueOfBytes(Buffer.from('é\n'), 'f')).toBe('é\n');
    expect(valueOfBytes(Buffer.from(''), 'f')).toBe('');
    expect(valueOfBytes(Buffer.from('\uFFFD'), 'f')).toBe('\uFFFD');
  });

  test.for([
    [Buffer.from([0x61, 0xff]), 'no valid UTF-8'],
    [Buffer.from('a\0b'), 'a NUL byte'],
  ] as const)('%j is refused', ([bytes, message]) => {
    expect(() => valueOfBytes(bytes, 'Standard input')).toThrow(
      `Standard input ${message === 'a NUL byte' ? 'holds' : 'is'} ${message}`,
    );
  });

  test('an argument that was no UTF-8 arrives as U+FFFD, and is refused', () => {
    expect(() => checkWord('a\uFFFDb', 'key')).toThrow('The key is no valid UTF-8.');
    expect(checkWord('naïve 🙂', 'value')).toBe('naïve 🙂');
  });

  test('what no node takes is refused before it is sent', () => {
    expect(checkWord('k'.repeat(maxKeyBytes), 'key')).toHaveLength(maxKeyBytes);
    expect(() => checkWord('k'.repeat(maxKeyBytes + 1), 'key')).toThrow(/too-large/);
    expect(() => valueOfBytes(Buffer.alloc(maxValueBytes + 1, 'v'), 'f')).toThrow(/too-large/);
  });
});
