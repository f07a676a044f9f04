import { expect, onTestFinished, test, vi } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 20, written, write: (text: string) => written.push(text) };
}

function fakeTime(): void {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
}

test('nothing about what is quick', () => {
  fakeTime();
  const to = stream(false);
  const progress = createProgress(to, true);
  progress.say('starting');
  vi.advanceTimersByTime(900);
  progress.end();
  vi.advanceTimersByTime(5000);
  expect(to.written).toEqual([]);
});

test('after a second the newest line, then each new one once', () => {
  fakeTime();
  const to = stream(false);
  const progress = createProgress(to, true);
  progress.say('starting');
  progress.say('waiting for n3');
  vi.advanceTimersByTime(1000);
  progress.say('waiting for n3');
  progress.say('waiting for n2');
  progress.end();
  expect(to.written).toEqual(['waiting for n3\n', 'waiting for n2\n']);
});

test('on a terminal in one line, cut to its width, and gone at the end', () => {
  fakeTime();
  const to = stream(true);
  const progress = createProgress(to, true);
  progress.say('waiting for n3 to catch up with n1');
  vi.advanceTimersByTime(1000);
  progress.end();
  expect(to.written).toEqual(['\r\u001B[Kwaiting for n3 to c', '\r\u001B[K']);
});

test('switched off by --quiet and --json', () => {
  fakeTime();
  const to = stream(false);
  const progress = createProgress(to, false);
  progress.say('starting');
  vi.advanceTimersByTime(5000);
  progress.end();
  expect(to.written).toEqual([]);
});
