import { Injectable } from '@nestjs/common';
import { JoinService } from './join.service.js';
import { PasswordResetService } from './password-reset.service.js';
import { SignUpService } from './sign-up.service.js';

/** What people may ask for who are not signed in. */
@Injectable()
export class Accounts {
  constructor(
    readonly signUp: SignUpService,
    readonly reset: PasswordResetService,
    readonly join: JoinService,
  ) {}
}
