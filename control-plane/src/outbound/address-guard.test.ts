import { expect, it } from 'vitest';
import { AddressGuard } from './address-guard.js';

const guard = new AddressGuard([]);

it.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '198.19.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::a00:1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2606:4700::1%eth0',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%lo',
  'fec0::1',
  'ff02::1',
  'no address',
])('refuses %s', (address) => {
  expect(guard.allows(address)).toBe(false);
});

it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
  'allows %s',
  (address) => {
    expect(guard.allows(address)).toBe(true);
  },
);

it('allows what is named, and no more', () => {
  const named = new AddressGuard(['10.2.0.0/16', 'fd00:1::/32', '127.0.0.1']);
  expect(['10.2.3.4', 'fd00:1::5', '127.0.0.1', '8.8.8.8'].map((ip) => named.allows(ip))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['10.3.0.1', 'fd00:2::5', '127.0.0.2'].map((ip) => named.allows(ip))).toEqual([
    false,
    false,
    false,
  ]);
});
