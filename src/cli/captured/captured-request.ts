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
  /** How it was answered, if that is known. */
  readonly answer?: CapturedAnswer | undefined;
}

/** The answer to a captured request. */
export interface CapturedAnswer {
  readonly status: number;
  /** As in the table of outcomes, or one of `listen`. */
  readonly outcome?: string | undefined;
  readonly ms?: number | undefined;
}
