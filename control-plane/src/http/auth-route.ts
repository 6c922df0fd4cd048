import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../app-error.js';
import { headersOf } from '../auth/auth.service.js';
import { clientAddressHeader } from '../auth/client-address.js';
import { assertStorable } from '../database/storable.js';
import { originsOf, type SignIn } from '../auth/sign-in.js';

/**
 * The sign-in library's own paths, for browsers. Whoever posts must be a page of ours: the library asks that of requests with
 * a cookie alone, and a foreign page could sign a visitor in as somebody else.
 */
export function addAuthRoute(server: FastifyInstance, signIn: SignIn, publicUrl: string): void {
  const origins = originsOf(publicUrl);
  server.route({
    method: ['GET', 'POST'],
    url: '/api/auth/*',
    bodyLimit: 64 * 1024,
    onRequest: async ({ method, headers }, reply) => {
      if (method === 'GET' || (headers.origin && origins.has(headers.origin))) return;
      await reply.status(403).send({
        code: 'auth.cross_site',
        message: 'This request came from another site and was refused.',
      });
    },
    preValidation: async ({ query, body }, reply) => {
      try {
        assertStorable([query, body]);
      } catch (error) {
        const { code, message } = error as AppError;
        await reply.status(400).send({ code, message });
      }
    },
    handler: async (request, reply) => {
      const answer = await signIn.answer(asWebRequest(request, publicUrl));
      return asReply(answer, reply);
    },
  });
}

function asWebRequest(request: FastifyRequest, publicUrl: string): Request {
  const headers = headersOf(request.headers);
  headers.delete('content-length');
  // What the rate limit counts by; a client can't choose it.
  headers.set(clientAddressHeader, request.ip);
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  return new Request(new URL(request.url, publicUrl), { method: request.method, headers, body });
}

async function asReply(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  reply.status(answer.status);
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') reply.header(name, value);
  for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie);
  return reply.send(answer.body === null ? null : await answer.text());
}
