import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { readPremis, writePremis, type Clock, type FileRef, type SignatureFolder } from '#core'
import { signatureConformance } from '#core/conformance'
import { connectForTest, createAuthority } from '#core/testing'
import { markOf, uniqueNames } from './folder.ts'
import connector from './index.ts'
import { progressOf } from './progress.ts'
import { createSimulator, type ParapheurSimulatorOptions } from './simulator.ts'

signatureConformance('i-Parapheur 5', connector, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { password: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' },
    faults: simulator.faults,
    circuit: 'type-actes/delib',
    creation: /^POST .*\/folder$/u,
    retrieval: /^GET .*\/zip$/u,
    count: () => simulator.count('folder'),
    sign: () => simulator.sign(),
    refuse: reason => simulator.refuse(reason),
    close: () => simulator.close(),
  }
})

const start = async (
  options: ParapheurSimulatorOptions = {},
  config: Readonly<Record<string, unknown>> = {},
  clock?: Clock,
) => {
  const simulator = await createSimulator(options)
  const connected = await connectForTest(connector, { ...simulator.config, ...config }, clock ? { clock } : {})
  const { signature } = connected.connector
  const { files } = connected.context
  const folder = async (changes: Partial<SignatureFolder> = {}): Promise<SignatureFolder> => ({
    key: 'clé',
    title: 'Convention',
    circuit: 'type-actes/delib',
    document: await files.save('<xml/>', 'flux.xml'),
    annexes: [],
    ...changes,
  })
  const sent = async (changes: Partial<SignatureFolder> = {}): Promise<string> => {
    const answer = await signature.send(await folder(changes))
    if (answer.is !== 'sent') throw new Error(answer.reason)
    return answer.id
  }
  return {
    simulator,
    connected,
    signature,
    files,
    sent,
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

describe('jeton', () => {
  test("il sert à tous les appels, et n'est demandé à nouveau qu'à 80 % de sa vie", async () => {
    let now = new Date('2026-03-01T10:00:00Z').getTime()
    await using bench = await start({ tokenLife: 1_000 }, {}, { now: () => new Date(now) })
    await Promise.all([bench.connected.connector.check(), bench.signature.circuits()])
    now += 790_000
    await bench.signature.circuits()
    expect(bench.simulator.tokens).toBe(1)
    now += 20_000
    await bench.signature.circuits()
    expect(bench.simulator.tokens).toBe(2)
  })

  test('révoqué en cours de route, il est renouvelé une fois et l’appel aboutit', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.expireTokens()
    expect(await bench.signature.status(id)).toMatchObject({ is: 'pending' })
    expect(bench.simulator.tokens).toBe(2)
  })

  test('refusé deux fois de suite, le parapheur redémarre sans doute : passager', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.faults.plan({ kind: 'status', status: 401 }, { on: /\/premis$/u, times: 2 })
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })
})

describe('recherche', () => {
  test('un dossier est retrouvé au-delà de la première page', async () => {
    await using bench = await start()
    const first = await bench.sent({ key: 'premier' })
    for (let rank = 0; rank < 120; rank += 1) await bench.sent({ key: `autre ${rank}` })
    expect(await bench.signature.find('premier')).toBe(first)
    expect(await bench.signature.find('jamais envoyé')).toBeUndefined()
  }, 30_000)

  test('un brouillon jamais démarré est effacé : le nouvel envoi repart entier, annotations comprises', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /\/start$/u })
    await expect(bench.sent({ publicAnnotation: 'À signer vite' })).rejects.toMatchObject({ maybeSent: true })
    expect(bench.simulator.count('folder')).toBe(1)
    expect(await bench.signature.find('clé')).toBeUndefined()
    expect(bench.simulator.count('folder')).toBe(0)
    await bench.sent({ publicAnnotation: 'À signer vite', privateAnnotation: 'entre nous' })
    expect(bench.simulator.folders).toMatchObject([
      { publicAnnotation: 'À signer vite', privateAnnotation: 'entre nous' },
    ])
  })

  test('la lecture du brouillon échoue juste après sa création : le doute est dit', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 403 }, { on: /\/premis$/u })
    await expect(bench.sent({ publicAnnotation: 'x' })).rejects.toMatchObject({
      name: 'TemporaryError',
      maybeSent: true,
    })
  })
})

