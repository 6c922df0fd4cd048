import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import { AppError } from '../app-error.js';

/** Who asks. Every service takes it first, and every query names its workspace. */
export interface Caller {
  workspaceId: string;
  role: 'owner';
  /** Of the person, or of the API key. */
  name: string;
  email: string | null;
  by: 'session' | 'key';
}

/** What a resolver sees beside its arguments. */
export interface RequestContext {
  caller?: Caller;
}

export const callerIn = (context: ExecutionContext): Caller | undefined =>
  GqlExecutionContext.create(context).getContext<RequestContext>().caller;

export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerIn(context);
  if (!caller) throw signedOut();
  return caller;
});

export const signedOut = (): AppError =>
  new AppError('auth.required', 'Sign in, or send an API key as "Authorization: Bearer dbk_…".');
