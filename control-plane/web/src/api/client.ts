import type { FormattedExecutionResult } from 'graphql';
import { createClient as makeSocket } from 'graphql-ws';
import type { Client as Socket } from 'graphql-ws';
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import type { OperationResult } from 'urql';
import { reachable, socketOpen } from './line.js';
import { isMissing, isOutage, isUnauthenticated } from './refusal.js';
import { recognised, unrecognised } from './session.js';

export interface Api {
  client: Client;
  close(): void;
}

/** One for each visit: what one person saw is not kept for the next. */
export function openApi(): Api {
  const socket = makeSocket({
    url: socketUrl,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    // Milliseconds before the ping that finds a dead line.
    keepAlive: 15_000,
    on: { connected: () => socketOpen.set(true), closed: () => socketOpen.set(false) },
  });
  return { client: makeClient(socket), close: () => void socket.dispose() };
}

function makeClient(socket: Socket): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetch: ask,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cacheExchange,
      // Below the cache, which answers in an outage too.
      mapExchange({ onResult: note }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => {
            const next = ({ data = null, ...rest }: FormattedExecutionResult) =>
              sink.next({ data, ...rest });
            const request = { query: query ?? '', variables: variables ?? {} };
            return { unsubscribe: socket.subscribe(request, { ...sink, next }) };
          },
        }),
      }),
    ],
  });
}

/** Milliseconds after which no answer is an outage: a line may die without a word. */
const patienceMs = 20_000;

function ask(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const tooLate = AbortSignal.timeout(patienceMs);
  const signal = init.signal ? AbortSignal.any([init.signal, tooLate]) : tooLate;
  return fetch(input, { ...init, signal });
}

function note({ operation, error, data }: OperationResult): void {
  if (error && isUnauthenticated(error)) return unrecognised();
  // What a mutation is refused is its own page's to tell, and that there is no such thing is an answer; a question that
  // failed leaves the page behind the times.
  const isBehind = operation.kind === 'query' && error && !isMissing(error);
  if (error && (isOutage(error) || isBehind)) return reachable.set(false);
  if (!data) return;
  reachable.set(true);
  recognised();
}

function socketUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/graphql`;
}
