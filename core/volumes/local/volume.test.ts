import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { volumeConformance } from '../../testing/conformance-volume.ts'
import { localFailure } from './failures.ts'
import { localVolume } from './volume.ts'

const bench = async () => {
  const top = await mkdtemp(join(tmpdir(), 'passeur-local-'))
  const [root, outside] = [join(top, 'ouvert'), join(top, 'ouvert-secret')]
  await mkdir(root)
  await mkdir(outside)
  await writeFile(join(outside, 'secret.txt'), 'secret')
  return {
    root,
    outside,
    open: async (folder = root) => localVolume({ localFolders: [root] }, folder),
    [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true }),
  }
}

volumeConformance('Un dossier de la machine', bench)

describe('hors des dossiers que la plateforme autorise', () => {
  test('rien n’est ouvert quand elle n’en autorise aucun', () => {
    expect(() => localVolume({}, '/tmp')).toThrow(/PASSEUR_DOSSIERS_LOCAUX/u)
    expect(() => localVolume({ localFolders: [] }, '/tmp')).toThrow(ConfigurationError)
  })

  test('ni un chemin voisin, ni « .. », ni un chemin relatif ne passent', async () => {
    await using place = await bench()
    for (const folder of [place.outside, join(place.root, '..'), '/', 'ouvert', `${place.root}/../ouvert-secret`]) {
      const volume = await place.open(folder)
      await expect(volume.check(), folder).rejects.toThrow(/PASSEUR_DOSSIERS_LOCAUX/u)
      await expect(volume.list(''), folder).rejects.toThrow(ConfigurationError)
    }
    const volume = await place.open()
    await expect(volume.read('../ouvert-secret/secret.txt')).rejects.toThrow(ConfigurationError)
    const everywhere = await place.open('')
    await expect(everywhere.list('/etc')).rejects.toThrow(ConfigurationError)
    expect(await everywhere.list(place.root)).toEqual([])
  })

  test('un lien n’en fait pas sortir : ni celui du dossier, ni celui d’un fichier, ni celui d’un parent', async () => {
    await using place = await bench()
    await symlink(place.outside, join(place.root, 'lien'))
    await symlink(join(place.outside, 'secret.txt'), join(place.root, 'fichier'))
    const volume = await place.open()
    await expect((await place.open(join(place.root, 'lien'))).check()).rejects.toThrow(ConfigurationError)
    await expect(volume.list('lien')).rejects.toThrow(ConfigurationError)
    await expect(volume.read('lien/secret.txt')).rejects.toThrow(ConfigurationError)
    await expect(volume.rename('lien/secret.txt', 'pris')).rejects.toThrow(ConfigurationError)
    await expect(volume.write('lien/neuf/a', Readable.from(['x']), 1)).rejects.toThrow(ConfigurationError)
    await expect(volume.read('fichier')).rejects.toThrow(PermanentError)
    await expect(volume.write('fichier', Readable.from(['écrasé']), 7)).rejects.toThrow(PermanentError)
    await volume.remove('lien')
    expect(await readFile(join(place.outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect(await volume.list('')).toEqual([])
  })
})

describe('les refus du système', () => {
  const of = (code: string) => localFailure(Object.assign(new Error(code), { code }), 'écrire « a »')
  test('sont passagers, définitifs ou affaire de réglage, avec une phrase', () => {
    for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EXDEV'])
      expect(of(code)).toBeInstanceOf(ConfigurationError)
    for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE']) expect(of(code)).toBeInstanceOf(TemporaryError)
    expect(of('ENAMETOOLONG')).toBeInstanceOf(PermanentError)
    expect(of('ENOSPC').message).toBe(
      "Impossible de écrire « a » : le disque est plein. Prévenez l'exploitant de la machine.",
    )
  })
})

test('un renommage coupé entre ses deux moitiés se termine au deuxième essai', async () => {
  await using place = await bench()
  const { link } = await import('node:fs/promises')
  await writeFile(join(place.root, 'a'), 'a')
  await link(join(place.root, 'a'), join(place.root, 'b'))
  const volume = await place.open()
  expect(await volume.rename('a', 'b')).toBe('renamed')
  expect((await volume.list('')).map(({ name }) => name)).toEqual(['b'])
})
