/** Milliseconds on a clock that all processes of a machine share, and that nobody can set. */
export const clockMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);
