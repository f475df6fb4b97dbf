/** One place where a payload does not match its schema. */
export interface SchemaError {
  /** JSON Pointer (RFC 6901) to the place. A missing property has a pointer, too. */
  readonly pointer: string;
  /** The JSON Schema keyword that failed; `unjudged` if a long text or deep nesting is too much for the schema. */
  readonly keyword: string;
  /** What was expected there. It holds no value from the payload. */
  readonly detail: string;
}
