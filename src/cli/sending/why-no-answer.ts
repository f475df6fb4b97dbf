/** An answer that did not come, or not to its end. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';
  /** Whether it took too long; else its connection was closed. */
  readonly isLate: boolean;
  /** Its status, if it had begun. */
  readonly status: number | undefined;

  constructor(isLate: boolean, status: number | undefined) {
    super();
    this.isLate = isLate;
    this.status = status;
  }
}

/** Who was asked, and how long an answer could take. */
interface Asked {
  readonly url: URL;
  readonly peer: 'receiver' | 'app';
  readonly timeoutMs: number;
}

/** Why no answer came, and what to do about it. */
export function whyNoAnswer(error: NodeJS.ErrnoException, { url, peer, timeoutMs }: Asked): string {
  const who = `the ${peer} at ${url.host}`;
  if (error instanceof BrokenAnswer) {
    const within = `within ${timeoutMs / 1000} s`;
    if (error.status === undefined) return `${who} did not answer ${within}`;
    const began = `${who} began to answer ${error.status}, and`;
    return error.isLate
      ? `${began} did not come to its end ${within}`
      : `${began} closed the connection before its end`;
  }
  const { code = '', message } = error;
  // Node's parser of HTTP has many codes for what is none.
  if (code.startsWith('HPE_'))
    return `${who} speaks no HTTP: does its address begin with https://, or belong to another service?`;
  const insecurely = peer === 'receiver' ? ': --insecure sends anyway' : '';
  const wrong = ofCertificates[code];
  if (wrong !== undefined) return `the certificate of ${url.host} ${wrong}${insecurely}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${url.host}: is the ${peer} running?`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${who} closed the connection without an answer`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no host ${url.hostname}`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `no connection to ${url.host} comes about (${code}): is its address right, and its network reachable from here?`;
    case 'EPROTO':
      return `${who} speaks no TLS: does its address begin with http://?`;
    default:
      return code === '' ? message : code;
  }
}

const unknownSigner = 'is signed by nobody that this machine trusts';

const ofCertificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownSigner,
  SELF_SIGNED_CERT_IN_CHAIN: unknownSigner,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownSigner,
  UNABLE_TO_GET_ISSUER_CERT: unknownSigner,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownSigner,
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
};
