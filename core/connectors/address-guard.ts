import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { ConfigurationError } from '../authoring/errors.ts'

/**
 * Addresses that a connector may not reach unless the platform allows them: the machine itself, its local links (which
 * hold the metadata services of clouds), private and carrier networks, multicast and reserved ranges, and the ranges of IPv6 that
 * carry an IPv4 address (NAT64, 6to4, Teredo, the old « compatible » ones), behind which any of those may hide.
 */
const INNER_RANGES = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Not in a private range, and yet the inner service of Azure.
  '168.63.129.16',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
] as const

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * @param ranges CIDR notation, IPv4 or IPv6; a bare address is a range of one
 * @throws ConfigurationError naming the range that cannot be read
 */
const rangeList = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix, ...rest] = range.trim().split('/')
    const bits = isIP(address) === 6 ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    if (!isIP(address) || rest.length > 0 || !Number.isInteger(length) || length < 0 || length > bits || prefix === '')
      throw new ConfigurationError(
        `« ${range} » n'est pas une plage d'adresses : écrire par exemple « 10.1.0.0/16 » ou « fd00::/8 ».`,
      )
    list.addSubnet(address, length, familyOf(address))
  }
  return list
}

const INNER = rangeList(INNER_RANGES)

/** `[::1]` of a URL, `fe80::1%eth0` of the system: the bare address. */
const bare = (address: string): string => address.replace(/^\[|\]$/gu, '').replace(/%.*$/u, '')

/** True when a connector may not open a connection to this address (an IP, not a name). */
export const isForbidden = (address: string, allowedRanges: readonly string[]): boolean => {
  const ip = bare(address)
  const family = familyOf(ip)
  return INNER.check(ip, family) && !rangeList(allowedRanges).check(ip, family)
}

const refusal = (host: string, address: string): ConfigurationError =>
  new ConfigurationError(
    `L'adresse ${host === address ? address : `${address} (${host})`} appartient à un réseau interne que les connecteurs ` +
      `n'ont pas le droit d'atteindre. Si c'est voulu, ajoutez cette plage aux réseaux autorisés de la plateforme.`,
  )

/**
 * Refuses a literal address of a forbidden range. A name is left to `guardedLookup`, which judges what it resolves to.
 * @throws ConfigurationError
 */
export const assertAllowedHost = (host: string, allowedRanges: readonly string[]): void => {
  const ip = bare(host)
  if (isIP(ip) && isForbidden(ip, allowedRanges)) throw refusal(ip, ip)
}

/**
 * A `lookup` for sockets: resolves with the system and refuses a name that leads, even partly, to a forbidden address.
 * The address judged is the very one that is connected to, so a name that changes between two resolutions gains nothing.
 */
export const guardedLookup =
  (allowedRanges: readonly string[], lookup: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const forbidden = addresses.find(({ address }) => isForbidden(address, allowedRanges))
      if (forbidden) return callback(refusal(hostname, forbidden.address), [])
      const [first] = addresses
      if (options.all || !first) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }

/**
 * Resolves a name for the protocols whose library takes an address and no `lookup` (SFTP): connect to what is returned.
 * @throws ConfigurationError when the address is forbidden; the system's error when the name is unknown
 */
export const resolveAllowed = (host: string, allowedRanges: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    assertAllowedHost(host, allowedRanges)
    if (isIP(bare(host))) return resolve(bare(host))
    guardedLookup(allowedRanges)(host, {}, (error, address) => {
      if (error) reject(error)
      else resolve(address as string)
    })
  })
