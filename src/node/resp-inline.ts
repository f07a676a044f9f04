const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/** One argument: bare, or wholly quoted. */
const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))(?=\s|$)/suy;

/** The words of an inline command, as Redis splits them; null when quotes are not balanced. */
export function splitInline(line: string): readonly string[] | null {
  const text = line.trim();
  const words: string[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return null;
    const [, double, single, bare] = match;
    if (double !== undefined) words.push(unescape(double));
    else words.push(single === undefined ? bare! : single.replaceAll("\\'", "'"));
  }
  return words;
}

function unescape(text: string): string {
  return text.replaceAll(/\\x([0-9a-fA-F]{2})|\\(.)/gsu, (_, hex: string | undefined, other: string) =>
    hex === undefined ? (escapes[other] ?? other) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
