import { BlockList, isIP } from 'node:net';

// Where a job may lead without anybody having named it: the public internet. The lists follow IANA's registries of
// special-purpose addresses, https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry (read 2026-11-25).

/** An address, or a network as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  if (address.includes('%') || more.length > 0 || most < 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

/** Tells addresses that may be reached: public ones, and those of the networks that are named. */
export function reachableBy(networks: readonly string[]): (address: string) => boolean {
  const named = listOf(networks);
  const alone = listOf(networks.filter((network) => bitsOf(network) === widthOf(network)));
  return (address) => {
    const family = familyOf(address);
    if (isIP(address) === 0 || address.includes('%')) return false;
    // A network that is wide enough to hold it was not written to give the machine's role away.
    if (metadata.check(address, family)) return alone.check(address, family);
    return named.check(address, family) || isPublic(address);
  };
}

/**
 * Where clouds tell a machine who it is, and give it credentials. AWS, Google, Azure, Oracle:
 * 169.254.169.254; pods of EKS and tasks of ECS: 169.254.170.0/24; Azure's host; Alibaba; AWS and Google by IPv6.
 */
const metadata = listOf([
  '169.254.169.254',
  '169.254.170.0/24',
  '169.254.169.123',
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
]);

const notPublic4 = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]);

/**
 * Of IPv6 only what is assigned to the internet: that leaves out loopback, link-local, local and mapped addresses and
 * NAT64. In it 6to4 and Teredo, too, hold an IPv4 address that could be any.
 */
const global6 = listOf(['2000::/3']);
const notPublic6 = listOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !notPublic4.check(address, 'ipv4');
  return global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks)
    list.addSubnet(addressOf(network), bitsOf(network), familyOf(addressOf(network)));
  return list;
}

function addressOf(network: string): string {
  return network.split('/')[0] ?? '';
}

function bitsOf(network: string): number {
  return Number(network.split('/')[1] ?? widthOf(network));
}

function widthOf(network: string): number {
  return familyOf(addressOf(network)) === 'ipv4' ? 32 : 128;
}

/** A function, as the lists above are made while this file is read. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
