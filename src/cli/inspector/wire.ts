// The data that the inspector sends to its page. It imports nothing, so that both sides compile separately.

/** A delivery in the list. */
export interface DeliverySummary {
  /** Counts up from 1 in the order of arrival. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The event name in the payload, genuine or not; absent if there is none. At most 100 characters. */
  readonly event?: string;
  /** Method and path of a request that is no delivery. At most 100 characters. */
  readonly what?: string;
  /**
   * As in the table of outcomes; `app-failed` if the app did not accept a forwarded delivery, `wrong-path` if the request
   * went to another path.
   */
  readonly outcome: string;
  /** Status of the answer to the sender. */
  readonly status: number;
  /** From the end of the upload to the answer, in milliseconds. */
  readonly ms: number;
  /** Length of the body, in bytes. */
  readonly bytes: number;
  /** How often this delivery has come so far, from 1: the same bytes, idempotency key or delivery id. */
  readonly attempt: number;
}

/** What a delivery has passed. */
export type StepName = 'received' | 'verified' | 'validated' | 'sent-on' | 'app-answered' | 'answered';

/** When a delivery passed a step, in milliseconds after the head of its request came. */
export interface Step {
  readonly name: StepName;
  readonly ms: number;
}

/** The answer of an app, or why there was none. */
export interface AppAnswer {
  /** Without credentials in its query. */
  readonly url: string;
  readonly ms: number;
  /** The parts of it, in milliseconds; absent if no answer came. */
  readonly times?: { readonly connecting: number; readonly waiting: number; readonly reading: number };
  readonly status?: number;
  readonly contentType?: string;
  /** The beginning of the answer's text. */
  readonly text?: string;
  /** The outcome that a receiver of this package names, and why it refused. */
  readonly outcome?: string;
  readonly detail?: string;
  readonly error?: string;
  /** Whether a replay sent other bytes than those that came, and a new signature. */
  readonly edited?: true;
  readonly signedAgain?: true;
  /** Whether it was signed as hmac since the secret had not signed what came. */
  readonly schemeIsGuessed?: true;
}

/** A schema error and its place. */
export interface PlacedError {
  /** JSON Pointer. */
  readonly pointer: string;
  readonly keyword: string;
  readonly detail: string;
}

/** A place in a text: line and column from 1, and the indexes of its beginning and end. */
export interface PlacedText {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a payload that somebody edits. */
export interface CheckedPayload {
  /** Where it is not JSON, and what could have stood there. */
  readonly broken?: PlacedText & { readonly expected: string };
  readonly errors: readonly (PlacedError & PlacedText)[];
  /** Whether the text is too large to check while somebody types. */
  readonly isLeft?: true;
  /** How many errors are not listed. */
  readonly more?: number;
}

/** A header that differs between two attempts; a side is absent where there is none. Values that sign are shortened. */
export interface ChangedHeader {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

/** A value that differs between two payloads, as JSON; a side is absent where there is none. */
export interface ChangedValue {
  readonly pointer: string;
  readonly before?: string;
  readonly after?: string;
}

/** What changed from one attempt to another. */
export interface AttemptsDiff {
  readonly headers: readonly ChangedHeader[];
  /** Whether the bodies have the same bytes, can be compared by value, or can only be told to differ. */
  readonly body: 'same' | 'json' | 'bytes';
  readonly values: readonly ChangedValue[];
  /** Whether every change is listed. */
  readonly isAll: boolean;
}

/** One reading of the headers that was compared. */
export interface TriedReading {
  readonly header: string;
  /** Absent, like the next two, if the header's value is no signature. */
  readonly form?: string;
  readonly encoding?: string;
  readonly algorithm?: string;
  /** The signed text, in words; or why the header's value cannot be read. */
  readonly signedText: string;
  readonly outcome: 'match' | 'differs' | 'unreadable';
  /** The first hex digits of the expected and of the received signature. */
  readonly expectedPrefix?: string;
  readonly gotPrefix?: string;
}

export interface SignatureCheck {
  /** Whether there was a secret to check with. */
  readonly checked: boolean;
  readonly match?: {
    readonly scheme: string;
    readonly header: string;
    /** The line of configuration that pins the scheme. */
    readonly pin: string;
    /** Milliseconds since 1970. */
    readonly signedAt?: number;
    readonly stale: boolean;
    /** Whether a receiver finds it without pinning. */
    readonly recognised: boolean;
  };
  readonly tried: readonly TriedReading[];
  readonly causes: readonly string[];
}

/** All about a delivery, fetched when someone opens it. */
export interface DeliveryDetail extends DeliverySummary {
  readonly method: string;
  readonly url: string;
  /** Values that sign or authorise are shortened. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body as text; absent if it is not UTF-8. */
  readonly text?: string;
  /** Why it was refused, in words. */
  readonly reason?: string;
  /** Idempotency key; absent if the delivery was refused. */
  readonly key?: string;
  readonly signature: SignatureCheck;
  readonly schemaErrors: readonly PlacedError[];
  /** Where the body is not JSON. */
  readonly broken?: PlacedText & { readonly expected: string };
  /**
   * Whether the body is large, and so was neither parsed nor explained. The text is its beginning then. All of it is read
   * when the page asks.
   */
  readonly isLeft?: true;
  /** Absent if it was not measured, as of a delivery of an earlier run. */
  readonly steps?: readonly Step[];
  readonly app?: AppAnswer;
  /** The latest held attempts of the same delivery, the oldest first. */
  readonly attempts: readonly DeliverySummary[];
  readonly replays: readonly AppAnswer[];
}

/** How the inspector was started. */
export interface InspectorState {
  /** Another one means that the ids begin anew: the page loads itself again. */
  readonly run: string;
  readonly receiver: string;
  readonly forward?: string;
  readonly checksSignatures: boolean;
  /** How many deliveries are held at most. */
  readonly mostDeliveries: number;
  readonly deliveries: readonly DeliverySummary[];
  /** Id of the oldest delivery that is held. */
  readonly oldest: number;
}

/** One delivery, as it comes. */
export interface NewDelivery {
  readonly delivery: DeliverySummary;
  /** Id of the oldest delivery that is held. */
  readonly oldest: number;
}
