import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { endpointPage, ENDPOINTS, SCRIPTS, type Endpoint } from './endpoints.ts'
import { clientOf } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const isThere = (file: string) => existsSync(new URL(file, import.meta.url))

/** What the front says when nobody answers. */
const NOBODY = /^(?:La ressource .* n'a pas été trouvée|Impossible de trouver le script|La méthode .* n'existe pas)/u

const ask = async ({ verb, sample, body = '' }: Endpoint) => {
  const known = (text: string) => text.replaceAll('{town}', hub.town).replaceAll('{admin}', hub.users.admin)
  const { status, json, text } = await api(verb, `/api${known(sample)}`, { login: 'admin', body: known(body) })
  const message = (json as { readonly 'error-message'?: string } | undefined)?.['error-message'] ?? ''
  return { status, message, text }
}

describe('la table des points d’entrée', () => {
  test('compte 73 points d’entrée et 45 scripts, tous différents', () => {
    expect(new Set(ENDPOINTS.map(({ verb, path }) => `${verb} ${path}`)).size).toBe(73)
    expect(new Set(SCRIPTS.map(({ path }) => path)).size).toBe(45)
  })

  test('est celle de la page qui la publie', async () => {
    await expect(endpointPage()).toMatchFileSnapshot('./ENDPOINTS.md')
  })

  test('cite des tests qui existent', () => {
    const files = new Set([...ENDPOINTS, ...SCRIPTS].map(each => each.test))
    expect([...files].filter(file => !isThere(file))).toEqual([])
  })

  test.each([...ENDPOINTS, ...SCRIPTS])('$verb $path répond', async endpoint => {
    const { status, message, text } = await ask(endpoint)
    expect(message).not.toMatch(NOBODY)
    expect({ status, text }).toMatchObject({ status: endpoint.status })
  })
})
