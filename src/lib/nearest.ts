/** The word a typo most likely meant, or null when none is near. */
export function nearest<T extends string>(typed: string, words: readonly T[]): T | null {
  const scored = words.map((word) => ({ word, distance: editDistance(typed, word) }));
  const best = scored.toSorted((a, b) => a.distance - b.distance)[0];
  if (best === undefined) return null;
  return best.distance <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  }
  return rows[a.length]![b.length]!;
}
