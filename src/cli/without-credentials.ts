import { mayParameterHoldCredential } from '../foundations/credential-headers';

/** A parameter of a query or a fragment. */
const parameter = /([?&;#])([^=&;#]*)=[^&;#]*/g;

/**
 * An address to show or to save: without the values of parameters whose names may be those of a credential. Strangers
 * write addresses, too, so it need not be one.
 */
export function withoutCredentials(address: string): string {
  return address.replaceAll(parameter, (whole, before: string, name: string) =>
    mayParameterHoldCredential(decoded(name)) ? `${before}${name}=…` : whole,
  );
}

/** As a server reads it, also where it is encoded badly. */
function decoded(name: string): string {
  return [...new URLSearchParams(`${name}=`).keys()].join('');
}
