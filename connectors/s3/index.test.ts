import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, s3Volume, TemporaryError } from '#core'
import { gedConformance, volumeConformance } from '#core/conformance'
import { connectForTest, createAuthority, s3ErrorBody, sampleDocument, type S3SimulatorOptions } from '#core/testing'
import s3 from './index.ts'
import { createSimulator } from './simulator.ts'

const started = async (options: S3SimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const connect = (config: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(s3, { ...simulator.config, ...config })
  return { simulator, connect, [Symbol.asyncDispose]: () => simulator.close() }
}

const visible = (contents: Readonly<Record<string, Buffer>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(contents).filter(([key]) => !key.startsWith('.passeur-')))

gedConformance('Le connecteur S3', s3, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { cleSecrete: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    contents: async () => visible(simulator.contents()),
    unfinished: async () => simulator.count('inachevé') + simulator.count('envoi'),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

volumeConformance(
  'Un préfixe S3',
  async () => {
    const bench = await started({ pageSize: 2 })
    const connected = await bench.connect({ prefixe: 'ville/été 2026' })
    return {
      open: () => s3Volume(connected.context),
      async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]()
        await bench.simulator.close()
      },
    }
  },
  { folders: 'prefixes' },
)

describe('la connexion', () => {
  test('« Tester » dit le service, la région, la clé et le préfixe', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ prefixe: 'actes/' })
    expect(await connected.connector.check()).toMatch(/fr-par.*PASSEURDEMO.*s3:\/\/depots\/actes.* encore rien\.$/u)
  })

  test('par TLS, seulement avec un certificat reconnu', async () => {
    await using bench = await started({ authority: createAuthority() })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toContain('accessible')
    await using untrusted = await bench.connect({ autorite: undefined })
    const checking = untrusted.connector.check()
    await expect(checking).rejects.toThrow(ConfigurationError)
    await expect(checking).rejects.toThrow(/autorité connue/u)
  })

  test('n’atteint pas un réseau interne que la plateforme n’autorise pas, par son adresse ou par un nom', async () => {
    await using bench = await started()
    const named = bench.simulator.url.replace('127.0.0.1', 'localhost')
    for (const adresse of [bench.simulator.url, named]) {
      await using connected = await connectForTest(s3, { ...bench.simulator.config, adresse }, { allowLoopback: false })
      const checking = connected.connector.check()
      await expect(checking).rejects.toThrow(ConfigurationError)
      await expect(checking).rejects.toThrow(/réseau interne/u)
    }
  })

  test('un service arrêté est une erreur passagère, sans doute sur ce qui a été envoyé', async () => {
    const bench = await started()
    await using connected = await bench.connect()
    await bench.simulator.close()
    const failure: unknown = await connected.connector.ged
      .deposit(await sampleDocument(connected.context.files), 'clé')
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'TemporaryError', maybeSent: false })
    expect(String(failure)).toContain('refuse la connexion')
  })

  test.each([
    [{ cleAcces: 'AUTRE' }, "identifiant de clé d'accès"],
    [{ cleSecrete: 'autre' }, 'clé secrète'],
    [{ region: 'us-east-1' }, 'région'],
    [{ compartiment: 'autre' }, 'compartiment'],
  ])('un réglage faux %o est dit par son nom', async (config, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect(config)
    const checking = connected.connector.check()
    await expect(checking).rejects.toThrow(ConfigurationError)
    await expect(checking).rejects.toThrow(sentence)
  })
})

