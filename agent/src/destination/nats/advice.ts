import type { Advice } from '../../connector/advice.js';

export const advice: readonly Advice[] = [
  {
    code: 'destination.bad_subject',
    title: 'The object is no subject of NATS',
    advice:
      'Write tokens with dots between them, such as `crm.customers`, without `*`, `>` or spaces. What differs from row to row goes into `options.tokens`.',
  },
  {
    code: 'destination.bad_token',
    title: 'A value is no token of a subject',
    advice:
      'It is NULL or empty, or has a dot, a space or a wildcard. Write `{{ column | url_encode | replace: ".", "%2E" }}`, correct it in the model’s SQL, or leave such rows out.',
  },
  {
    code: 'destination.rejected',
    vendorCode: '10054',
    title: 'The message is larger than the stream takes',
    advice: 'Map fewer or shorter fields, or raise the stream’s max_msg_size.',
  },
  {
    code: 'destination.busy',
    vendorCode: '10077',
    title: 'The stream is full',
    advice:
      'It refuses new messages at its limits (discard: new). Let its consumers read, or raise max_msgs or max_bytes; the next run sends the rest.',
  },
  {
    code: 'destination.forbidden',
    vendorCode: 'PERMISSIONS_VIOLATION',
    title: 'The user may not do this in NATS',
    advice: 'Let it publish to the subject and to the subjects of the API that the README lists.',
  },
];
