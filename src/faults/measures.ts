const unitBytes = { B: 1, KB: 1000, MB: 1_000_000, GB: 1_000_000_000 } as const;
type Unit = keyof typeof unitBytes;

const slowest = 1000;
const fastest = 10_000_000_000;

/** Bytes a second of `1MB/s`, decimal units; null when it is not a rate that a link can have. */
export function parseRate(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(B|KB|MB|GB)\/s$/.exec(text);
  if (match === null) return null;
  const bytes = Math.round(Number(match[1]) * unitBytes[match[2] as Unit]);
  return bytes >= slowest && bytes <= fastest ? bytes : null;
}

/** The shortest exact form. */
export function formatRate(bytesPerSecond: number): string {
  const units = Object.entries(unitBytes).toReversed();
  const fits = units.find(([, bytes]) => bytesPerSecond >= bytes && isShort(bytesPerSecond / bytes));
  const [unit, bytes] = fits ?? ['B', 1];
  return `${bytesPerSecond / bytes}${unit}/s`;
}

/** At most three decimals, so that it parses back. */
function isShort(value: number): boolean {
  return Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-9;
}

/** The number in `1.5%`, from 0 to 100; null when it is none. */
export function parsePercent(text: string): number | null {
  const match = /^(\d{1,3}(?:\.\d{1,4})?)%$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]);
  return percent <= 100 ? percent : null;
}
