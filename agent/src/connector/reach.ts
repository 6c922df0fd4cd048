import { Failure } from '../failure.js';
import { wayOut } from '../proxy.js';
import type { HostPort } from './journey.js';

/** Whom a connection dials, as the list of a firewall has it. */
export interface Reach {
  hosts: readonly HostPort[];
  pastProxy: boolean;
}

/** Whether its way leads past a forward proxy that is set. */
export const leadsPast = ({ hosts, pastProxy }: Reach): boolean =>
  pastProxy && hosts.length > 0 && wayOut() !== undefined;

/** Says in words what a list must have; empty where nothing is known. */
export function listedAs({ hosts, pastProxy }: Reach): string {
  if (hosts.length === 0) return '';
  const all = hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  const entries = hosts.map(({ host, port }) => `{ name: ${host}, ports: [${port}] }`).join(', ');
  return [
    `Dialled: ${all}.`,
    ...(wayOut() && !pastProxy
      ? ['The proxy of HTTPS_PROXY must let it through, unless NO_PROXY names it.']
      : []),
    `Where a network policy stands before the agent, its list must have it: in the chart's values, networkPolicy.egress with its address and port, or ciliumNetworkPolicy.hosts: [${entries}].`,
  ].join(' ');
}

/** A connection whose failures to reach the far side say whom they dialled, in the text that rests in the bucket. */
export function sayingWhom<C extends object>(connection: C, reach: Reach): C {
  return new Proxy(connection, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, args);
        return answer instanceof Promise
          ? answer.catch((error: unknown) => Promise.reject(withWhom(error, reach)))
          : answer;
      };
    },
  });
}

function withWhom(error: unknown, reach: Reach): unknown {
  const whom = listedAs(reach);
  const isSilence = error instanceof Failure && error.code.endsWith('.unreachable');
  return isSilence && whom !== '' ? error.adding(whom) : error;
}
