import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Volume } from '../volumes/volume.ts'

export interface VolumeBench extends AsyncDisposable {
  /** A session on an empty folder. Closed by the suite. */
  open(): Promise<Volume>
}

export interface VolumeTraits {
  /** Whether a folder exists by itself, or only by the files whose names begin with its own (S3). `real` unless told. */
  readonly folders?: 'real' | 'prefixes'
  /** `yes` unless told; `refuses`: its protocol knows how and this server does not; `never`: the protocol promises nothing. */
  readonly replaces?: 'yes' | 'refuses' | 'never'
}

const of = (content: string | Buffer): Readable => Readable.from(Buffer.from(content), { objectMode: false })

const MB = 1024 * 1024

/** What every place of files owes to deposits and gleaners, whatever its protocol. */
export const volumeConformance = (
  name: string,
  setup: () => Promise<VolumeBench>,
  { folders = 'real', replaces = 'yes' }: VolumeTraits = {},
): void => {
  const during = async (work: (volume: Volume) => Promise<void>): Promise<void> => {
    await using bench = await setup()
    const volume = await bench.open()
    try {
      await work(volume)
    } finally {
      await volume.close()
    }
  }
  const put = (volume: Volume, path: string, content: string | Buffer) =>
    volume.write(path, of(content), Buffer.byteLength(content))

  describe(`${name} tient le contrat des volumes`, () => {
    test('ce qui est écrit est listé, mesuré et relu tel quel, noms accentués et ponctués compris', () =>
      during(async volume => {
        await volume.makeFolder('Actes & été 100 %')
        const path = 'Actes & été 100 %/n° 1 + #2;?.pdf'
        await put(volume, path, 'délibération')
        await volume.write('zip', of('taille inconnue'), undefined)
        await put(volume, 'vide', '')
        expect(await volume.stat(path)).toMatchObject({ kind: 'file', size: 14 })
        expect((await volume.stat('Actes & été 100 %'))?.kind).toBe('folder')
        expect(await text(await volume.read(path))).toBe('délibération')
        expect(await text(await volume.read('zip'))).toBe('taille inconnue')
        expect(await text(await volume.read('vide'))).toBe('')
        expect([...(await volume.list(''))].sort((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
          { name: 'Actes & été 100 %', kind: 'folder', size: 0 },
          { name: 'vide', kind: 'file', size: 0 },
          { name: 'zip', kind: 'file', size: 15 },
        ])
        const [listed] = await volume.list('Actes & été 100 %')
        expect(listed).toMatchObject({ name: 'n° 1 + #2;?.pdf', kind: 'file', size: 14 })
        // A clock of the remote, or none: never a date that is not one.
        if (listed?.modifiedAt) expect(Math.abs(listed.modifiedAt.getTime() - Date.now())).toBeLessThan(86_400_000)
        expect(volume.location(path)).toContain('n° 1 + #2;?.pdf')
      }))

    test('un fichier réécrit est remplacé, un dossier recréé est gardé', () =>
      during(async volume => {
        await volume.makeFolder('d')
        await put(volume, 'd/a', 'un texte long')
        await volume.makeFolder('d')
        await put(volume, 'd/a', 'court')
        expect(await text(await volume.read('d/a'))).toBe('court')
        expect(await volume.list('d')).toHaveLength(1)
      }))

    test('ce qui n’existe pas est absent, à relire plus tard, ou facile à retirer', () =>
      during(async volume => {
        expect(await volume.stat('rien')).toBeUndefined()
        await expect(volume.read('rien')).rejects.toThrow(TemporaryError)
        await volume.remove('rien')
        if (folders === 'real') await expect(volume.list('rien')).rejects.toThrow(ConfigurationError)
        else expect(await volume.list('rien')).toEqual([])
        await volume.makeFolder('d')
        expect(await volume.list('d')).toEqual([])
      }))

    test('renommer déplace un fichier ou un dossier entier', () =>
      during(async volume => {
        await volume.makeFolder('d')
        await volume.makeFolder('d/sous')
        await put(volume, 'd/sous/a', 'a')
        await put(volume, 'd/b', 'b')
        await volume.makeFolder('traités')
        await put(volume, 'traités/autre', 'x')
        expect(await volume.rename('d', 'traités/é d')).toBe('renamed')
        expect(await volume.rename('traités/é d/b', 'c')).toBe('renamed')
        expect(await volume.stat('d')).toBeUndefined()
        expect(await text(await volume.read('traités/é d/sous/a'))).toBe('a')
        expect(await text(await volume.read('c'))).toBe('b')
        expect((await volume.list('')).map(each => each.name).sort()).toEqual(['c', 'traités'])
      }))

    test('renommer vers un nom pris ne change rien', () =>
      during(async volume => {
        for (const folder of ['a', 'b']) {
          await volume.makeFolder(folder)
          await put(volume, `${folder}/f`, folder)
          await put(volume, `${folder}.txt`, folder)
        }
        expect(await volume.rename('a', 'b')).toBe('exists')
        expect(await volume.rename('a.txt', 'b.txt')).toBe('exists')
        expect(await text(await volume.read('a/f'))).toBe('a')
        expect(await text(await volume.read('b/f'))).toBe('b')
        expect(await text(await volume.read('a.txt'))).toBe('a')
        expect(await text(await volume.read('b.txt'))).toBe('b')
      }))

    test(
      {
        yes: 'remplacer un fichier lui donne son nouveau contenu, et prend aussi un nom libre',
        refuses: 'un serveur qui ne sait pas remplacer le dit, et rien ne change',
        never: 'le remplacement n’est pas offert par ce protocole',
      }[replaces],
      () =>
        during(async volume => {
          await volume.makeFolder('d')
          await put(volume, 'd/année.csv', 'ancien')
          await put(volume, '.nouveau', 'nouveau, plus long')
          if (replaces === 'never' || !volume.replace) {
            expect([replaces, volume.replace]).toEqual(['never', undefined])
            return
          }
          if (replaces === 'refuses') {
            await expect(volume.replace('.nouveau', 'd/année.csv')).rejects.toThrow(PermanentError)
            expect(await text(await volume.read('d/année.csv'))).toBe('ancien')
            return
          }
          await volume.replace('.nouveau', 'd/année.csv')
          expect(await text(await volume.read('d/année.csv'))).toBe('nouveau, plus long')
          expect(await volume.stat('.nouveau')).toBeUndefined()
          await put(volume, '.autre', 'autre')
          await volume.replace('.autre', 'd/libre.csv')
          expect((await volume.list('d')).map(each => each.name).sort()).toEqual(['année.csv', 'libre.csv'])
        }),
    )

    test('retirer un dossier retire ce qu’il contient, et rien d’autre', () =>
      during(async volume => {
        await volume.makeFolder('d')
        await volume.makeFolder('d/e')
        await put(volume, 'd/e/f', 'f')
        await put(volume, 'd bis', 'voisin')
        await volume.remove('d')
        expect((await volume.list('')).map(each => each.name)).toEqual(['d bis'])
        await volume.remove('d bis')
        expect(await volume.list('')).toEqual([])
      }))

    test('une erreur du contenu est rendue telle quelle, et la session sert encore', () =>
      during(async volume => {
        const failing = Readable.from(
          (function* () {
            yield Buffer.alloc(70_000)
            throw new Error("absent de l'entrepôt")
          })(),
          { objectMode: false },
        )
        await expect(volume.write('a', failing, 100_000)).rejects.toThrow("absent de l'entrepôt")
        await put(volume, 'b', 'b')
        expect(await text(await volume.read('b'))).toBe('b')
      }))

    test('un fichier de plusieurs blocs est relu à l’octet près, et une lecture abandonnée ne gêne pas la suite', () =>
      during(async volume => {
        const big = Buffer.alloc(9 * MB + 17)
        for (let n = 0; n < big.length; n += 1013) big[n] = n % 256
        await volume.write('gros', of(big), big.length)
        const abandoned = await volume.read('gros')
        await abandoned[Symbol.asyncIterator]().next()
        abandoned.destroy()
        expect((await buffer(await volume.read('gros'))).equals(big)).toBe(true)
        expect(await volume.stat('gros')).toMatchObject({ kind: 'file', size: big.length })
      }))

    test('« Tester » dit ce qui est joint', () =>
      during(async volume => {
        expect(await volume.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
        expect(await volume.list('')).toEqual([])
      }))
  })
}
