/** Turns a producer that pushes into an async iterable: what is pushed waits until it is asked for. */
export async function* pushed<T>(produce: (push: (item: T) => void) => Promise<unknown>): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake: (() => void) | null = null;
  let ended: { readonly error?: unknown } | null = null;
  const notify = (): void => wake?.();
  const running = produce((item) => {
    waiting.push(item);
    notify();
  }).then(
    () => (ended = {}),
    (error: unknown) => (ended = { error }),
  );
  void running.then(notify);
  for (;;) {
    const item = waiting.shift();
    if (item !== undefined) {
      yield item;
      continue;
    }
    if (ended !== null) {
      if ('error' in ended) throw (ended as { error: unknown }).error;
      return;
    }
    await new Promise<void>((resolve) => (wake = resolve));
  }
}
