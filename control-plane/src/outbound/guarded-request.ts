import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { AppError } from '../app-error.js';
import type { AddressGuard } from './address-guard.js';

/** All addresses of a name, as the machine resolves it. */
export type Resolve = (
  name: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export const resolveBySystem: Resolve = (name, answer) => systemLookup(name, { all: true }, answer);

/** Who is let out where, and what is said of the rest. */
export interface Outlet {
  guard: AddressGuard;
  resolve: Resolve;
  privateAddress(): AppError;
  notHttps(): AppError;
}

/**
 * A request to an address that somebody else wrote down, as far as the guard allows it. The name is resolved once, and the
 * connection goes to what was checked; the address at its other end is looked at again. Throws, or fails with, what the
 * outlet says of an address that is not allowed.
 */
export function requestGuarded(url: URL, options: RequestOptions, outlet: Outlet): ClientRequest {
  const { guard } = outlet;
  const isPlain = url.protocol === 'http:';
  const assertAllowed = (address: string): void => {
    if (!guard.allows(address)) throw outlet.privateAddress();
    if (isPlain && !guard.isNamed(address)) throw outlet.notHttps();
  };
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  // An address in the URL is not resolved, so that no lookup would see it.
  if (isIP(host) !== 0) assertAllowed(host);
  const lookup = checkedLookup(outlet.resolve, assertAllowed);
  const request = (isPlain ? requestHttp : requestHttps)(url, { ...options, agent: false, lookup });
  return request.once('socket', (socket) =>
    socket.once('connect', () => {
      try {
        assertAllowed(socket.remoteAddress ?? '');
      } catch (error) {
        socket.destroy(error as AppError);
      }
    }),
  );
}

/** One address that is not allowed spoils the name: which of them is connected to would be chance. */
function checkedLookup(resolve: Resolve, assertAllowed: (address: string) => void): LookupFunction {
  return (name, options, answer) =>
    resolve(name, (error, addresses) => {
      if (error) return answer(error, []);
      try {
        for (const { address } of addresses) assertAllowed(address);
      } catch (refusal) {
        return answer(refusal as NodeJS.ErrnoException, []);
      }
      const [first] = addresses;
      if (options.all || !first) return answer(null, addresses);
      return answer(null, first.address, first.family);
    });
}
