import { execa } from 'execa';

/** One measured figure: every run's value, in `unit`. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 'µs' | 'MB' | 'ops/s' | 's/GB' | 'kB/s' | '%' | 'x';
  readonly values: readonly number[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `work` takes, and what it gives. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** `work`, `runs` times, one after the other. */
export async function repeat<T>(runs: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let run = 0; run < runs; run += 1) results.push(await work());
  return results;
}

/** Runs a whole process to its end and gives its stdout; rejects, with its stderr, unless it exits 0. */
export async function runProcess(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { stdout } = await execa(file, args, { env, extendEnv: false, stdin: 'ignore' });
  return stdout;
}

/** A row a figure, in Markdown: the median, and the spread that says how quiet the machine was. */
export function toMarkdown(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, values }) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return `| ${name} | ${print(median(values))} ${unit} | ${print(low)} to ${print(high)} | ${values.length} |`;
  });
  return ['| what | median | lowest to highest | runs |', '| --- | ---: | ---: | ---: |', ...rows].join('\n');
}

function print(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
