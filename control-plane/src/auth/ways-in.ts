import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { Clock } from '../clock.js';
import { Passkeys } from './passkeys.js';
import { WorkspaceProviders } from './workspace-providers.js';

/** What leads in beside the sign-in library's own. */
@Injectable()
export class WaysIn {
  constructor(
    readonly accounts: Accounts,
    readonly passkeys: Passkeys,
    readonly providers: WorkspaceProviders,
    readonly clock: Clock,
  ) {}
}
