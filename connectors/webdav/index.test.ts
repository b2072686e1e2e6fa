import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError, webdavVolume } from '#core'
import { gedConformance, volumeConformance } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument, type WebdavSimulatorOptions } from '#core/testing'
import webdav from './index.ts'
import { createSimulator } from './simulator.ts'

const started = async (options: WebdavSimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const connect = (config: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(webdav, { ...simulator.config, ...config })
  return { simulator, connect, [Symbol.asyncDispose]: () => simulator.close() }
}

/** Path → content of every file, without the working names at the root. */
const filesUnder = async (folder: string): Promise<Record<string, Buffer>> => {
  const found: Record<string, Buffer> = {}
  for (const name of await readdir(folder, { recursive: true }))
    if (!name.startsWith('.passeur-') && (await stat(join(folder, name))).isFile())
      found[name] = await readFile(join(folder, name))
  return found
}

gedConformance('Le connecteur WebDAV', webdav, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    contents: () => filesUnder(simulator.folder),
    unfinished: async () => simulator.count('inachevé'),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

volumeConformance('Un dossier WebDAV', async () => {
  const bench = await started()
  const connected = await bench.connect()
  return {
    open: () => webdavVolume(connected.context),
    async [Symbol.asyncDispose]() {
      await connected[Symbol.asyncDispose]()
      await bench.simulator.close()
    },
  }
})

describe('la connexion', () => {
  test('« Tester » dit le compte, le dossier et la place qui reste', async () => {
    await using bench = await started({ quota: 5 * 1024 * 1024 })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toMatch(/comme « passeur » .*\/dav ».* il y reste 5 Mo\.$/u)
  })

  test('par TLS, avec une autorité interne et un certificat client', async () => {
    const authority = createAuthority()
    await using bench = await started({ tls: { authority, client: true } })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toContain('accessible')
    await using untrusted = await bench.connect({ autorite: undefined })
    await expect(untrusted.connector.check()).rejects.toThrow(/autorité connue/u)
    await using anonymous = await bench.connect({ certificat: undefined })
    await expect(anonymous.connector.check()).rejects.toThrow(PermanentError)
  })

  test('un dossier absent, un fichier ou un site sans WebDAV sont des erreurs de réglage', async () => {
    await using bench = await started()
    const { adresse } = bench.simulator.config as { adresse: string }
    await using absent = await bench.connect({ adresse: `${adresse}/absent` })
    await expect(absent.connector.check()).rejects.toThrow(/n'existe pas/u)
    await using connected = await bench.connect()
    const volume = await webdavVolume(connected.context)
    await volume.write('fichier', Readable.from(Buffer.from('x'), { objectMode: false }), 1)
    await using file = await bench.connect({ adresse: `${adresse}/fichier` })
    await expect(file.connector.check()).rejects.toThrow(/n'est pas un dossier/u)
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /^OPTIONS/u })
    await expect(connected.connector.check()).rejects.toThrow(/ne parle pas WebDAV/u)
  })

  test('la page de maintenance d’un serveur mandataire est une erreur passagère', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    bench.simulator.faults.plan({ kind: 'status', status: 207, body: '<html><p>Maintenance' }, { on: /^PROPFIND/u })
    const depositing = connected.connector.ged.deposit(await sampleDocument(connected.context.files), 'clé')
    await expect(depositing).rejects.toThrow(TemporaryError)
    const volume = await webdavVolume(connected.context)
    await volume.write('acte.pdf', Readable.from(Buffer.from('délibération'), { objectMode: false }), 14)
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /^GET/u })
    await expect(volume.read('acte.pdf').then(buffer)).rejects.toThrow(TemporaryError)
  })

  test('n’atteint pas un réseau interne que la plateforme n’autorise pas', async () => {
    await using bench = await started()
    await using connected = await connectForTest(webdav, bench.simulator.config, { allowLoopback: false })
    await expect(connected.connector.check()).rejects.toThrow(/réseau interne/u)
  })
})

describe('chaque refus du serveur', () => {
  const cases = [
    [301, /^PUT/u, ConfigurationError, 'autre adresse'],
    [401, /^MKCOL/u, ConfigurationError, 'mot de passe'],
    [403, /^PUT/u, ConfigurationError, 'refuse ce droit'],
    [405, /^PUT/u, ConfigurationError, "n'accepte pas WebDAV"],
    [409, /^PUT/u, ConfigurationError, "n'existe pas"],
    [411, /^PUT/u, ConfigurationError, 'taille'],
    [413, /^PUT/u, PermanentError, 'trop grand'],
    [423, /^MOVE/u, TemporaryError, 'verrouillé'],
    [429, /^PUT/u, TemporaryError, 'répond 429'],
    [500, /^PROPFIND/u, TemporaryError, 'répond 500'],
    [502, /^MOVE/u, TemporaryError, 'répond 502'],
    [507, /^PUT/u, TemporaryError, 'plus de place'],
    [207, /^MOVE/u, TemporaryError, 'en partie'],
    [200, /^MOVE/u, TemporaryError, "n'a pas de sens"],
    [418, /^PUT/u, PermanentError, 'réponse 418'],
  ] as const
  test.each(cases)('%i à %s est dit par une phrase', async (status, on, kind, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect()
    bench.simulator.faults.plan({ kind: 'status', status }, { on, times: Infinity })
    const failure: unknown = await connected.connector.ged
      .deposit(await sampleDocument(connected.context.files), 'clé')
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(kind)
    expect(String(failure)).toContain(sentence)
    expect(bench.simulator.count('dépôt')).toBe(0)
  })

  test('un quota dépassé laisse le dépôt repartir quand la place est revenue', async () => {
    await using bench = await started({ quota: 60 })
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files)
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('plus de place')
    expect(bench.simulator.count('dépôt')).toBe(0)
  })

  test('un dépôt relevé par son destinataire avant la réponse n’est pas fait une deuxième fois', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^MOVE/u })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
    await rename(join(bench.simulator.folder, 'Acte'), join(bench.simulator.folder, 'relevé'))
    expect((await connected.connector.ged.deposit(document, 'clé')).location).toContain('Acte')
    expect(await readdir(bench.simulator.folder)).toEqual(['relevé'])
  })
})
