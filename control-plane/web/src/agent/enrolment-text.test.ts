import { expect, it } from 'vitest';
import { containerText, shellText } from './enrolment-text.js';

const enrolment = { origin: 'https://drawbridge.example.com', token: 'dbe_x' };

it('dials the websocket of the address that the page came from', () => {
  expect(shellText(enrolment)).toContain('DRAWBRIDGE_URL=wss://drawbridge.example.com\n');
  expect(shellText({ ...enrolment, origin: 'http://localhost:3000' })).toContain(
    'DRAWBRIDGE_URL=ws://localhost:3000\n',
  );
});

it('writes the same for a container', () => {
  expect(containerText(enrolment)).toContain(
    '  - name: DRAWBRIDGE_ENROLLMENT_TOKEN\n    value: dbe_x',
  );
});
