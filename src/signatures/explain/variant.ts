/** Another body, secret or set of headers, and the cause of the mismatch if that one matches. */
export interface Variant<T> {
  readonly value: T;
  readonly cause: string;
}
