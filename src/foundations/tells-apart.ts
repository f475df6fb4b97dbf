/** What a template makes of a field that is not there, or of an object. */
const ofNothing = /^(?:undefined|null|NaN|\[object \w+\])$/;

/**
 * Whether a text can name one delivery. A blank one, or one that a missing field became, is the same for many, and all but
 * the first would be taken for repeats of it.
 */
export function tellsApart(text: string): boolean {
  return text.trim() !== '' && !ofNothing.test(text);
}
