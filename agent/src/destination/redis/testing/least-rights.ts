/** The words of the README's `ACL SETUSER`, for one user, password and pattern of keys. */
export function leastRights(user: string, password: string, keys: string): string[] {
  return [user, 'on', `>${password}`, 'resetchannels', `~${keys}`, '-@all', ...commands];
}

const commands = [
  '+ping',
  '+select',
  '+cluster|slots',
  '+asking',
  '+script|load',
  '+evalsha',
  '+type',
  '+unlink',
  '+hset',
  '+hdel',
  '+hkeys',
  '+expire',
  '+set',
  '+sadd',
  '+srem',
  '+zadd',
  '+zrem',
  '+zscore',
];
