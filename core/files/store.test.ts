import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StartupError } from '../../config/startup-error.ts'
import { TemporaryError } from '../authoring/errors.ts'
import { memoryGrowth } from '../testing/conformance-files.ts'
import { describeReal } from '../testing/real-servers/daemon.ts'
import { swift, swiftMissing, type SwiftStore } from '../testing/real-servers/swift.ts'
import type { S3Settings } from '../volumes/s3/settings.ts'
import { createS3Simulator, s3ErrorBody, type S3Simulator } from '../volumes/s3/simulator.ts'
import { diskStore } from './disk-store.ts'
import { FileMissingError } from './errors.ts'
import type { FileStore } from './file-store.ts'
import { checkStore } from './open-store.ts'
import { s3SettingsOf } from './s3-address.ts'
import { s3Store } from './s3-store.ts'

const once = async function* (...pieces: readonly string[]) {
  for (const piece of pieces) yield Buffer.from(piece)
}
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

/** What every store owes, whatever keeps the bytes. `other` is the same store, as another machine opens it. */
const storeConformance = (opened: () => { readonly store: FileStore; readonly other: FileStore }): void => {
  test('un contenu gardé par une machine se lit d’une autre, en entier ou par morceaux', async () => {
    const { store, other } = opened()
    const stored = await store.put(once('Délibé', 'ration'))
    expect(stored).toEqual({ sha256: sha256('Délibération'), size: 14 })
    expect(await text(other.open(stored.sha256))).toBe('Délibération')
    expect(await text(other.open(stored.sha256, { start: 3, end: 4 }))).toBe('li')
    expect(await text(other.open(stored.sha256, { start: 9 }))).toBe('ation')
    expect(await other.stat(stored.sha256)).toEqual({ size: 14 })
    expect(await store.put(once('Délibération'))).toEqual(stored)
  })

  test('un contenu est annoncé avant de porter son nom ; refusé là, ou interrompu, il n’en reste rien', async () => {
    const { store } = opened()
    const content = randomBytes(8).toString('hex')
    const refusal = new Error('refusé')
    const announce = async (stored: { readonly sha256: string; readonly size: number }) => {
      expect(stored).toEqual({ sha256: sha256(content), size: 16 })
      expect(await store.has(stored.sha256)).toBe(false)
      throw refusal
    }
    await expect(store.put(once(content), { announce })).rejects.toBe(refusal)
    const cut = async function* () {
      yield Buffer.from(content)
      throw refusal
    }
    await expect(store.put(cut())).rejects.toBe(refusal)
    expect(await store.has(sha256(content))).toBe(false)
    expect(await store.removeAbandoned(new Date(Date.now() + 60_000))).toBe(0)
  })

  test('un contenu absent, ou un nom qui n’en est pas un, se dit ; un contenu retiré est absent', async () => {
    const { store } = opened()
    for (const name of ['a'.repeat(64), '../secret.key']) {
      await expect((async () => text(store.open(name)))()).rejects.toThrow(FileMissingError)
      expect(await store.has(name)).toBe(false)
    }
    const { sha256: gone } = await store.put(once('à retirer'))
    await store.remove(gone)
    await store.remove(gone)
    expect(await store.has(gone)).toBe(false)
  })

  test('un rayon dit tous ses contenus, et rien d’autre', async () => {
    const { store, other } = opened()
    const [{ sha256: first }, { sha256: second }] = [await store.put(once('rayon')), await store.put(once('rayons'))]
    await store.parts.put(randomBytes(8).toString('hex'), once('une partie'))
    const shelf = await other.shelf(first.slice(0, 2))
    expect(shelf).toContainEqual({ sha256: first, size: 5 })
    expect(shelf.map(({ sha256 }) => sha256)).not.toContain(second)
    expect(shelf.filter(({ sha256 }) => !sha256.startsWith(first.slice(0, 2)))).toEqual([])
    await store.remove(first)
    expect(await other.shelf(first.slice(0, 2))).not.toContainEqual({ sha256: first, size: 5 })
  })

  test('une partie d’un dépôt, vide ou non, passe d’une machine à l’autre et se retire', async () => {
    const { store, other } = opened()
    expect(await store.parts.put('premiere', once('un', 'deux'))).toBe(6)
    expect(await store.parts.put('vide', once())).toBe(0)
    expect(await text(other.parts.open('premiere'))).toBe('undeux')
    await other.parts.remove('premiere')
    await other.parts.remove('premiere')
    await expect(text(store.parts.open('premiere'))).rejects.toThrow()
    await expect(store.parts.put('../ailleurs', once('x'))).rejects.toThrow('not the name of a part')
  })
}

