import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const folder = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Paths that are no page: a wrong one is answered plainly, not with the UI. */
const notPages = /^\/(api|graphql|agent|healthz|readyz|metrics|assets)(\/|$|\?)/;

/** The UI: its files as they are, and its one page for every path that it routes itself. */
export async function addWeb(server: FastifyInstance): Promise<void> {
  const isBuilt = existsSync(`${folder}index.html`);
  if (isBuilt)
    await server.register(files, {
      root: folder,
      wildcard: false,
      index: 'index.html',
      setHeaders: (reply, path) =>
        // Vite names assets by their content; the page itself must always be asked for.
        void reply.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    });
  // Nest answers whatever no route is for, so the page has one of its own.
  server.get('/*', (request, reply) => {
    if (notPages.test(request.url))
      return reply.status(404).send({ code: 'http.not_found', message: 'There is nothing here.' });
    if (isBuilt) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return reply.status(404).type('text/plain').send('The UI is not built. Run: npm run build\n');
  });
}
