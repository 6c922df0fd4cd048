import { Button, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../api/generated/index.js';
import { Refusal } from '../part/answers.js';
import { draftOf, emptyDraft, settingsOf } from './channel-draft.js';
import { ChannelFields } from './channel-fields.js';
import { channelKinds } from './channel-words.js';
import type { Channel } from './channels-query.js';

const CreateChannelMutation = graphql(`
  mutation CreateChannel($input: CreateChannelInput!) {
    createChannel(input: $input) {
      secret
      channel {
        id
      }
    }
  }
`);

const UpdateChannelMutation = graphql(`
  mutation UpdateChannel($input: UpdateChannelInput!) {
    updateChannel(input: $input) {
      channel {
        id
      }
    }
  }
`);

interface ChannelFormProps {
  channel: Channel | undefined;
  /** With the secret that signs a new webhook. */
  saved(secret: string | undefined): void;
}

export function ChannelForm({ channel, saved }: ChannelFormProps) {
  const [draft, setDraft] = useState(channel ? draftOf(channel) : emptyDraft);
  const [created, create] = useMutation(CreateChannelMutation);
  const [updated, update] = useMutation(UpdateChannelMutation);
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const send = async () => {
    const input = { name: draft.name.trim(), ...settingsOf(draft) };
    if (channel) {
      const { error } = await update({ input: { id: channel.id, ...input } });
      return error ? undefined : saved(undefined);
    }
    const { data } = await create({ input });
    return data && saved(data.createChannel.secret ?? undefined);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          description="What alerts call it by: letters, digits, “.”, “_” and “-”."
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          data-autofocus
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {!channel && (
          <NativeSelect
            label="Kind"
            data={[...channelKinds]}
            value={draft.kind}
            onChange={(event) => change({ kind: event.currentTarget.value, url: '' })}
          />
        )}
        <ChannelFields draft={draft} change={change} isKnown={channel !== undefined} />
        <Refusal error={created.error ?? updated.error} />
        <Button type="submit" loading={created.fetching || updated.fetching}>
          {channel ? 'Change it' : 'Add the channel'}
        </Button>
      </Stack>
    </form>
  );
}
