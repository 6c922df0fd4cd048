import { Module } from '@nestjs/common';
import { PasswordResetService } from './password-reset.service.js';
import { SignUpService } from './sign-up.service.js';

@Module({
  providers: [SignUpService, PasswordResetService],
  exports: [SignUpService, PasswordResetService],
})
export class AccountModule {}
