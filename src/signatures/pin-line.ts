/**
 * The line of configuration that pins a scheme, ready to paste: `signature: hmac({ header: 'x-signature' })`. What is
 * a default is left out.
 */
export function pinLine(factory: string, options: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: '${value.replace(/[\\']/g, '\\$&')}'`],
  );
  return `signature: ${factory}(${given.length === 0 ? '' : `{ ${given.join(', ')} }`})`;
}

/** `value`, unless it is the default. */
export function unless(byDefault: string, value: string): string | undefined {
  return value === byDefault ? undefined : value;
}
