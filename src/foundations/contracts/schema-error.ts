/** Where a payload and its schema part. */
export interface SchemaError {
  /** JSON Pointer (RFC 6901) to the place; for a missing property, to where it should be. */
  readonly pointer: string;
  /** The JSON Schema keyword that refused it. */
  readonly keyword: string;
  /** What was expected there. Never holds a value from the payload. */
  readonly detail: string;
}
