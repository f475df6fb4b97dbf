// What the inspector tells its page. Imports nothing, so that both sides can be compiled by themselves.

/** A delivery in the list. */
export interface DeliverySummary {
  /** Counts up from 1 in the order of arrival. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The name that the payload gives itself, genuine or not; absent where it gives none. At most 100 characters. */
  readonly event?: string;
  /** As in the table of outcomes; `app-failed` where the app that it was forwarded to did not take it. */
  readonly outcome: string;
  /** What the sender was answered. */
  readonly status: number;
  /** From the arrival of the body to the answer. */
  readonly ms: number;
  /** Length of the body. */
  readonly bytes: number;
  /** Which time these bytes came, from 1. */
  readonly attempt: number;
}

/** The answer of an app, or why there was none. */
export interface AppAnswer {
  readonly url: string;
  readonly ms: number;
  readonly status?: number;
  readonly contentType?: string;
  /** The beginning of the answer's text. */
  readonly text?: string;
  readonly error?: string;
}

/** Where a payload and its schema part. */
export interface PlacedError {
  /** JSON Pointer. */
  readonly pointer: string;
  readonly keyword: string;
  readonly detail: string;
}

/** One reading of the headers that was compared. */
export interface TriedReading {
  readonly header: string;
  /** Absent, as are the next two, when the header's value is no signature. */
  readonly form?: string;
  readonly encoding?: string;
  readonly algorithm?: string;
  /** What was signed, in words; or why the header's value cannot be read. */
  readonly signedText: string;
  readonly outcome: 'match' | 'differs' | 'unreadable';
  /** The first hex digits of what the secret gives, and of what came. */
  readonly expectedPrefix?: string;
  readonly gotPrefix?: string;
}

export interface SignatureCheck {
  /** Whether there is a secret to check with. */
  readonly checked: boolean;
  readonly match?: {
    readonly scheme: string;
    readonly header: string;
    /** The line of configuration that pins the scheme. */
    readonly pin: string;
    /** Milliseconds since 1970. */
    readonly signedAt?: number;
    readonly stale: boolean;
    /** Whether a receiver that is not pinned looks there. */
    readonly recognised: boolean;
  };
  readonly tried: readonly TriedReading[];
  readonly causes: readonly string[];
}

/** All about a delivery, fetched when it is opened. */
export interface DeliveryDetail extends DeliverySummary {
  readonly method: string;
  readonly url: string;
  /** Values that sign or authorise are shortened. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body as text; absent where it is not UTF-8. */
  readonly text?: string;
  /** Why it was refused, in words. */
  readonly reason?: string;
  /** Idempotency key; absent where the delivery was refused. */
  readonly key?: string;
  readonly signature: SignatureCheck;
  readonly schemaErrors: readonly PlacedError[];
  readonly app?: AppAnswer;
  /** The latest deliveries of the same bytes that are still held, the oldest first. */
  readonly attempts: readonly DeliverySummary[];
  readonly replays: readonly AppAnswer[];
}

/** How the inspector was started. */
export interface InspectorState {
  readonly receiver: string;
  readonly forward?: string;
  readonly checksSignatures: boolean;
  /** The most deliveries that are held. */
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
