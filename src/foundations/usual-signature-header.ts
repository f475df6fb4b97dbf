/** The header in which our tools sign, unless another is named. `auto` recognises it. */
export const usualSignatureHeader = 'x-bigmind-signature';
