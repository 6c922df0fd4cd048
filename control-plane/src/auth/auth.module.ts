import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccountModule } from '../account/account.module.js';
import { AllowGuard } from './allow.guard.js';
import { ApiKeyService } from './api-key.service.js';
import { AuthResolver } from './auth.resolver.js';
import { AuthService } from './auth.service.js';
import { OpenLines } from './open-lines.js';
import { Passkeys } from './passkeys.js';
import { WaysIn } from './ways-in.js';
import { WorkspaceProviders } from './workspace-providers.js';
import { SignIn } from './sign-in.js';
import { SignInTries } from './sign-in-tries.js';

@Module({
  imports: [AccountModule],
  providers: [
    SignIn,
    SignInTries,
    Passkeys,
    WorkspaceProviders,
    WaysIn,
    ApiKeyService,
    AuthService,
    AuthResolver,
    OpenLines,
    { provide: APP_GUARD, useClass: AllowGuard },
  ],
  exports: [SignIn, ApiKeyService, AuthService, OpenLines, WorkspaceProviders],
})
export class AuthModule {}
