import { expect, it } from 'vitest';
import { isNetwork, reachableBy } from './network.js';

it.each([
  '127.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.1.1',
  '169.254.169.254',
  '168.63.129.16',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '::ffff:10.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  'localhost',
  '',
])('%s is not reached unless it is named', (address) => {
  expect(reachableBy([])(address)).toBe(false);
});

it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is', (address) => {
  expect(reachableBy([])(address)).toBe(true);
});

it('a network that is named is reached, and nothing beside it', () => {
  const reaches = reachableBy(['10.20.0.0/16', '127.0.0.1', 'fd00:1::/64']);
  for (const address of ['10.20.255.1', '::ffff:10.20.0.1', '127.0.0.1', 'fd00:1::7', '8.8.8.8'])
    expect([address, reaches(address)]).toEqual([address, true]);
  for (const address of ['10.21.0.1', '127.0.0.2', 'fd00:1:0:1::7', '::ffff:10.21.0.1'])
    expect([address, reaches(address)]).toEqual([address, false]);
});

it('a machine’s metadata are reached only where they are named alone', () => {
  for (const wide of ['0.0.0.0/0', '169.254.0.0/16', '169.254.169.254/31'])
    expect(reachableBy([wide])('169.254.169.254')).toBe(false);
  expect(reachableBy(['::/0'])('fd00:ec2::254')).toBe(false);
  expect(reachableBy(['169.254.0.0/16'])('::ffff:169.254.169.254')).toBe(false);
  expect(reachableBy(['169.254.169.254'])('169.254.169.254')).toBe(true);
  expect(reachableBy(['169.254.169.254/32'])('169.254.169.254')).toBe(true);
});

it.each(['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::/0', '0.0.0.0/0'])('%s is a network', (text) => {
  expect(isNetwork(text)).toBe(true);
});

it.each([
  '',
  '10.0.0.0/33',
  '10.0.0',
  '10.0.0.0/8/8',
  'fe80::1%1',
  'example.com',
  '10.0.0.0/',
  'fd00::/129',
])('%j is none', (text) => expect(isNetwork(text)).toBe(false));
