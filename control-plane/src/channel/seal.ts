import { AppError } from '../app-error.js';
import { sealText, unsealText } from '../sealed-text.js';

const purpose = 'drawbridge channel';

/**
 * Keeps what a channel is reached with, such as the address of a Slack webhook, so that who has the database alone has
 * nothing.
 */
export const seal = (installation: string, channelId: string, secret: string): Buffer =>
  sealText({ installation, purpose, id: channelId }, secret);

/** Throws AppError `channel.sealed_otherwise` when DRAWBRIDGE_SECRET is not what it was then. */
export function unseal(installation: string, channelId: string, sealed: Uint8Array): string {
  try {
    return unsealText({ installation, purpose, id: channelId }, sealed);
  } catch (cause) {
    throw new AppError(
      'channel.sealed_otherwise',
      'DRAWBRIDGE_SECRET is not the one that this channel was made with. Set that one again, or give the channel its secret anew.',
      { cause },
    );
  }
}
