/** Replaces NUL and lone surrogates: PostgreSQL refuses a whole row because of one. */
export function storableText(text: string): string {
  if (!/[\0\uD800-\uDFFF]/.test(text)) return text;
  return Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8');
}

const namePattern = /^[\w.:-]{1,64}$/;

/** A name from outside, safe to log. Anything that may be other text is not repeated. */
export function printableName(name: string): string {
  return namePattern.test(name) ? name : '(not a name)';
}

const longestTenant = 256;

/** A tenant's name is the user's own text. It is cut if it is very long. */
export function printableTenant(tenant: string): string {
  return tenant.slice(0, longestTenant);
}

const mostParams = 16;
const mayAuthorise = /token|secret|key|sign|auth|pass/i;

/**
 * Path parameters, safe to log; `undefined` if there are none. Strangers choose the values, and some addresses hold a
 * token.
 */
export function printableParams(
  params: Readonly<Record<string, string | undefined>> | undefined,
): Readonly<Record<string, string>> | undefined {
  const given = Object.entries<unknown>(params ?? {}).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.slice(0, mostParams).map(([name, value]) => {
      const shown = printableName(name);
      return [shown, mayAuthorise.test(name) ? '(not shown)' : printableName(textOf(value))];
    }),
  );
}

/** Without TypeScript, a value may be anything, and converting it to a string may throw. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '';
  }
}
