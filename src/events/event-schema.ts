import type { BigmindEventMap } from './generated/types';

declare const payloadType: unique symbol;

/** The JSON Schema of an event, and the type of its payload. */
export interface EventSchema<T> {
  readonly schema: object;
  readonly [payloadType]?: T;
}

/** Schemas by event name. */
export type EventSchemas = Readonly<Record<string, EventSchema<{ event: string }>>>;

/** No schemas but the built-in ones. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- the empty object type is what is meant
export type NoSchemas = Record<never, never>;

/** The events of a receiver: the built-in ones; those of its `schemas` option are added or replace them. */
export type EventsWith<Schemas extends EventSchemas> = Omit<BigmindEventMap, keyof Schemas> & {
  [Name in keyof Schemas]: Schemas[Name] extends EventSchema<infer T> ? T : never;
};

/**
 * A schema for the `schemas` option: `eventSchema<DealClosed>(require('../deal-closed.schema.json'))`. `T` is the whole
 * payload, with `event` in it. The schema is JSON Schema 2020-12 and may refer to `common.schema.json` of this package.
 */
export function eventSchema<T extends { event: string }>(json: object): EventSchema<T> {
  return { schema: json };
}
