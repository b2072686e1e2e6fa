import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { localVolume } from './local/volume.ts'
import { openTraced } from './traced.ts'

test('chaque opération se dit avec son résultat, jamais avec le contenu', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-trace-'))
  const lines: string[] = []
  try {
    await writeFile(join(folder, 'a.txt'), 'contenu')
    const volume = await openTraced(
      async () => localVolume({ localFolders: [folder] }, folder),
      line => lines.push(line),
    )
    expect(await text(await volume.read('a.txt'))).toBe('contenu')
    await volume.makeFolder('d')
    await volume.write('d/b.txt', Readable.from(['bonjour']), 7)
    expect(await volume.rename('a.txt', 'd/b.txt')).toBe('exists')
    expect(await volume.stat('absent')).toBeUndefined()
    await expect(volume.list('absent')).rejects.toThrow()
    await volume.close()
  } finally {
    await rm(folder, { recursive: true })
  }
  expect(lines.map(line => line.replaceAll(folder, '…'))).toEqual([
    'Ouvrir une session (« … ») → fait',
    'Lire « …/a.txt » → ouvert',
    'Créer le répertoire « …/d » → fait',
    'Écrire « …/d/b.txt » (7 octets) → fait',
    'Renommer « …/a.txt » en « …/d/b.txt » → ce nom est déjà pris',
    'Regarder « …/absent » → il n’existe pas',
    expect.stringMatching(/^Lister « …\/absent » ✗ /u),
    'Fermer la session → fait',
  ])
})

test('une session qui ne s’ouvre pas se dit aussi', async () => {
  const lines: string[] = []
  const opening = openTraced(
    async () => {
      throw new Error('refus')
    },
    line => lines.push(line),
  )
  await expect(opening).rejects.toThrow('refus')
  expect(lines).toEqual(['Ouvrir une session ✗ refus'])
})
