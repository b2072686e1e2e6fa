import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, rfc3161, TemporaryError } from '#core'
import { horodatageConformance } from '#core/conformance'
import { connectForTest, createAuthority, createStampAuthority } from '#core/testing'
import horodatageRfc3161 from './index.ts'
import { createSimulator, type Misbehaviour, type TsaSimulatorOptions } from './simulator.ts'

const CONTENT = Buffer.from('tête de chaîne n° 1')
const ACCOUNT = { user: 'ville', password: 'sésame-tsa' }

const started = async (options: TsaSimulatorOptions = {}, change: object = {}) => {
  const simulator = await createSimulator(options)
  const connected = await connectForTest(horodatageRfc3161, { ...simulator.config, ...change })
  return {
    simulator,
    ...connected,
    stamping: () =>
      connected.connector.horodatage.stamp(CONTENT).then(
        () => 'rendu',
        (error: unknown) => error,
      ),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

for (const keyType of ['rsa', 'ec'] as const)
  horodatageConformance(`Une autorité RFC 3161 (clé ${keyType.toUpperCase()})`, horodatageRfc3161, async () => {
    const simulator = await createSimulator({ keyType, account: ACCOUNT })
    return {
      config: simulator.config,
      refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
      distrustful: { autoriteJetons: Buffer.from((await createStampAuthority('Une autre autorité')).certificate) },
      close: () => simulator.close(),
    }
  })

describe('ce que répond l’autorité', () => {
  const REFUSALS: readonly (readonly [string, Misbehaviour, new (message: string) => Error, string])[] = [
    ['rejet sans motif', { status: 2 }, PermanentError, 'refuse la demande (statut 2)'],
    ['demande incorrecte', { status: 2, failure: 'badRequest' }, PermanentError, 'badRequest'],
    ['heure indisponible', { status: 2, failure: 'timeNotAvailable' }, TemporaryError, 'nouvel essai'],
    ['panne de l’autorité', { status: 2, failure: 'systemFailure' }, TemporaryError, 'nouvel essai'],
    ['mise en attente', { status: 3 }, TemporaryError, 'demande en attente'],
    ['révocation annoncée', { status: 4 }, ConfigurationError, 'va être révoqué'],
    ['révocation', { status: 5 }, ConfigurationError, 'est révoqué'],
    ['réponse sans jeton', 'noToken', TemporaryError, 'autre chose qu'],
    ['autre nombre aléatoire', 'wrongNonce', PermanentError, 'nombre aléatoire'],
    ['nombre aléatoire absent', 'noNonce', PermanentError, 'nombre aléatoire'],
    ['autre empreinte', 'wrongImprint', PermanentError, 'autre contenu'],
    ['heure en avance', { drift: 6 * 60_000 }, PermanentError, 'plus de cinq minutes'],
    ['heure en retard', { drift: -6 * 60_000 }, PermanentError, 'plus de cinq minutes'],
    ['certificat expiré', { certificate: { notAfter: new Date('2024-01-01') } }, PermanentError, "n'était pas valable"],
    ['certificat sans usage', { certificate: { usages: [] } }, PermanentError, "l'usage « horodatage »"],
    ['usage non critique', { certificate: { critical: false } }, PermanentError, 'extension critique'],
  ]
  test.each(REFUSALS)('%s', async (_name, how, kind, words) => {
    await using bench = await started()
    bench.simulator.misbehave(how)
    const error = await bench.stamping()
    expect(error).toBeInstanceOf(kind)
    expect(String(error)).toContain(words)
    bench.simulator.misbehave(undefined)
    expect(await bench.stamping()).toBe('rendu')
  })

  test('une politique refusée, ou une autre que celle demandée', async () => {
    await using refused = await started({}, { politique: '1.2.250.1.1' })
    const error = await refused.stamping()
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('« Politique demandée »')
    await using other = await started({}, { politique: '1.3.6.1.4.1.13762.3' })
    expect(await other.stamping()).toBe('rendu')
    other.simulator.misbehave('wrongPolicy')
    expect(String(await other.stamping())).toContain('sous la politique 1.2.3.4')
  })

  test.each(['sha256', 'sha384', 'sha512'] as const)(
    "l'empreinte est en %s quand c'est le réglage",
    async algorithme => {
      const { digestNamed } = await rfc3161()
      await using bench = await started({}, { algorithme })
      const { horodatage } = bench.connector
      await horodatage.verify(CONTENT, await horodatage.stamp(CONTENT))
      expect(bench.simulator.algorithms.map(digestNamed)).toEqual([algorithme])
      // The setting may change: a token says by itself how it was made.
      await using since = await connectForTest(horodatageRfc3161, bench.simulator.config)
      await since.connector.horodatage.verify(CONTENT, await horodatage.stamp(CONTENT))
    },
  )
})

describe('le transport', () => {
  test.each([
    [401, ConfigurationError, 'refuse le compte'],
    [404, ConfigurationError, "vérifiez l'adresse"],
    [429, TemporaryError, 'nouvel essai'],
    [503, TemporaryError, 'nouvel essai'],
  ] as const)('réponse %i', async (status, kind, words) => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'status', status })
    const error = await bench.stamping()
    expect(error).toBeInstanceOf(kind)
    expect(String(error)).toContain(words)
  })

  test.each(['cutBefore', 'cutAfter', 'garbage'] as const)('%s est une erreur passagère', async kind => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind })
    expect(await bench.stamping()).toBeInstanceOf(TemporaryError)
    expect(await bench.stamping()).toBe('rendu')
  })

  test('une réponse trop lente est une erreur passagère', async () => {
    await using bench = await started({}, { delai: 1 })
    bench.simulator.faults.plan({ kind: 'latency', ms: 2_500 })
    expect(await bench.stamping()).toBeInstanceOf(TemporaryError)
  })

  test('le certificat du site est vérifié, et une autorité interne peut être ajoutée', async () => {
    const authority = createAuthority()
    const tls = authority.issueServer()
    await using untrusted = await started({ tls })
    expect(await untrusted.stamping()).toBeInstanceOf(ConfigurationError)
    await using trusted = await started({ tls }, { autorite: Buffer.from(authority.certificate) })
    expect(await trusted.stamping()).toBe('rendu')
  })

  test('un certificat client est présenté à qui en demande un', async () => {
    const authority = createAuthority()
    const tls = { ...authority.issueServer(), clientAuthority: authority.certificate }
    const autorite = Buffer.from(authority.certificate)
    await using without = await started({ tls }, { autorite })
    expect(await without.stamping()).toBeInstanceOf(ConfigurationError)
    const { pfx, passphrase } = authority.issueClient('ville')
    await using bench = await started({ tls }, { autorite, certificatClient: pfx, motDePasseCertificat: passphrase })
    expect(await bench.stamping()).toBe('rendu')
  })

  test("n'atteint pas un réseau interne que la plateforme n'autorise pas", async () => {
    await using bench = await started()
    await using closed = await connectForTest(horodatageRfc3161, bench.simulator.config, { allowLoopback: false })
    await expect(closed.connector.check()).rejects.toThrow(ConfigurationError)
  })
})
