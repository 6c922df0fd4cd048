import { Refusal } from './refusal.js';

/** What the server needs of time: it decides timestamps and limits, and a test may set it. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export type ChannelKind = 'public' | 'private' | 'im';

export interface Message {
  ts: string;
  text: string;
  blocks?: readonly unknown[];
  metadata?: { event_type: string; event_payload: Readonly<Record<string, unknown>> };
  files?: readonly SharedFile[];
  /** When the history shows it, in milliseconds since the epoch. */
  showsAt: number;
}

export interface SharedFile {
  id: string;
  name: string;
  title: string;
  /** What was uploaded. */
  content: Buffer;
}

export interface Channel {
  id: string;
  name: string;
  kind: ChannelKind;
  isArchived: boolean;
  /** Nobody but its owners may post. */
  isReadOnly: boolean;
  /** Whether the app is in it. */
  isMember: boolean;
  /** Oldest first. */
  messages: Message[];
}

export interface User {
  id: string;
  email: string;
  name: string;
  isDeleted: boolean;
}

export interface Token {
  scopes: ReadonlySet<string>;
  state: 'valid' | 'token_revoked' | 'token_expired' | 'account_inactive';
}

/** One Slack workspace with one app in it. */
export class Workspace {
  readonly channels: Channel[] = [];
  readonly users: User[] = [];
  readonly tokens = new Map<string, Token>();
  /** What was uploaded and not shared yet; undefined until its bytes are there. */
  readonly uploads = new Map<string, { name: string; length: number; content?: Buffer }>();
  /** How long it takes until the history shows what was posted; Slack promises nothing. */
  showsAfterMs = 0;
  /** Where files go to, unless that is the server itself. */
  uploadUrl: string | undefined;
  /** Told of everything that is posted. */
  onPost: (channel: Channel, message: Message) => void = () => undefined;
  private made = 0;
  private lastTs = 0;

  constructor(readonly clock: ServerClock) {}

  makeToken(scopes: readonly string[]): string {
    const token = `xoxb-${++this.made}-${crypto.randomUUID()}`;
    this.tokens.set(token, { scopes: new Set(scopes), state: 'valid' });
    return token;
  }

  makeChannel(name: string, change: Partial<Channel> = {}): Channel {
    const channel: Channel = {
      id: this.nextId(change.kind === 'im' ? 'D' : 'C'),
      name,
      kind: 'public',
      isArchived: false,
      isReadOnly: false,
      isMember: true,
      messages: [],
      ...change,
    };
    this.channels.push(channel);
    return channel;
  }

  makeUser(email: string, change: Partial<User> = {}): User {
    const name = email.split('@')[0] ?? email;
    const user = { id: this.nextId('U'), email, name, isDeleted: false, ...change };
    this.users.push(user);
    return user;
  }

  /** The direct messages of the app with a user, opened if they are not. */
  imOf(user: User): Channel {
    const open = this.channels.find(({ kind, name }) => kind === 'im' && name === user.id);
    return open ?? this.makeChannel(user.id, { kind: 'im' });
  }

  /** As `channel` of a request names it: an id, or the name of a public channel. */
  channelOf(given: string | undefined): Channel {
    const name = given?.replace(/^#/, '');
    const found = this.channels.find(
      (channel) => channel.id === given || (channel.kind === 'public' && channel.name === name),
    );
    // What the app can't see is not there for it.
    if (!found || (found.kind === 'private' && !found.isMember))
      throw new Refusal('channel_not_found');
    return found;
  }

  post(channel: Channel, message: Omit<Message, 'ts' | 'showsAt'>): Message {
    const showsAt = this.clock.now() + this.showsAfterMs;
    const posted = { ...message, ts: this.nextTs(), showsAt };
    channel.messages.push(posted);
    this.onPost(channel, posted);
    return posted;
  }

  nextId(letter: string): string {
    return `${letter}0${(++this.made).toString(36).toUpperCase().padStart(8, '0')}`;
  }

  /** Seconds and a number that tells messages of one second apart; never the same twice. */
  private nextTs(): string {
    const now = Math.floor(this.clock.now() * 1000);
    this.lastTs = Math.max(now, this.lastTs + 1);
    return microsToTs(this.lastTs);
  }
}

export function microsToTs(micros: number): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
}

/** Undefined where it is no timestamp. */
export function tsToMicros(ts: string): number | undefined {
  const match = /^(\d{1,11})(?:\.(\d{1,6}))?$/.exec(ts);
  return match ? Number(match[1]) * 1e6 + Number((match[2] ?? '').padEnd(6, '0')) : undefined;
}
