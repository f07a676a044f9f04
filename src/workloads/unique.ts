/** Counts of what each client did: numbers that no two operations share, and a client's own in the same order always. */
export function createNumbers(clients: number): (client: number) => number {
  const next = Array.from({ length: clients }, (_, client) => client);
  return (client) => {
    const number = next[client]!;
    next[client] = number + clients;
    return number;
  };
}