/** Not of a store that this very process simulates: it has the content in its memory. */
const largeConformance = (opened: () => FileStore): void => {
  test('un gros contenu ne tient pas en mémoire', async () => {
    const store = opened()
    const megabyte = Buffer.alloc(1024 * 1024, 7)
    async function* big() {
      for (let rank = 0; rank < 96; rank += 1) yield megabyte
    }
    let size = 0
    const grown = await memoryGrowth(async () => {
      const stored = await store.put(big())
      for await (const piece of store.open(stored.sha256)) size += (piece as Buffer).length
      await store.remove(stored.sha256)
    })
    expect(size).toBe(96 * 1024 * 1024)
    expect(grown).toBeLessThan(80)
  })
}

describe('l’entrepôt sur disque', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'passeur-entrepot-'))))
  afterAll(() => rm(folder, { recursive: true }))
  storeConformance(() => ({ store: diskStore(folder), other: diskStore(folder) }))
  largeConformance(() => diskStore(folder))
})

const addressOf = ({ adresse, compartiment, cleAcces, cleSecrete, region }: S3Settings): string =>
  `${adresse.replace('://', `://${encodeURIComponent(cleAcces)}:${encodeURIComponent(cleSecrete)}@`)}/${compartiment}/passeur?region=${region}`
/** As the configuration says it: the address is part of what is tried. */
const storeAt = (settings: S3Settings): FileStore => {
  const read = s3SettingsOf(addressOf(settings))
  if (!read) throw new Error('the address of the store is not one')
  return s3Store(read)
}

describe('l’entrepôt S3, avec le simulateur', () => {
  let simulator: S3Simulator
  beforeAll(async () => void (simulator = await createS3Simulator()))
  afterAll(() => simulator.close())
  const open = () => storeAt(simulator.config as unknown as S3Settings)
  storeConformance(() => ({ store: open(), other: open() }))

  test('ce que des machines arrêtées ont laissé s’en va, le reste non', async () => {
    const store = open()
    const { sha256: kept } = await store.put(once('gardé'))
    simulator.write('passeur/tmp/reste', 'à moitié')
    expect(await store.removeAbandoned(new Date(0))).toBe(0)
    expect(await store.removeAbandoned(new Date(Date.now() + 60_000))).toBe(1)
    expect(await store.has(kept)).toBe(true)
  })

  test('un service qui ne répond pas est une panne passagère de la plateforme, et non d’un connecteur', async () => {
    const lost = await createS3Simulator()
    const store = storeAt(lost.config as unknown as S3Settings)
    await lost.close()
    for (const attempt of [
      () => store.put(once('x')),
      () => store.has('a'.repeat(64)),
      () => text(store.open('a'.repeat(64))),
    ])
      await expect(attempt()).rejects.toThrow(TemporaryError)
    await expect(store.has('a'.repeat(64))).rejects.toThrow("L'entrepôt de fichiers de la plateforme")
  })
})

describe('au démarrage', () => {
  const check = (s3: S3Settings | undefined, files = '/nulle/part') => checkStore({ s3, folders: { files } })

  test('un entrepôt qui sert est accepté, et rien n’y reste', async () => {
    const simulator = await createS3Simulator()
    const folder = await mkdtemp(join(tmpdir(), 'passeur-entrepot-'))
    await check(simulator.config as unknown as S3Settings)
    await check(undefined, folder)
    expect(simulator.contents()).toEqual({})
    expect(await readdir(join(folder, 'depots'))).toEqual([])
    await simulator.close()
    await rm(folder, { recursive: true })
  })

  test('un compartiment absent, une mauvaise clé, un droit refusé, un disque qui ne s’écrit pas se disent, sans secret', async () => {
    const simulator = await createS3Simulator()
    const good = simulator.config as unknown as S3Settings
    const said = async (...where: Parameters<typeof check>): Promise<string> => {
      const error = await check(...where).catch((refusal: unknown) => refusal)
      expect(error).toBeInstanceOf(StartupError)
      expect((error as Error).message).not.toContain(good.cleSecrete)
      expect((error as Error).message).not.toContain('connecteur')
      return (error as Error).message
    }
    expect(await said({ ...good, compartiment: 'absent' })).toMatch(
      /^Les fichiers des documents.*s3:\/\/absent.*le compartiment n’existe pas\. Corrigez son nom dans PASSEUR_S3_URL/u,
    )
    expect(await said({ ...good, cleSecrete: 'autre' })).toContain('la clé secrète n’est pas la bonne')
    simulator.faults.plan({ kind: 'status', status: 403, body: s3ErrorBody('AccessDenied') }, { on: /^PUT/u })
    expect(await said(good)).toContain('droits de lister, lire, écrire et supprimer')
    expect(await said(undefined, '/dev/null/fichiers')).toContain('« /dev/null/fichiers »')
    await simulator.close()
  })
})

describeReal('l’entrepôt S3, avec OpenStack Swift', swiftMissing, () => {
  let server: SwiftStore
  let settings: S3Settings
  beforeAll(async () => {
    server = await swift()
    settings = (await server.bucket()) as unknown as S3Settings
  })
  afterAll(() => server.close())
  storeConformance(() => ({ store: storeAt(settings), other: storeAt(settings) }))
  largeConformance(() => storeAt(settings))
})
