/** Tells the time. `Date` is one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z, unless the option says otherwise. */
  now(): number;
}
