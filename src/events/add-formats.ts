import type { Ajv2020 } from 'ajv/dist/2020';
import addAjvFormats, { type FormatName } from 'ajv-formats';

/** In characters. The pattern of `date-time` overflows the stack on megabytes, and a moment takes some thirty. */
const longestMoment = 1000;

/** Adds the formats of ajv-formats: the named ones, or all. */
export function addFormats(ajv: Ajv2020, names?: FormatName[]): Ajv2020 {
  addAjvFormats(ajv, names);
  const isDateTime = addAjvFormats.get('date-time');
  if (typeof isDateTime !== 'object' || !('validate' in isDateTime) || typeof isDateTime.validate !== 'function') {
    throw new Error('ajv-formats has no function for date-time');
  }
  const validate = isDateTime.validate as (text: string) => boolean;
  return ajv.addFormat('date-time', (text: string) => text.length <= longestMoment && validate(text));
}
