import { BlockList, isIP } from 'node:net'

/** Where no document of a client can be: this machine, private networks, and what is reserved (RFC 6890). */
const specialUse = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Tunnels and translations hide an IPv4 address, which would not be looked at.
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['100:0:0:1::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
])

const loopback = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
])

/** Whether an IP address, as text, must not be connected to. What is no address must not be either. */
export function isSpecialUse(address: string, { loopbackAllowed }: { loopbackAllowed: boolean }) {
  const family = familyOf(address)
  if (!family) return true
  if (loopbackAllowed && loopback.check(address, family)) return false
  return specialUse.check(address, family)
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of subnets) {
    list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
