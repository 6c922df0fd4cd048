import { Query, Resolver } from '@nestjs/graphql';
import { Allow } from '../auth/allow.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { UnsentMail } from './mail.model.js';
import { MailService } from './mail.service.js';

@Resolver()
export class MailResolver {
  constructor(private readonly service: MailService) {}

  @Allow('member.invite')
  @Query(() => [UnsentMail], {
    description: 'Invitations, and mail to members about their accounts; a hundred at most.',
  })
  unsentMails(@CurrentCaller() caller: Caller): Promise<UnsentMail[]> {
    return this.service.unsent(caller);
  }
}
