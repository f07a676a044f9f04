import { isUtf8 } from 'node:buffer';

/* Bytes without NUL that are the same in latin1 and in UTF-8: nearly all there are. */
// oxlint-disable-next-line no-control-regex
const plain = /^[\x01-\x7f]*$/;

/** The text whose UTF-8 bytes `latin1` holds, or why it is none: keys and values are text. */
export function textOf(latin1: string): { readonly text: string } | { readonly wrong: string } {
  if (plain.test(latin1)) return { text: latin1 };
  if (latin1.includes('\0')) return { wrong: 'a NUL byte' };
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { wrong: 'invalid UTF-8' };
}

/** All arguments as text, or the sentence that says which is none. */
export function textsOf(args: readonly string[]): readonly string[] | { readonly refusal: string } {
  let texts: string[] | null = null;
  for (const [i, arg] of args.entries()) {
    const answer = textOf(arg);
    if ('wrong' in answer) {
      return { refusal: `ERR argument ${i + 1} holds ${answer.wrong}; keys and values are text in UTF-8` };
    }
    if (answer.text !== arg) texts ??= [...args];
    if (texts !== null) texts[i] = answer.text;
  }
  return texts ?? args;
}
