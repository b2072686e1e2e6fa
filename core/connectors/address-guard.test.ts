import type { lookup } from 'node:dns'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../authoring/errors.ts'
import { assertAllowedHost, guardedLookup, isForbidden, resolveAllowed } from './address-guard.ts'

describe('Adresses interdites aux connecteurs', () => {
  test.each([
    ['127.0.0.1'],
    ['10.2.3.4'],
    ['172.31.255.1'],
    ['192.168.1.1'],
    ['169.254.169.254'],
    ['100.100.100.200'],
    ['0.0.0.0'],
    ['::1'],
    ['[::1]'],
    ['::ffff:127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['::ffff:7f00:1'],
    ['::127.0.0.1'],
    ['::'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::1'],
    ['2001:0:7f00:1::1'],
    ['fec0::1'],
    ['192.0.0.192'],
    ['168.63.129.16'],
    ['255.255.255.255'],
    ['fd00:ec2::254'],
    ['fe80::1%eth0'],
  ])('%s est refusée', address => expect(isForbidden(address, [])).toBe(true))

  test.each([['8.8.8.8'], ['172.32.0.1'], ['2001:4860:4860::8888']])('%s est permise', address =>
    expect(isForbidden(address, [])).toBe(false),
  )

  test('une plage autorisée par la plateforme ouvre cette plage et elle seule', () => {
    expect(isForbidden('10.1.2.3', ['10.1.0.0/16'])).toBe(false)
    expect(isForbidden('10.2.2.3', ['10.1.0.0/16'])).toBe(true)
    expect(isForbidden('::1', ['::1'])).toBe(false)
  })

  test('une plage illisible est nommée', () => {
    expect(() => isForbidden('10.0.0.1', ['10.0.0.0/64'])).toThrow(/« 10.0.0.0\/64 » n'est pas une plage/u)
    expect(() => isForbidden('10.0.0.1', ['interne'])).toThrow(ConfigurationError)
  })

  test('un nom qui mène à la machine elle-même est refusé après résolution', async () => {
    await expect(resolveAllowed('localhost', [])).rejects.toThrow(/réseau interne/u)
    await expect(resolveAllowed('localhost', ['127.0.0.0/8', '::1/128'])).resolves.toMatch(/^(127\.0\.0\.1|::1)$/u)
  })

  test.each([['2130706433'], ['0x7f000001'], ['0177.0.0.1'], ['127.1'], ['0'], ['0x7f.1']])(
    'la machine écrite « %s » est reconnue après résolution',
    async host => expect(resolveAllowed(host, [])).rejects.toThrow(/réseau interne/u),
  )

  /** A name server that gives these addresses, one set at each question. */
  const answering = (...answers: readonly (readonly string[])[]) => {
    let asked = 0
    const resolver = ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
      const found = answers[Math.min(asked, answers.length - 1)] ?? []
      asked += 1
      done(
        null,
        found.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }) as unknown as typeof lookup
    return { resolver, asked: () => asked }
  }

  test('un nom dont une seule des adresses est interne est refusé', async () => {
    const { resolver } = answering(['8.8.8.8', '169.254.169.254'])
    const refused = await new Promise(resolve =>
      guardedLookup([], resolver)('double.exemple', { all: true }, error => resolve(error)),
    )
    expect(refused).toBeInstanceOf(ConfigurationError)
  })

  test('l’adresse jugée est celle où l’on se connecte : un nom qui change de réponse n’y gagne rien', async () => {
    const server = createServer(socket => socket.on('error', () => undefined))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { resolver, asked } = answering(['127.0.0.1'], ['10.0.0.1'])
    try {
      const remote = await new Promise<string | undefined>((resolve, reject) => {
        const socket = connect({ host: 'change.exemple', port, lookup: guardedLookup(['127.0.0.0/8'], resolver) })
        socket.once('connect', () => {
          resolve(socket.remoteAddress)
          socket.destroy()
        })
        socket.once('error', reject)
      })
      expect([remote, asked()]).toEqual(['127.0.0.1', 1])
    } finally {
      server.close()
    }
  })

  test('une adresse littérale est jugée sans résolution', () => {
    expect(() => assertAllowedHost('[::1]', [])).toThrow(ConfigurationError)
    expect(() => assertAllowedHost('exemple.fr', [])).not.toThrow()
  })
})
