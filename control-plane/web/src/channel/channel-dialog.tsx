import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { ChannelForm } from './channel-form.js';
import type { Channel } from './channels-query.js';
import { NewSecret } from './new-secret.js';

interface ChannelDialogProps {
  /** Of the button that opens it. */
  label: string;
  /** That is changed; none to make one. */
  channel?: Channel;
  changed(): void;
}

/** Makes or changes a channel. The secret of a new webhook is shown in it, this once. */
export function ChannelDialog({ label, channel, changed }: ChannelDialogProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [secret, setSecret] = useState<string>();
  const saved = (made: string | undefined) => {
    changed();
    if (made === undefined) setIsOpen(false);
    else setSecret(made);
  };
  return (
    <>
      <Button {...(channel && { variant: 'default' })} onClick={() => setIsOpen(true)}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        onExitTransitionEnd={() => setSecret(undefined)}
        title={channel ? `Change ${channel.name}` : 'Add a channel'}
        size="lg"
        // A secret is gone with the window, so a slip of the hand must not close it.
        closeOnClickOutside={secret === undefined}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {secret === undefined ? (
          <ChannelForm channel={channel} saved={saved} />
        ) : (
          <NewSecret text={secret} close={() => setIsOpen(false)} />
        )}
      </Modal>
    </>
  );
}
