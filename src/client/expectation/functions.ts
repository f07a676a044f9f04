import { unknownShape, type ScalarType, type Shape } from './shape.ts';

/**
 * JSONata's functions that an expectation may use, with the type of what they give. Left out: those whose
 * result has no shape that could be followed ($eval, $merge, $spread, $each, $sift, $zip), and those that
 * give another answer each time ($random, $shuffle, $now, $millis).
 */
export const knownFunctions: ReadonlyMap<string, ScalarType> = new Map([
  ...names('number', 'count sum max min average number abs floor ceil round power sqrt length'),
  ...names('boolean', 'exists not boolean contains'),
  ...names(
    'string',
    'string substring substringBefore substringAfter uppercase lowercase trim pad split join',
  ),
  ...names('string', 'replace formatNumber formatBase type keys'),
  ...names('any', 'filter map single sort reduce distinct reverse append lookup'),
]);

function names(type: ScalarType, list: string): (readonly [string, ScalarType])[] {
  return list.split(' ').map((name) => [name, type] as const);
}

type ResultShape = (subject: Shape, returned: Shape | null, args: readonly Shape[]) => Shape;

const sameAsSubject: ResultShape = (subject) => subject;

/** Functions that give back (parts of) what they were given. */
export const resultShapes: Readonly<Record<string, ResultShape | undefined>> = {
  filter: sameAsSubject,
  single: sameAsSubject,
  sort: sameAsSubject,
  distinct: sameAsSubject,
  reverse: sameAsSubject,
  append: (subject, _returned, args) => (args[1] === subject ? subject : unknownShape),
  map: (_subject, returned) => returned ?? unknownShape,
  reduce: (_subject, returned) => returned ?? unknownShape,
  lookup: (subject) => (subject.kind === 'record' ? subject.of : unknownShape),
};
