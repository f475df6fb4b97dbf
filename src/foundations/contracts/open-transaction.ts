/** A transaction that somebody else began and ends: after a failed statement, nothing of it is done. */
export interface OpenTransaction {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}
