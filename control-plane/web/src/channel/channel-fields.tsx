import {
  Checkbox,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ChannelDraft } from './channel-draft.js';
import { eventKinds } from './channel-words.js';

interface ChannelFieldsProps {
  draft: ChannelDraft;
  change(part: Partial<ChannelDraft>): void;
  /** It is there already: its secret need not be written again. */
  isKnown: boolean;
}

/** What its kind wants to know. */
export function ChannelFields(props: ChannelFieldsProps) {
  switch (props.draft.kind) {
    case 'slack':
      return <SlackFields {...props} />;
    case 'pagerduty':
      return <PagerDutyFields {...props} />;
    case 'email':
      return <EmailFields {...props} />;
    default:
      return <WebhookFields {...props} />;
  }
}

const kept = 'Left empty, it stays as it is; it is never shown.';

const SlackFields = ({ draft, change, isKnown }: ChannelFieldsProps) => (
  <PasswordInput
    label="Address of the incoming webhook"
    description={isKnown ? kept : 'https://hooks.slack.com/services/… It is kept sealed.'}
    required={!isKnown}
    withAsterisk={false}
    autoComplete="off"
    visibilityToggleButtonProps={toggle}
    value={draft.url}
    onChange={(event) => change({ url: event.currentTarget.value })}
  />
);

const PagerDutyFields = ({ draft, change, isKnown }: ChannelFieldsProps) => (
  <>
    <PasswordInput
      label="Integration key"
      description={
        isKnown ? kept : 'Of an Events API v2 integration of a service. It is kept sealed.'
      }
      required={!isKnown}
      withAsterisk={false}
      autoComplete="off"
      visibilityToggleButtonProps={toggle}
      value={draft.routingKey}
      onChange={(event) => change({ routingKey: event.currentTarget.value })}
    />
    <NativeSelect
      label="Account in"
      {...(isKnown && { description: 'Changes together with the key.' })}
      data={[
        { value: 'us', label: 'United States' },
        { value: 'eu', label: 'Europe' },
      ]}
      value={draft.isInEurope ? 'eu' : 'us'}
      onChange={(event) => change({ isInEurope: event.currentTarget.value === 'eu' })}
    />
  </>
);

const EmailFields = ({ draft, change }: ChannelFieldsProps) => (
  <Textarea
    label="Addresses"
    description="1 to 20, one a line or with commas between; each gets a mail of its own."
    required
    withAsterisk={false}
    autosize
    minRows={2}
    value={draft.to}
    onChange={(event) => change({ to: event.currentTarget.value })}
  />
);

const WebhookFields = ({ draft, change }: ChannelFieldsProps) => (
  <>
    <TextInput
      label="Address"
      description="Begins with https:// and is reached from the internet."
      type="url"
      required
      withAsterisk={false}
      autoComplete="off"
      value={draft.url}
      onChange={(event) => change({ url: event.currentTarget.value })}
    />
    <Checkbox.Group label="Events" value={draft.kinds} onChange={(kinds) => change({ kinds })}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} mt="xs" spacing="xs">
        {eventKinds.map((kind) => (
          <Checkbox key={kind} value={kind} label={kind} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  </>
);

const toggle = { 'aria-label': 'Show what is written' };
