import { BlockList, isIP } from 'node:net';

/**
 * Which addresses a channel may reach: the public internet, and what the installation names. The lists follow IANA's
 * registries of special-purpose addresses, https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry (read 2026-11-25).
 */
export class AddressGuard {
  private readonly named: BlockList;

  /** Addresses or networks such as `10.0.0.0/8`, checked when the configuration was read. */
  constructor(networks: readonly string[]) {
    this.named = listOf(networks);
  }

  isNamed(address: string): boolean {
    return this.named.check(address, familyOf(address));
  }

  allows(address: string): boolean {
    return this.isNamed(address) || isPublic(address);
  }
}

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
  // Azure's host answers there, with the metadata of the machine that asks.
  '168.63.129.16',
]);

/**
 * Of IPv6 only what is assigned to the internet: that leaves out loopback, link-local, local and mapped addresses and
 * NAT64. In it 6to4 and Teredo, too, hold an IPv4 address that could be any.
 */
const global6 = listOf(['2000::/3']);
const notPublic6 = listOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !notPublic4.check(address, 'ipv4');
  // A zone says on which link, so it is none of the internet.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list;
}

/** A function, as the lists above are made while this file is read. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
