/** The server's day, in UTC. */
export const today = "(clock_timestamp() AT TIME ZONE 'UTC')::date";
/** A time as milliseconds since 1970. */
export const msOf = (time: string) => `(extract(epoch FROM ${time}) * 1000)::int8::text`;
/** Where an entry lies, as text. */
export const placeOf = (row: string) => `to_char(${row}day::timestamp, 'YYYY-MM-DD') || '/' || ${row}id`;
/** Milliseconds since 1970 as a time. */
export const timeOf = (ms: string) => `to_timestamp(${ms}::float8 / 1000)`;
/** The texts in a list. */
export const namesIn = (list: string) => `SELECT json_array_elements_text(${list}::text::json)`;