describe('retour', () => {
  const signed = async (bench: Awaited<ReturnType<typeof start>>, id: string) => {
    const status = await bench.signature.status(id)
    if (status.is !== 'signed') throw new Error(JSON.stringify(status))
    return status
  }
  const textOf = (bench: Awaited<ReturnType<typeof start>>, ref: FileRef | undefined) =>
    ref ? text(bench.files.open(ref)) : Promise.resolve(undefined)

  test('un fichier qui ne porte pas sa signature revient intact, avec une signature détachée', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await bench.simulator.sign()
    const status = await signed(bench, id)
    expect(await textOf(bench, status.document)).toBe('<xml/>')
    expect(status.signature?.name).toBe('flux.xml-signature.p7s')
    expect((await buffer(bench.files.open(status.signature ?? { sha256: '' })))[0]).toBe(0x30)
    expect(await textOf(bench, status.history)).toContain('<eventType>SIGNATURE</eventType>')
  })

  test('une annexe ajoutée dans le parapheur revient', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.annex('avis de la commission.txt', Buffer.from('favorable'))
    await bench.simulator.sign()
    const status = await signed(bench, id)
    expect(status.annexes?.map(({ name }) => name)).toEqual(['avis de la commission.txt'])
  })

  test('une archive tronquée est demandée à nouveau', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await bench.simulator.sign()
    bench.simulator.truncateNextZip()
    await expect(bench.signature.status(id)).rejects.toThrow(/incomplète ou illisible/u)
    expect((await signed(bench, id)).document.name).toBe('flux.xml')
  })

  test('un dossier en cours ne se ferme pas ; « conserver » ne supprime rien', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await expect(bench.signature.close(id)).rejects.toThrow(/celui-ci est en cours/u)
    await using keeping = await start({}, { keepFolders: true })
    const kept = await keeping.sent()
    await keeping.simulator.sign()
    await keeping.signature.close(kept)
    expect(keeping.simulator.count('folder')).toBe(1)
  })

  test('les dossiers avancent seuls quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 10 })
    const id = await bench.sent()
    await expect.poll(async () => (await bench.signature.status(id)).is, { timeout: 5_000 }).toBe('signed')
  })
})

describe('réglages', () => {
  test('« Tester » nomme les entités et les bureaux accessibles quand celui des réglages est faux', async () => {
    await using bench = await start({}, { tenant: 'faux' })
    await expect(bench.connected.connector.check()).rejects.toThrow(
      /Entités accessibles : « Ville de Démonstration » \(ad1e7d6a/u,
    )
    await using other = await start({}, { desk: 'faux' })
    await expect(other.connected.connector.check()).rejects.toThrow(/Bureaux accessibles : « Direction générale »/u)
    await expect(other.sent()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('une adresse qui redirige est une erreur de réglage, le droit qui manque aussi', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 301 }, { on: /\/tenant$/u })
    await expect(bench.connected.connector.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    bench.simulator.faults.plan({ kind: 'status', status: 403 }, { on: /\/tenant$/u })
    await expect(bench.connected.connector.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test("l'autorité interne du parapheur s'ajoute dans les réglages ; sans elle, la connexion est refusée", async () => {
    await using bench = await start({ authority: createAuthority() })
    expect(await bench.connected.connector.check()).toMatch(/^Connecté/u)
    await using without = await start({ authority: createAuthority() }, { authority: undefined })
    await expect(without.connected.connector.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})

describe('PREMIS et noms', () => {
  test('un titre avec des caractères interdits en XML part et revient lisible', () => {
    const xml = writePremis({
      name: 'A & B < "C"\u0007 é',
      properties: { x: '1' },
      files: [{ name: 'a.pdf', main: true }],
    })
    expect(readPremis(xml)).toMatchObject({
      name: 'A & B < "C" é',
      properties: { x: '1' },
      files: [{ name: 'a.pdf', main: true }],
    })
  })

  test('une description hostile ne lit aucun fichier et ne gonfle pas', () => {
    const xml =
      '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><premis><object xsi:type="intellectualEntity" xmlns:xsi="x"><originalName>&e;</originalName></object></premis>'
    expect(() => readPremis(xml)).toThrow()
  })

  test('la journée de signature est celle de Paris', () => {
    const signedAt = (at: string) =>
      progressOf({
        id: '',
        name: '',
        properties: {},
        files: [],
        events: [
          { type: 'SIGNATURE', task: '1', at, user: 'u', desk: '', note: '' },
          { type: 'ARCHIVE', task: '2', at: '', user: '', desk: '', note: '' },
        ],
      })
    expect(signedAt('2026-06-30T23:30:00.000+0000')).toEqual({ is: 'finished', signedOn: '2026-07-01' })
    expect(signedAt('2026-06-30T23:30:00.000+0200')).toEqual({ is: 'finished', signedOn: '2026-06-30' })
  })

  test('la marque est stable et les homonymes sont distingués', () => {
    expect(markOf('clé')).toBe(markOf('clé'))
    expect(markOf('clé')).toMatch(/^[A-Z2-9]{10}$/u)
    const ref = (name: string): FileRef => ({ sha256: '', name, size: 0, type: '' })
    expect(uniqueNames([ref('a.pdf'), ref('A.pdf'), ref('a.pdf'), ref('b')])).toEqual([
      'a.pdf',
      'A (2).pdf',
      'a (3).pdf',
      'b',
    ])
  })
})
