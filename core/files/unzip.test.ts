import { buffer, text } from 'node:stream/consumers'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { temporaryFiles } from '../testing/disk-files.ts'
import { spill, withFolder, withoutCommonFolder, withStoredZip, withZip, zipFault } from './unzip.ts'

const LIMITS = { files: 10, bytes: 1_000_000 }

const zip = async (names: readonly string[]): Promise<Buffer> => {
  const archive = new ZipFile()
  for (const name of names) archive.addBuffer(Buffer.from(`contenu de ${name}`), name)
  archive.end()
  return buffer(archive.outputStream)
}

/** An archive whose tool wrote these bytes for the name, without saying that they are UTF-8. */
const namedAs = async (bytes: Buffer): Promise<Buffer> => {
  const placeholder = 'x'.repeat(bytes.length)
  const archive = await zip([placeholder])
  const [local, central] = [archive.indexOf('PK\u0003\u0004'), archive.indexOf('PK\u0001\u0002')]
  archive.writeUInt16LE(archive.readUInt16LE(local + 6) & ~0x800, local + 6)
  archive.writeUInt16LE(archive.readUInt16LE(central + 8) & ~0x800, central + 8)
  for (const start of [local + 30, central + 46]) bytes.copy(archive, start)
  return archive
}

const paths = (archive: Buffer): Promise<readonly string[]> =>
  withFolder(async folder => {
    const path = await spill(Readable.from([archive]), folder, 'a.zip')
    return withZip(path, LIMITS, async entries => entries.map(each => each.path))
  })

describe('les noms des fichiers d’un zip', () => {
  test('sont lus en UTF-8 même quand l’outil ne le dit pas', async () => {
    expect(await paths(await namedAs(Buffer.from('délibération.pdf')))).toEqual(['délibération.pdf'])
  })

  test('sont lus dans la page de code de Windows, capitales accentuées comprises', async () => {
    // « À L'école.pdf » in code page 850.
    const bytes = Buffer.from([0xb7, 0x20, 0x4c, 0x27, 0x82, 0x63, 0x6f, 0x6c, 0x65, 0x2e, 0x70, 0x64, 0x66])
    expect(await paths(await namedAs(bytes))).toEqual(["À L'école.pdf"])
  })

  test('qui mènent hors de l’archive la font refuser, même en UTF-8 tu', async () => {
    const outcome = await paths(await namedAs(Buffer.from('../é.pdf'))).catch((error: unknown) =>
      zipFault(error, 'a.zip'),
    )
    expect(outcome).toContain("mène hors d'elle")
  })

  test('perdent le répertoire qui les tient tous, et lui seul', () => {
    const of = (names: readonly string[]) => withoutCommonFolder(names.map(path => ({ path }))).map(({ path }) => path)
    expect(of(['lot/a', 'lot/b/c'])).toEqual(['a', 'b/c'])
    expect(of(['lot/a', 'b'])).toEqual(['lot/a', 'b'])
  })
})

test('un zip de l’entrepôt se lit sur place, fichier par fichier', async () => {
  await using files = await temporaryFiles()
  const stored = await files.save(await zip(['a.txt', 'b/c.txt']), 'lot.zip')
  const contents = await withStoredZip(stored, files, LIMITS, async entries => {
    const read: string[] = []
    for (const entry of entries) read.push(`${entry.name} : ${await text(await entry.open())}`)
    return read
  })
  expect(contents).toEqual(['a.txt : contenu de a.txt', 'c.txt : contenu de b/c.txt'])
})

test('un répertoire de travail disparaît, même quand le travail échoue', async () => {
  let kept = ''
  await expect(
    withFolder(async folder => {
      kept = await spill(Readable.from(['x']), folder, 'x')
      throw new Error('panne')
    }),
  ).rejects.toThrow('panne')
  await expect(withZip(join(kept), LIMITS, async () => 1)).rejects.toThrow('ENOENT')
})
