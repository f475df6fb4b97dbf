import type { SignatureScheme } from '../../foundations/contracts/signature-scheme';
import type { RawDelivery } from '../../foundations/delivery';
import { printableTenant } from '../../foundations/foreign-text';
import { headerValue } from '../../foundations/header-values';
import { flawOfSecret } from '../mac/secret-key';
import type { Account, ExplainsMismatch } from '../policy';
import { findMatch } from '../readings/find-match';
import { readerOf } from '../readings/header-reader';
import type { Reading } from '../readings/reading';
import type { Explanation } from '../refusal';
import { auto, isSignatureHeader, readAll } from '../schemes/auto';
import { type ExplainedBytes, provenCause, type Trial } from './find-causes';
import { findElsewhere } from './find-elsewhere';
import { sayUnreadable, visibleFaults } from './visible-faults';

/** Bodies that are longer are not explained, nor tried in a longer spelling than twice that. */
const largestBody = 64 * 1024;
/** How often a mismatch is explained: strangers cause them. */
const onceInMs = 10_000;
/** When no more variants are tried, in milliseconds. The last one may take a fifth. */
const mostMs = 4;
/** Variants of this many bytes together are tried, however busy the machine is. */
const leastBytes = 100_000;
/** How many tenants' secrets are tried for another tenant's delivery. */
const mostTenants = 64;

/** Explains mismatches for the log, within bounds. */
export class MismatchExplainer implements ExplainsMismatch {
  readonly #scheme: SignatureScheme;
  /** Names of the headers with signatures of a pinned scheme, in lower case. */
  readonly #signatureHeaders: readonly string[];
  /** Whether anybody would read it. */
  readonly #isRead: () => boolean;
  /** The secrets of tenants whose deliveries were accepted; the one that was unused longest comes first. */
  readonly #tenants = new Map<string, readonly string[]>();
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(scheme: SignatureScheme, signatureHeaders: readonly string[], isRead: () => boolean) {
    this.#scheme = scheme;
    this.#signatureHeaders = signatureHeaders;
    this.#isRead = isRead;
  }

  remember({ tenant, secrets }: Account): void {
    if (tenant === undefined) return;
    this.#tenants.delete(tenant);
    if (this.#tenants.size >= mostTenants) this.#tenants.delete(String(this.#tenants.keys().next().value));
    this.#tenants.set(tenant, secrets);
  }

  explain({ headers, rawBody, receivedAt }: RawDelivery, account: Account): Explanation | undefined {
    // A clock that was set back must not silence it.
    const isSoon = Math.abs(receivedAt - this.#lastAt) < onceInMs;
    if (isSoon || rawBody.length > largestBody || !this.#isRead()) return undefined;
    this.#lastAt = receivedAt;
    const proven = this.#proven({ headers, body: rawBody }, account, this.#trial(rawBody.length));
    if (proven !== undefined) return { isProven: true, causes: [proven] };
    return { isProven: false, causes: [...this.#unreadable(headers), ...visibleFaults(headers, rawBody)] };
  }

  /** Tries variants as the receiver would read them. Schemes of users are not asked: they may take long. */
  #trial(length: number): Trial {
    const read = readerOf(this.#scheme) ?? readAll;
    const until = performance.now() + mostMs;
    let bytes = 0;
    let last: { readonly headers: RawDelivery['headers']; readonly readings: readonly Reading[] } | undefined;
    return {
      isRead: (name) => this.#isSignature(name),
      hasTime() {
        bytes += length;
        return bytes < leastBytes || performance.now() < until;
      },
      signs({ headers, body, secret }) {
        if (body.length > 2 * largestBody || flawOfSecret(secret) !== undefined) return false;
        // Most variants have the same headers.
        if (last?.headers !== headers) last = { headers, readings: read(headers) };
        return findMatch(last.readings, body, secret) !== undefined;
      },
    };
  }

  #proven(request: Omit<ExplainedBytes, 'secret'>, { tenant, secrets }: Account, trial: Trial): string | undefined {
    for (const [index, secret] of secrets.entries()) {
      const given = { ...request, secret };
      const cause = this.#pinnedOtherwise(given) ?? provenCause(given, trial);
      if (cause !== undefined) return secrets.length === 1 ? cause : `With secret[${index}]: ${cause}`;
    }
    for (const [other, theirs] of this.#tenants) {
      if (!trial.hasTime()) return undefined;
      if (other === tenant || !theirs.some((secret) => trial.signs({ ...request, secret }))) continue;
      return `Another tenant's secret signs it, that of ${printableTenant(other)}: the destination has the address of the wrong tenant.`;
    }
    return undefined;
  }

  /** A signature that is right, but not where or how the receiver looks for it. */
  #pinnedOtherwise({ headers, body, secret }: ExplainedBytes): string | undefined {
    const pin =
      (this.#scheme === auto ? undefined : findMatch(readAll(headers), body, secret)?.pin) ??
      findElsewhere(headers, body, secret)?.pin;
    return pin === undefined
      ? undefined
      : `The secret signs it, but not in the way that the receiver looks for. Pin it: ${pin}`;
  }

  #isSignature(name: string): boolean {
    return this.#signatureHeaders.length === 0 ? isSignatureHeader(name) : this.#signatureHeaders.includes(name);
  }

  /** What is wrong with the headers that should hold the signature, if none of them can be read. */
  #unreadable(headers: RawDelivery['headers']): readonly string[] {
    const read = readerOf(this.#scheme);
    if (read === undefined || digestsIn(read(headers)) > 0) return [];
    return Object.keys(headers)
      .filter((name) => this.#isSignature(name))
      .slice(0, 4)
      .map((name) => this.#unreadableAs(name, headers));
  }

  #unreadableAs(name: string, headers: RawDelivery['headers']): string {
    const [digest] = readAll(headers).flatMap(({ header, digests }) => (header === name ? digests : []));
    if (digest === undefined) return sayUnreadable(name, headerValue(headers, name));
    const { algorithm, encoding } = digest;
    return `${name} holds an HMAC-${algorithm.toUpperCase()} in ${encoding}, and the pinned scheme reads another one.`;
  }
}

function digestsIn(readings: readonly Reading[]): number {
  return readings.reduce((sum, { digests }) => sum + digests.length, 0);
}
