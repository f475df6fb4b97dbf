import { endOfText } from './json-node';

/** The longest text that is read without being asked to, in characters. */
const longest = 256 * 1024;

/** The most brackets, colons and commas in it. Objects with many names take longest to parse. */
const mostSigns = 5000;

/**
 * Whether it takes so long to parse and explain a stranger's body that everything else would have to wait: it is long, or
 * short and full of brackets and names.
 */
export function isLarge(text: string): boolean {
  if (text.length > longest) return true;
  let signs = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 0x22:
        index = endOfText(text, index) - 1;
        break;
      case 0x2c: // ,
      case 0x3a: // :
      case 0x5b: // [
      case 0x7b: // {
        signs += 1;
    }
  }
  return signs > mostSigns;
}

/** The same of a body, by its bytes. */
export function isLargeBody(body: Buffer): boolean {
  return body.length > longest || isLarge(body.toString('latin1'));
}
