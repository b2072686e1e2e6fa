import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Services } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { pastellLinks } from './links.ts'
import { request, sendRaw } from './testing.ts'

/** Only what the links ask for: where the connector 12 lies. */
const services = {
  db: () => ({
    where: ({ id }: { readonly id: string }) => ({ first: async () => (id === '12' ? { entityId: '7' } : undefined) }),
  }),
} as unknown as Services
const followed = async (target: string) => {
  const answer = await pastellLinks.handle({ target } as Parameters<typeof pastellLinks.handle>[0], services)
  return [answer.status, answer.headers['Location']]
}

describe('les liens profonds de Pastell', () => {
  test.each([
    ['/Document/detail?id_d=aB3xY9z&id_e=7', '/entites/7/documents/aB3xY9z'],
    ['/document/detail.php?id_e=7&id_d=aB3xY9z', '/entites/7/documents/aB3xY9z'],
    ['/Document/detail?id_d=aB3xY9z&amp;id_e=7&page=2', '/entites/7/documents/aB3xY9z'],
    ['/Document/edition?id_d=aB3xY9z&id_e=7', '/entites/7/documents/aB3xY9z/modifier'],
    ['/Document/list?id_e=7&type=ls-actes', '/entites/7/documents?flux=ls-actes'],
    ['/Document/index?id_e=7', '/entites/7/documents'],
    ['/Entite/detail?id_e=7', '/entites/7/documents'],
    ['/Entite/connecteur/?id_e=7', '/entites/7/connecteurs'],
    ['/Connecteur/edition?id_ce=12', '/entites/7/connecteurs/12'],
    ['/Connecteur/edition?id_ce=13', '/'],
    ['/Connexion/connexion', '/connexion'],
  ])('%s mène à %s', async (target, location) => {
    expect(pastellLinks.owns({ method: 'GET', path: target.split('?')[0] ?? '' })).toBe(true)
    expect(await followed(target)).toEqual([302, location])
  })

  test('chaque page visée existe dans l’interface, qui y revient après la connexion', async () => {
    const router = await readFile(new URL('../../ui/src/router.ts', import.meta.url), 'utf8')
    const paths = [...router.matchAll(/path: '([^']*)'/gu)].map(([, path = '']) => path)
    const below = '/entites/:entityId'
    const known = paths
      .filter(path => !path.includes('('))
      .flatMap(path => (path.startsWith('/') ? path : `${below}/${path}`))
    const isPage = (location: string) =>
      known.some(path => new RegExp(`^${path.replaceAll(/:\w+/gu, '[^/]+')}$`, 'u').test(location.split('?')[0] ?? ''))
    const targets = [
      '7/documents/aB3xY9z',
      '7/documents/aB3xY9z/modifier',
      '7/documents',
      '7/connecteurs',
      '7/connecteurs/12',
    ]
    for (const target of targets) expect(isPage(`/entites/${target}`), target).toBe(true)
    expect([isPage('/'), isPage('/connexion'), isPage('/entites/7/rien')]).toEqual([true, true, false])
    expect(router).toContain('retour: to.fullPath')
  })

  test.each([
    '/Document/detail',
    '/Document/detail?id_e=7',
    '/Document/detail?id_d=aB3xY9z&id_e=//pirate.example',
    '/Document/detail?id_d=../../connexion&id_e=7',
    '/Document/list?id_e=7%0d%0aSet-Cookie:x',
  ])('%s, qui ne dit rien de sûr, mène à l’accueil', async target => {
    expect(await followed(target)).toEqual([302, '/'])
  })

  test.each(['/', '/entites/7/documents', '/Document', '/Document/detail/x', '/constructor', '/assets/index.js'])(
    '%s reste à l’interface',
    path => {
      expect(pastellLinks.owns({ method: 'GET', path })).toBe(false)
    },
  )

  describe('sur le vrai serveur', () => {
    let hub: WholeHub
    beforeAll(async () => {
      hub = await startWholeHub()
    })
    afterAll(() => hub[Symbol.asyncDispose]())

    test('un lien est suivi sans preuve, la page demandera la sienne', async () => {
      const bytes = request('GET', '/Document/detail?id_d=aB3xY9z&id_e=7', { login: null })
      const { status, headers } = await sendRaw(hub.port, bytes)
      expect({ status, location: headers['location'] }).toEqual({
        status: 302,
        location: '/entites/7/documents/aB3xY9z',
      })
      const connector = await sendRaw(hub.port, request('GET', '/Connecteur/edition?id_ce=999', { login: null }))
      expect(connector.headers['location']).toBe('/')
    })
  })
})
