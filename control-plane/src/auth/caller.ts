import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import { AppError } from '../app-error.js';
import type { Role } from './role.js';

/** Who asks. Every service takes it first, and every query names its workspace. */
export interface Caller {
  workspaceId: string;
  role: Role;
  /** Of the person's account, or of the API key. */
  actorId: string;
  /** Of the person, or of the API key. */
  name: string;
  email: string | null;
  by: 'session' | 'key';
  /** Of the browser that is signed in. */
  sessionId?: string;
  /** Whether the workspace's own identity provider began the session: it opens nothing else of the person's. */
  isHeld?: boolean;
  /** Whether their password alone lets nobody in. */
  hasTotp?: boolean;
  /** The person whose key it is; the setup command's is nobody's. */
  makerId?: string;
  /** Where the request came from, as far as trusted proxies tell. */
  address?: string;
  userAgent?: string;
  /** When the API key ends. Without one it never does. */
  keyExpiresAt?: Date;
}

/** What a resolver sees beside its arguments. */
export interface RequestContext {
  caller?: Caller;
  /** Why who asks is nobody, where there is more to say than that. */
  refusal?: AppError;
}

/** Throws AppError `auth.…` when nobody we know asks. */
export function callerIn(context: ExecutionContext): Caller {
  const { caller, refusal } = GqlExecutionContext.create(context).getContext<RequestContext>();
  if (caller) return caller;
  throw (
    refusal ??
    new AppError('auth.required', 'Sign in, or send an API key as "Authorization: Bearer dbk_…".')
  );
}

export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerIn(context),
);
