import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AppError } from '../app-error.js';
import { allowKey, type Permission } from './allow.js';
import { callerIn } from './caller.js';
import { held } from './held-session.js';
import { may } from './role.js';

/** Stands before every field of Query, Mutation and Subscription: everything is denied unless allowed. */
@Injectable()
export class AllowGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const caller = callerIn(context);
    const permission = this.reflector.get<Permission | undefined>(allowKey, context.getHandler());
    if (!permission || !may(caller.role, permission))
      throw new AppError(
        'auth.forbidden',
        'Your role does not allow this. Ask an owner of the workspace.',
      );
    // What is a person's own, and not the workspace's.
    if (caller.isHeld && permission === 'viewer.write') throw held();
    return true;
  }
}
