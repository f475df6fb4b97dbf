/** Something in a valid payload that the schemas do not know. */
export interface Drift {
  readonly event: string;
  /**
   * Where it is, as JSON Pointer. `*` stands for every item of a list, and `(not a name)` for a property whose name may
   * be text.
   */
  readonly path: string;
  /** A property that no schema lists, or a value that an open set does not list. */
  readonly kind: 'unknown-property' | 'unlisted-value';
  /** The value that is not listed, if it looks like a name. Other text is never shown. */
  readonly example?: string;
}

/** Called once for each path. It does not change the outcome. */
export type DriftListener = (drift: Drift) => unknown;
