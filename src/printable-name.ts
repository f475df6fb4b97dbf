const namePattern = /^[\w.:-]{1,64}$/;

/** A name that came from outside, as it may be logged: what could be text is not repeated. */
export function printableName(name: string): string {
  return namePattern.test(name) ? name : '(not a name)';
}
