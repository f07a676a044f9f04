import { c, detail, row, type ErrorRow } from './error-row.ts';
import { exitCodes } from './exit-codes.ts';

const { usage, notFound, internal } = exitCodes;

/** Loads, and the histories they leave. */
export const loadErrors = {
  'several-histories': row(
    usage,
    (f) => `${f.cluster} has several histories.`,
    (f) => `It is not clear which one is meant: ${f.names}.`,
    (f) => `Name one: \`replab check${c(f)} ${f.first}\`.`,
  ),
  'no-such-history': row(
    notFound,
    (f) => (f.id ? `${f.cluster} has no history called ${f.id}.` : `${f.cluster} has no history.`),
    (f) => (f.names ? `It has ${f.names}.` : 'Nothing was recorded: histories are made by `load`.'),
    (f) => `Make one: \`replab load${c(f)} register\`.`,
  ),
  'several-loads': row(
    usage,
    (f) => `${f.cluster} has several loads.`,
    (f) => `It is not clear which one is meant: ${f.names}.`,
    (f) => `Name one: \`replab load${c(f)} stop ${f.first}\`.`,
  ),
  'no-such-load': row(
    notFound,
    (f) => (f.id ? `${f.cluster} has no load called ${f.id}.` : `${f.cluster} has no load that runs.`),
    (f) => (f.names ? `Those that run: ${f.names}.` : 'None runs.'),
    (f) => `See all there were: \`replab load${c(f)} ls\`.`,
  ),
  'load-lost': row(
    notFound,
    (f) => `${f.id} was killed, and has no result.`,
    'A load counts what it saw when it ends, and its process ended before.',
    (f) => `Its history is there: \`replab check${c(f)} ${f.id}\`.`,
  ),
  'load-failed': row(
    internal,
    'The process of the load did not start.',
    (f) => detail(f, 'It ended before it had done anything.'),
    (f) => `See the log; try it in the foreground: \`replab load${c(f)} ${f.workload}\`.`,
  ),
} as const satisfies Record<string, ErrorRow>;
