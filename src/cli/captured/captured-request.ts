/** A request as it came. */
export interface CapturedRequest {
  readonly method: string;
  readonly url: string;
  /** By lower-case name. The values of a repeated header are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes that were sent. */
  readonly body: Buffer;
  /** When it came, in milliseconds since 1970. */
  readonly receivedAt?: number | undefined;
}
