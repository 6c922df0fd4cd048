import { Module } from '@nestjs/common';
import { InvitationService } from './invitation.service.js';
import { MailResolver } from './mail.resolver.js';
import { MailService } from './mail.service.js';
import { MemberResolver } from './member.resolver.js';
import { MemberService } from './member.service.js';
import { MembershipResolver } from './membership.resolver.js';
import { MembershipService } from './membership.service.js';
import { PasskeyResolver } from './passkey.resolver.js';
import { PasskeyService } from './passkey.service.js';
import { SessionResolver } from './session.resolver.js';
import { SessionService } from './session.service.js';

@Module({
  providers: [
    MemberService,
    InvitationService,
    MemberResolver,
    MembershipService,
    MembershipResolver,
    SessionService,
    SessionResolver,
    PasskeyService,
    PasskeyResolver,
    MailService,
    MailResolver,
  ],
})
export class MemberModule {}
