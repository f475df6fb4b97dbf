/** Stands for a system that handlers write to. What comes with a key that it knows replaces what it had. */
export class System {
  /** By idempotency key. */
  rows = new Map();
  writes = 0;

  async write(key, row) {
    this.writes += 1;
    this.rows.set(key, row);
  }

  count(isSuch) {
    return [...this.rows.values()].filter(isSuch).length;
  }
}
