import { mayHoldCredential } from '../../foundations/credential-headers';

/** Shortens values that sign or authorise to a quarter at most, since people share screenshots. */
export function shortened(name: string, value: string): string {
  if (!mayHoldCredential(name)) return value;
  return `${value.slice(0, Math.min(16, Math.floor(value.length / 4)))}… (${value.length} characters)`;
}
