import { BlockList, isIP } from 'node:net'
import { isLoopbackUrl } from '@neonpanel/contracts/urls'

/** Networks that the internet does not route (RFC 1918, 3927, 4193, 4291, 6598). */
const privateNetworks = new BlockList()
privateNetworks.addSubnet('0.0.0.0', 8)
privateNetworks.addSubnet('10.0.0.0', 8)
privateNetworks.addSubnet('100.64.0.0', 10)
privateNetworks.addSubnet('127.0.0.0', 8)
privateNetworks.addSubnet('169.254.0.0', 16)
privateNetworks.addSubnet('172.16.0.0', 12)
privateNetworks.addSubnet('192.168.0.0', 16)
privateNetworks.addSubnet('::1', 128, 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('fe80::', 10, 'ipv6')

const privateNames = /(?:^[^.]+|\.(?:local|internal|lan|home|test|localhost|home\.arpa))$/

/** Whether a client in its maker's cloud reaches a URL, as far as the URL tells: public, and https. */
export function isPublicAddress(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {}
  if (protocol !== 'https:' || !hostname || isLoopbackUrl(url)) return false
  const address = hostname.replace(/^\[|\]$/g, '')
  const version = isIP(address)
  if (version === 0) return !privateNames.test(hostname)
  return !privateNetworks.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
