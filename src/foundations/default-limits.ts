/** Defaults of the options `limit`, `timeoutMs` and `readTimeoutMs`. `listen` keeps to them, too. */
export const defaultLimits = { limit: 5 * 1024 ** 2, timeoutMs: 9000, readTimeoutMs: 15_000 } as const;
