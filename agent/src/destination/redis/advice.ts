import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'destination.bad_name_template',
    title: 'Two rows could have one name in Redis',
    advice:
      'Name every field of the sync’s key in the template, and nothing else, with something between two of them: `order:{{ shop }}:{{ id }}`. Change values in the model’s SQL, not by filters.',
  },
  {
    code: 'destination.bad_name',
    title: 'A row has no name of its own in Redis',
    advice:
      'A value of its key is NULL or empty, or holds what separates it from the next one in the name. Write `{{ column | url_encode }}`, choose another separator, or leave such rows out of the model.',
  },
  {
    code: 'destination.rejected',
    vendorCode: 'WRONGTYPE',
    title: 'The key holds something else',
    advice:
      'Redis has a value of another type under the row’s name, and it is left alone. Choose another `name`, or remove that key.',
  },
  {
    code: 'destination.busy',
    vendorCode: 'OOM',
    title: 'Redis is full',
    advice:
      '`maxmemory` is reached and nothing may be evicted. Give the server more memory, or set `ttlSeconds`. The next run sends the rest.',
  },
  {
    code: 'destination.busy',
    vendorCode: 'READONLY',
    title: 'The server is a replica',
    advice:
      'During a failover this passes. Otherwise give the address of the master, or of the sentinels with `topology: sentinel`.',
  },
  {
    code: 'destination.busy',
    vendorCode: 'MISCONF',
    title: 'Redis can not save its data',
    advice:
      'It takes no writes until a snapshot succeeds. Look at its log and its disk; the next run sends the rest.',
  },
  {
    code: 'destination.busy',
    vendorCode: 'CLUSTERDOWN',
    title: 'The cluster lacks nodes',
    advice: 'Bring the missing nodes back, or let replicas take over; the next run sends the rest.',
  },
  {
    code: 'destination.busy',
    vendorCode: 'MOVED',
    title: 'The server is a node of a cluster',
    advice:
      'Set `topology: cluster` in the settings of the destination. With it, slots were moving; the next run sends the rest.',
  },
  {
    code: 'destination.forbidden',
    vendorCode: 'NOPERM',
    title: 'The user may not do this in Redis',
    advice: 'Give it the commands and the key patterns that the README of the connector lists.',
  },
  {
    code: 'destination.invalid',
    vendorCode: 'ERR',
    title: 'Redis does not know a command',
    advice:
      'This destination needs Redis 7 or Valkey. Update the server; what it said is in your bucket under the error id.',
  },
  {
    code: 'destination.json_missing',
    title: 'The server has no JSON documents',
    advice:
      'They are built into Redis 8, and are a module of older ones. Update the server, or write `object: json`, a text that any client reads.',
  },
  {
    code: 'destination.fields_unfit',
    title: 'A member of a set has no fields',
    advice: 'Take the fields out of the mapping, or choose `sortedSet`, `hash` or `json`.',
  },
  {
    code: 'destination.score_missing',
    title: 'Nothing can be the score',
    advice: 'Map exactly one field, a number, a date or a time.',
  },
  {
    code: 'destination.bad_score',
    title: 'A row has no score',
    advice:
      'It is NULL or NaN, or an integer above 2^53 that would be rounded. Correct it in the model’s SQL, or leave such rows out.',
  },
];
