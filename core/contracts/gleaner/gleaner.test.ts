import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { ConfigurationError, PermanentError } from '../../authoring/errors.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { readManifest } from './manifest.ts'
import { fixedValues, linesOf, matchFiles } from './patterns.ts'
import { unzip } from './unzip.ts'

const zip = async (fill: (archive: ZipFile) => void): Promise<Buffer> => {
  const archive = new ZipFile()
  fill(archive)
  archive.end()
  return buffer(archive.outputStream)
}

/** Replaces a name by another of the same length, everywhere: archives that no honest tool writes. */
const renamed = (archive: Buffer, from: string, to: string): Buffer =>
  Buffer.from(archive.toString('latin1').replaceAll(from, to), 'latin1')

const LIMITS = { files: 3, bytes: 1_000_000_000 }

const unzipped = async (archive: Buffer, limits = LIMITS) => {
  await using files = await temporaryFiles()
  const stored = await files.save(archive, 'dépôt.zip')
  return (await unzip(stored, files, limits)).map(({ path }) => path)
}

describe('une archive', () => {
  const one = (name: string, mode = 0o100644) => zip(archive => archive.addBuffer(Buffer.from('x'), name, { mode }))

  test('zippée avec son répertoire, ou décorée par un système, donne ses seuls fichiers', async () => {
    const archive = await zip(each => {
      for (const name of ['lot/a.pdf', 'lot/sous/é.pdf', '__MACOSX/lot/._a.pdf', 'lot/.DS_Store'])
        each.addBuffer(Buffer.from(name), name)
    })
    expect(await unzipped(archive)).toEqual(['a.pdf', 'sous/é.pdf'])
  })

  test('dont un nom mène hors d’elle est refusée', async () => {
    const archive = await one('aaaa.pdf')
    for (const evil of ['../a.pdf', '/etc/pwd', 'C:/a.pdf']) {
      const unzipping = unzipped(renamed(archive, 'aaaa.pdf', evil))
      await expect(unzipping, evil).rejects.toThrow(PermanentError)
      await expect(unzipping, evil).rejects.toThrow(/mène hors d'elle/u)
    }
  })

  test('contenant un lien, ou protégée par un mot de passe, est refusée', async () => {
    await expect(unzipped(await one('lien', 0o120777))).rejects.toThrow(/« lien » y est un lien/u)
    const clear = await one('a')
    const locked = Buffer.from(clear)
    // The flag « encrypted », in both headers.
    for (const [signature, at] of [
      ['PK\u0003\u0004', 6],
      ['PK\u0001\u0002', 8],
    ] as const)
      locked[locked.indexOf(signature, 0, 'latin1') + at] = 1
    await expect(unzipped(locked)).rejects.toThrow(/protégée par un mot de passe/u)
  })

  test('qui gonfle démesurément, compte trop de fichiers ou dépasse la taille est refusée sans être lue', async () => {
    const bomb = await zip(each => each.addBuffer(Buffer.alloc(30 * 1024 * 1024), 'zéros'))
    await expect(unzipped(bomb)).rejects.toThrow(/anormalement compressé/u)
    const many = await zip(each => [1, 2, 3, 4].forEach(n => each.addBuffer(Buffer.from('x'), `${n}`)))
    await expect(unzipped(many)).rejects.toThrow(/plus de 3 fichiers/u)
    await expect(unzipped(await one('a'), { files: 3, bytes: 0 })).rejects.toThrow(/dépasse 0 Mo/u)
  })

  test('coupée ou qui n’en est pas une est refusée', async () => {
    const archive = await one('a')
    await expect(unzipped(archive.subarray(0, 30))).rejects.toThrow(/n'est pas un zip lisible/u)
    await expect(unzipped(Buffer.from('%PDF-1.4'))).rejects.toThrow(PermanentError)
  })
})

describe('les correspondances', () => {
  const several = (field: string) => field === 'annexes'
  const match = (setting: string, names: readonly string[]) => {
    const matched = matchFiles(linesOf(setting, 'x'), names, several)
    return { ...Object.fromEntries(matched.files), rest: matched.rest }
  }

  test('prennent chaque fichier une fois, un seul pour un champ simple, et se coupent au premier deux-points', () => {
    expect(match('acte: ^a.*:?pdf$\nannexes: pdf$', ['ab.pdf', 'a.pdf', 'sous/c.pdf', 'd.txt'])).toEqual({
      acte: ['ab.pdf'],
      annexes: ['a.pdf', 'sous/c.pdf'],
      rest: ['d.txt'],
    })
  })

  test('reprennent un groupe à la lettre, même s’il ressemble à une expression', () => {
    expect(
      match('acte: #^(.*)\\.PDF$#i\nannexes: ^$matches[0][1]_', ['a.+(1).pdf', 'a.+(1)_b.txt', 'aa1_c.txt']),
    ).toEqual({
      acte: ['a.+(1).pdf'],
      annexes: ['a.+(1)_b.txt'],
      rest: ['aa1_c.txt'],
    })
  })

  test('reconnaissent les accents des noms écrits par un Mac', () => {
    expect(match('acte: ^été', ['été.pdf'.normalize('NFD')])).toMatchObject({ rest: [] })
  })

  test('donnent aux valeurs fixes les noms des fichiers et les groupes', () => {
    const matched = matchFiles(linesOf('acte: ^(\\d+)-(.*)\\.pdf$', 'x'), ['sous/12-Été.pdf'], several)
    expect(
      fixedValues(linesOf('objet: n° $matches[0][1] : $matches[0][2]\nnom: %acte%\nvide: %rien%', 'x'), matched),
    ).toEqual({
      objet: 'n° 12 : Été',
      nom: '12-Été.pdf',
      vide: '',
    })
  })

  test('fautives ou ruineuses sont des erreurs de réglage, en une phrase', () => {
    expect(() => match('acte: (', ['a'])).toThrow(ConfigurationError)
    expect(() => match('acte: (', ['a'])).toThrow(/n'est pas valide/u)
    expect(() => match('acte: ^(a+)+$', [`${'a'.repeat(40)}!`])).toThrow(/trop coûteuse/u)
    expect(() => linesOf('sans deux-points', 'Valeurs fixes')).toThrow(/« Valeurs fixes »/u)
  })
})

describe('le manifeste', () => {
  test('de Pastell se lit, en ISO-8859-1 comme en UTF-8, sans ses éléments étrangers', () => {
    const xml = (encoding: string) =>
      `<?xml version="1.0" encoding="${encoding}"?><flux type='helios-automatique'><param name='x' value='y'/><data name='objet' value='été'/><files name='fichier_pes'><file content='p.xml'/></files></flux>`
    const expected = {
      flow: 'helios-automatique',
      values: { objet: 'été' },
      files: [{ field: 'fichier_pes', path: 'p.xml', name: undefined }],
    }
    expect(readManifest(Buffer.from(xml('UTF-8')))).toEqual(expected)
    expect(readManifest(Buffer.from(xml('ISO-8859-1'), 'latin1'))).toEqual(expected)
  })

  test('mal formé, étranger, ou mal encodé est refusé avec une phrase', () => {
    expect(() => readManifest(Buffer.from('<flux>'))).toThrow(/bien formé/u)
    expect(() => readManifest(Buffer.from('<autre/>'))).toThrow(/« autre »/u)
    expect(() => readManifest(Buffer.from('<flux>é</flux>', 'latin1'))).toThrow(/encodage/u)
    expect(() =>
      readManifest(
        Buffer.from(
          '<!DOCTYPE flux [<!ENTITY x SYSTEM "file:///etc/passwd">]><flux><data name="a" value="&x;"/></flux>',
        ),
      ),
    ).toThrow(PermanentError)
  })
})
