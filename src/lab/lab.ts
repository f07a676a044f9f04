/** A lab, read and checked. `line` counts from 1 in its file, everywhere. */
export interface Lab {
  readonly name: string;
  /** As it is told to people: relative to where they are, when it is below it. */
  readonly file: string;
  readonly source: string;
  readonly front: FrontMatter;
  readonly sections: readonly Section[];
}

export interface FrontMatter {
  readonly title: string;
  /** Lines of the notes it shows, such as `1.10.1`. */
  readonly notes: readonly string[];
  /** Among labs whose first line of the notes is the same: the lower comes first in the course. */
  readonly order: number;
  /** The chapter of *Designing Data-Intensive Applications*, by edition. */
  readonly ddia: { readonly first: number; readonly second: number } | null;
  readonly modes: readonly string[];
  readonly engines: readonly string[];
  /** What a reader needs for it. */
  readonly minutes: number;
}

/** Between two headings of the second level. */
export interface Section {
  /** Null before the first heading. */
  readonly heading: string | null;
  readonly kind: 'prose' | 'predict' | 'hints' | 'explain';
  readonly line: number;
  readonly parts: readonly Part[];
}

export type Part =
  | { readonly kind: 'text'; readonly line: number; readonly markdown: string }
  | { readonly kind: 'block'; readonly line: number; readonly block: Block }
  | { readonly kind: 'question'; readonly line: number; readonly question: Question };

/** `weak`: the anomaly shows here. `fix`: what is left out by `--without-fix`, and then the lab must fail. */
export const blockMarks = ['weak', 'fix'] as const;
export type BlockMark = (typeof blockMarks)[number] | 'set-up';

export interface Block {
  readonly mark: BlockMark;
  readonly commands: readonly CommandLine[];
}

export interface CommandLine {
  readonly line: number;
  /** As typed, without a leading `replab` or a comment; continued lines in one. */
  readonly text: string;
  readonly words: readonly string[];
  /** `! cmd`: any failure will do. */
  readonly negated: boolean;
}

/** The run decides which answer is right: the one whose expression is true then. */
export interface Question {
  readonly text: string;
  readonly answers: readonly Answer[];
}

export interface Answer {
  readonly line: number;
  readonly text: string;
  readonly expression: string;
}

/** A question (or none) with what is run to answer it and the explanation: a step of the course. */
export interface Chapter {
  readonly sections: readonly Section[];
  readonly question: Question | null;
}

/** A chapter begins at each question; what stands before the first belongs to the first. */
export function chaptersOf({ sections }: Pick<Lab, 'sections'>): readonly Chapter[] {
  const chapters: { sections: Section[]; question: Question | null }[] = [{ sections: [], question: null }];
  for (const section of sections) {
    const question = questionOf(section);
    if (question !== null && chapters.at(-1)!.question !== null)
      chapters.push({ sections: [], question: null });
    const chapter = chapters.at(-1)!;
    chapter.sections.push(section);
    chapter.question ??= question;
  }
  return chapters;
}

function questionOf({ parts }: Section): Question | null {
  const part = parts.find(({ kind }) => kind === 'question');
  return part?.kind === 'question' ? part.question : null;
}

export function blocksOf({ sections }: Pick<Lab, 'sections'>): readonly Block[] {
  return sections.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'block' ? [part.block] : [])),
  );
}
