import { Module } from '@nestjs/common';
import { Accounts } from './accounts.js';
import { JoinService } from './join.service.js';
import { PasswordResetService } from './password-reset.service.js';
import { SignUpService } from './sign-up.service.js';

@Module({
  providers: [SignUpService, PasswordResetService, JoinService, Accounts],
  exports: [Accounts],
})
export class AccountModule {}
