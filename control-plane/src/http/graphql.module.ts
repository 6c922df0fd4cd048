import { Logger } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { AppError } from '../app-error.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuthService } from '../auth/auth.service.js';
import type { RequestContext } from '../auth/caller.js';

/** Deeper than any page of the UI asks, and far from what would cost something. */
const maxDepth = 10;
const logger = new Logger('GraphQL');

/** The public API at /graphql, with subscriptions over graphql-transport-ws. */
export const graphqlModule = GraphQLModule.forRootAsync<MercuriusDriverConfig>({
  driver: MercuriusDriver,
  imports: [AuthModule],
  inject: [AuthService],
  useFactory: (auth: AuthService): Omit<MercuriusDriverConfig, 'driver'> => ({
    autoSchemaFile: true,
    sortSchema: true,
    path: '/graphql',
    graphiql: false,
    queryDepth: maxDepth,
    allowBatchedQueries: false,
    context: (request: FastifyRequest) => contextOf(auth, request),
    subscription: {
      fullWsTransport: true,
      context: (_socket: unknown, request: FastifyRequest) => contextOf(auth, request),
    },
    errorFormatter: (execution) => ({ statusCode: 200, response: shown(execution) }),
  }),
});

async function contextOf(auth: AuthService, { headers }: FastifyRequest): Promise<RequestContext> {
  const caller = await auth.callerOf(headers);
  return caller ? { caller } : {};
}

/** What was thrown on purpose is shown; what broke is ours alone to read. */
function shown(execution: ExecutionResult): ExecutionResult {
  return { data: execution.data ?? null, errors: (execution.errors ?? []).map(shownError) };
}

export function shownError(error: unknown): GraphQLError {
  const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = error instanceof GraphQLError ? error : undefined;
  const options = { path: place?.path ?? null, nodes: place?.nodes ?? null };
  if (thrown instanceof AppError)
    return new GraphQLError(thrown.message, { ...options, extensions: { code: thrown.code } });
  if (thrown instanceof GraphQLError)
    return new GraphQLError(thrown.message, { ...options, extensions: { code: 'graphql.invalid' } });
  if (isOfMercurius(thrown))
    return new GraphQLError(thrown.message, { extensions: { code: 'graphql.invalid' } });
  logger.error({ err: thrown }, 'A request failed');
  return new GraphQLError('Something went wrong on our side. Try again; the log has the details.', {
    ...options,
    extensions: { code: 'internal.unexpected' },
  });
}

/** Wrong queries, too deep ones, bad variables. */
const isOfMercurius = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && String((thrown as { code?: unknown }).code).startsWith('MER_ERR_GQL');
