/**
 * Bounds on what a store takes and hands out. Sizes of keys, values and entries are bytes of their JSON
 * form in UTF-8, since that is what is logged and travels: plain text counts as itself, a quote or a line
 * break as two.
 */
export const maxKeyBytes = 64 * 1024;
export const maxValueBytes = 8 * 1024 * 1024;

/**
 * The rows of one log entry. A write of one key always fits (old value, new value and result are 24 MiB at
 * most), so that every value can be deleted; only a DEL of many keys can be refused by it. A message
 * reassembles to 64 MiB (T3).
 */
export const maxEntryBytes = 32 * 1024 * 1024;

/** Characters of keys and values in one page of a scan; one pair always fits. */
export const maxPageChars = 1024 * 1024;

/** A client's write is recognised as repeated while its seq is within this many of the client's newest. */
export const dedupeWindow = 128;