describe('chaque refus du service', () => {
  const cases = [
    [503, 'SlowDown', TemporaryError, 'ralentir'],
    [500, 'InternalError', TemporaryError, 'répond 500'],
    [409, 'OperationAborted', TemporaryError, 'répond 409'],
    [403, 'QuotaExceeded', TemporaryError, 'plus de place'],
    [403, 'AccessDenied', ConfigurationError, 'refuse ce droit'],
    [301, 'PermanentRedirect', ConfigurationError, 'autre adresse'],
    [403, 'RequestTimeTooSkewed', ConfigurationError, 'horloge'],
    [400, 'EntityTooLarge', PermanentError, 'trop grand'],
    [400, 'KeyTooLongError', PermanentError, 'KeyTooLongError'],
  ] as const
  test.each(cases)('%i %s est dit par une phrase', async (status, code, kind, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect()
    bench.simulator.faults.plan({ kind: 'status', status, body: s3ErrorBody(code) }, { on: /^PUT/u, times: Infinity })
    const failure: unknown = await connected.connector.ged
      .deposit(await sampleDocument(connected.context.files), 'clé')
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(kind)
    expect(String(failure)).toContain(sentence)
    expect(bench.simulator.count('dépôt')).toBe(0)
  })

  test('une page de maintenance n’est prise ni pour un préfixe vide, ni pour un objet, ni pour une copie faite', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ typeDepot: 'zip' })
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    for (const on of [/^GET/u, /^HEAD/u, /^PUT .*Acte/u]) {
      bench.simulator.faults.plan({ kind: 'garbage' }, { on })
      await expect(connected.connector.ged.deposit(document, 'clé'), String(on)).rejects.toThrow(TemporaryError)
    }
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /^GET/u })
    const volume = await s3Volume(connected.context)
    await expect(volume.read('Acte.zip')).rejects.toThrow(TemporaryError)
    await volume.close()
    await connected.connector.ged.deposit(document, 'clé')
    expect(Object.keys(bench.simulator.contents())).toEqual(['Acte.zip'])
  })
})

describe('le dépôt', () => {
  test('demande le chiffrement des réglages, à l’écriture comme au renommage', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ chiffrement: 'aws:kms', cleChiffrement: 'clé-1', typeDepot: 'zip' })
    await connected.connector.ged.deposit(await sampleDocument(connected.context.files, { title: 'Acte' }), 'clé')
    expect(bench.simulator.headersOf('Acte.zip')).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'clé-1',
    })
  })

  test('publie le fichier de fin le dernier', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ fichierTermine: true, fichierTermineNom: 'aaa.fin' })
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    await connected.connector.ged.deposit(document, 'clé')
    // In the order in which the store received them.
    expect(Object.keys(bench.simulator.contents()).at(-1)).toBe('Acte/aaa.fin')
  })

  test('un objet d’autrui apparu sous le même nom n’est jamais remplacé, même là où les conditions sont inconnues', async () => {
    for (const conditions of ['honoured', 'unknown'] as const) {
      await using bench = await started({ conditions })
      await using connected = await bench.connect({ typeDepot: 'zip' })
      // Between the choice of the name and the renaming.
      bench.simulator.faults.once(/^PUT/u, () => bench.simulator.write('Acte.zip', 'autrui'))
      const document = await sampleDocument(connected.context.files, { title: 'Acte' })
      await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('existe déjà')
      expect(bench.simulator.contents()).toEqual({ 'Acte.zip': Buffer.from('autrui') })
    }
  })

  test('un objet d’autrui apparu au moment même de la copie n’est pas remplacé', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ typeDepot: 'zip' })
    bench.simulator.faults.once(/^PUT \/depots\/Acte/u, () => bench.simulator.write('Acte.zip', 'autrui'))
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('existe déjà')
    expect(bench.simulator.contents()).toEqual({ 'Acte.zip': Buffer.from('autrui') })
  })

  test('relevé par son destinataire après la publication, il n’est pas fait une deuxième fois', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /^DELETE .*part\/./u })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
    for (const key of Object.keys(visible(bench.simulator.contents()))) bench.simulator.remove(key)
    expect((await connected.connector.ged.deposit(document, 'clé')).location).toContain('Acte')
    expect(bench.simulator.contents()).toEqual({})
  })

  test('un renommage qui rencontre un objet d’autrui en chemin reprend ce qu’il avait publié', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const volume = await s3Volume(connected.context)
    for (const name of ['a', 'b'])
      await volume.write(`d/${name}`, Readable.from(Buffer.from(name), { objectMode: false }), 1)
    bench.simulator.faults.once(/^PUT \/depots\/e\/a/u, () => bench.simulator.write('e/b', 'autrui'))
    expect(await volume.rename('d', 'e')).toBe('exists')
    await volume.close()
    expect(Object.keys(bench.simulator.contents()).sort()).toEqual(['d/a', 'd/b', 'e/b'])
  })
})
