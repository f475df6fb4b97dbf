// What a receiver may accept, found without any code of the package: a body with a signature somewhere in its headers that
// `createHmac` gives for one of the documented forms. It reads headers far more freely than the package does.
import { createHmac } from 'node:crypto';

const toleranceMs = 300_000;

/** Whether any text of a request that a sender may have signed is signed by the secret. */
export function isSigned(secret, headers, body) {
  // The blanks around a header's value are none of it.
  const values = headers.map(([, value]) => value.trim());
  const signatures = new Set(values.flatMap(signaturesIn));
  if (signatures.size === 0) return false;
  const times = [...new Set(values.flatMap((value) => value.match(/\d+/g) ?? []))].filter(isFresh);
  const ids = [...new Set(values)];
  const before = ['', ...times.flatMap((time) => [`${time}.`, `v0:${time}:`, ...ids.map((id) => `${id}.${time}.`)])];
  return keysOf(secret).some((key) =>
    before.some((text) =>
      ['sha256', 'sha512'].some((hash) =>
        signatures.has(createHmac(hash, key).update(text).update(body).digest('hex')),
      ),
    ),
  );
}

function isFresh(digits) {
  const ms = digits.length > 10 ? Number(digits) : 1000 * Number(digits);
  return Math.abs(Date.now() - ms) <= toleranceMs + 5000;
}

function keysOf(secret) {
  const keys = [Buffer.from(secret)];
  if (secret.startsWith('whsec_')) keys.push(Buffer.from(secret.slice('whsec_'.length), 'base64'));
  return keys;
}

/** All that may be 32 or 64 bytes, as hex. */
function signaturesIn(value) {
  const hex = value.match(/[0-9a-f]{64,}/gi) ?? [];
  const base64 = value.match(/[\w+/-]{43,}/g) ?? [];
  return [...hex.map((text) => Buffer.from(text, 'hex')), ...base64.map((text) => Buffer.from(text, 'base64'))]
    .filter(({ length }) => length === 32 || length === 64)
    .map((bytes) => bytes.toString('hex'));
}
