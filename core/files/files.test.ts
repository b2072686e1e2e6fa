import { createHash } from 'node:crypto'
import { readdir, utimes, writeFile, mkdir } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { PDFDocument } from 'pdf-lib'
import { ZipFile } from 'yazl'
import { describe, expect, test } from 'vitest'
import { temporaryFiles } from '../testing/disk-files.ts'
import { FileMissingError, FileTooLargeError, readableSize } from './errors.ts'

const entriesOf = async (folder: string) => (await readdir(folder, { recursive: true })).sort()

describe("l'entrepôt sur disque", () => {
  test('rend le contenu confié, avec son empreinte, sa taille et son type', async () => {
    await using files = await temporaryFiles()
    const ref = await files.save('Délibération\n', 'délibération.txt')
    expect(ref).toEqual({
      sha256: createHash('sha256').update('Délibération\n').digest('hex'),
      size: 15,
      name: 'délibération.txt',
      type: 'text/plain',
    })
    expect(await text(files.open(ref))).toBe('Délibération\n')
    expect(await entriesOf(files.folder)).toContain(`${ref.sha256.slice(0, 2)}/${ref.sha256.slice(2, 4)}/${ref.sha256}`)
  })

  test('ne garde qu’une copie de deux contenus identiques', async () => {
    await using files = await temporaryFiles()
    const [one, other] = [await files.save('même', 'a.txt'), await files.save(Readable.from(['mê', 'me']), 'b.txt')]
    expect(other.sha256).toBe(one.sha256)
    expect((await entriesOf(files.folder)).filter(name => name.endsWith(one.sha256))).toHaveLength(1)
  })

  test('répare un contenu tronqué sur le disque quand il est confié à nouveau', async () => {
    await using files = await temporaryFiles()
    const ref = await files.save('entier', 'a.txt')
    const path = join(files.folder, ref.sha256.slice(0, 2), ref.sha256.slice(2, 4), ref.sha256)
    await writeFile(path, 'en')
    await files.save('entier', 'a.txt')
    expect(await text(files.open(ref))).toBe('entier')
  })

  test('sert une partie d’un contenu, bornes comprises', async () => {
    await using files = await temporaryFiles()
    const ref = await files.save('0123456789', 'chiffres.txt')
    expect(await text(files.open(ref, { start: 2, end: 4 }))).toBe('234')
    expect(await text(files.open(ref, { start: 7 }))).toBe('789')
  })

  test('refuse un fichier trop volumineux dès que la limite est franchie et n’en garde rien', async () => {
    await using files = await temporaryFiles()
    let produced = 0
    const endless = Readable.from(
      (function* () {
        for (;;) {
          produced += 64 * 1024
          yield Buffer.alloc(64 * 1024)
        }
      })(),
    )
    const saving = files.save(endless, 'énorme.bin', { maxBytes: 1024 * 1024 })
    await expect(saving).rejects.toThrow(FileTooLargeError)
    await expect(saving).rejects.toMatchObject({
      code: 'fichier_trop_volumineux',
      message:
        'Fichier trop volumineux : « énorme.bin » dépasse 1 Mo. Réduisez-le ou découpez-le, puis déposez-le à nouveau.',
    })
    expect(produced).toBeLessThan(4 * 1024 * 1024)
    expect(endless.destroyed).toBe(true)
    expect(await entriesOf(files.folder)).toEqual(['tmp'])
  })

  test('accepte un fichier exactement à la limite', async () => {
    await using files = await temporaryFiles({ maxBytes: 10 })
    expect((await files.save('0123456789', 'a')).size).toBe(10)
    await expect(files.save('0123456789+', 'a')).rejects.toThrow(FileTooLargeError)
  })

  test('ne garde rien d’un envoi dont la connexion est coupée', async () => {
    await using files = await temporaryFiles()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const client = connect(address.port, '127.0.0.1')
    const [socket] = (await once(server, 'connection')) as [Readable]
    const saving = files.save(socket, 'coupé.bin')
    client.write('début')
    await pause(50)
    client.resetAndDestroy()
    await expect(saving).rejects.toThrow()
    expect(await entriesOf(files.folder)).toEqual(['tmp'])
    server.close()
  })

  test('ne garde rien d’un flux fermé avant sa fin sans erreur, ou déjà fermé', async () => {
    await using files = await temporaryFiles()
    const stream = new Readable({ read() {} })
    const saving = files.save(stream, 'a')
    stream.push('début')
    setTimeout(() => stream.destroy(), 20)
    await expect(saving).rejects.toThrow('interrompue')
    await expect(files.save(stream, 'a')).rejects.toThrow('interrompue')
    expect(await entriesOf(files.folder)).toEqual(['tmp'])
  })

  test('dit qu’un contenu manque, et ne sort jamais de son dossier', async () => {
    await using files = await temporaryFiles()
    const absent = 'a'.repeat(64)
    await expect(buffer(files.open({ sha256: absent }))).rejects.toThrow(FileMissingError)
    expect(await files.has({ sha256: absent })).toBe(false)
    expect(() => files.open({ sha256: '../../etc/passwd' })).toThrow(FileMissingError)
    expect(await files.stat({ sha256: '../tmp' })).toBeUndefined()
  })

  test('retire les brouillons abandonnés par un arrêt brutal, et eux seuls', async () => {
    await using files = await temporaryFiles()
    await mkdir(join(files.folder, 'tmp'))
    await writeFile(join(files.folder, 'tmp', 'vieux'), 'x')
    await writeFile(join(files.folder, 'tmp', 'en-cours'), 'x')
    await utimes(join(files.folder, 'tmp', 'vieux'), new Date('2026-01-01'), new Date('2026-01-01'))
    expect(await files.removeAbandoned(new Date('2026-02-01'))).toBe(1)
    expect(await readdir(join(files.folder, 'tmp'))).toEqual(['en-cours'])
  })
})

describe('le nom d’un fichier', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['C:\\Users\\Anne\\Délibération.pdf', 'Délibération.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['De\u0301libe\u0301ration.pdf', 'Délibération.pdf'],
    ['sans\u0000\u0007 contrôle\r\n.pdf', 'sans contrôle.pdf'],
    ['annexe\u202Efdp.exe', 'annexefdp.exe'],
    ['..', 'fichier'],
    ['', 'fichier'],
    ['dossier/', 'fichier'],
  ]
  test.each(cases)('%j devient %j', async (given, expected) => {
    await using files = await temporaryFiles()
    expect((await files.save('x', given)).name).toBe(expected)
  })
  test('trop long est raccourci sans perdre son extension ni couper une lettre', async () => {
    await using files = await temporaryFiles()
    const { name } = await files.save('x', `${'é'.repeat(300)}.pdf`)
    expect(name).toMatch(/^é+\.pdf$/u)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  })
})

describe('le type d’un contenu', () => {
  const zip = (names: readonly string[]) => {
    const archive = new ZipFile()
    for (const name of names) archive.addBuffer(Buffer.from('<a/>'), name)
    archive.end()
    return buffer(archive.outputStream)
  }
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
  const cases: readonly (readonly [
    string,
    () => Promise<Uint8Array | string> | Uint8Array | string,
    string,
    string,
  ])[] = [
    ['un PDF', async () => (await PDFDocument.create()).save(), 'a.pdf', 'application/pdf'],
    ['un PNG renommé en PDF', () => png, 'acte.pdf', 'image/png'],
    ['un fichier vide', () => '', 'acte.pdf', 'application/x-empty'],
    ['du XML', () => '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'a.txt', 'application/xml'],
    ['du XML avec marque d’ordre et sans prologue', () => '\uFEFF\n<a:PES_Aller xmlns:a="x"/>', 'a', 'application/xml'],
    ['du XML en ISO-8859-1', () => Buffer.from('<a>é</a>', 'latin1'), 'a.xml', 'application/xml'],
    ['du HTML', () => '<!DOCTYPE html><html></html>', 'a.xml', 'text/html'],
    ['du JSON', () => '{"a": [1]}', 'a.txt', 'application/json'],
    ['du texte entre crochets', () => '[note] à relire', 'a.txt', 'text/plain'],
    ['du CSV sans extension', () => 'a;b\n1;"2;3"\n', 'export', 'text/csv'],
    ['du CSV d’une ligne, nommé ainsi', () => 'a\n', 'export.csv', 'text/csv'],
    ['du texte ISO-8859-1', () => Buffer.from('été\n', 'latin1'), 'a.txt', 'text/plain'],
    ['des octets quelconques', () => Buffer.from([1, 2, 3, 0, 0]), 'a.txt', 'application/octet-stream'],
    ['un zip', () => zip(['a.txt']), 'a.zip', 'application/zip'],
    ['un document Word', () => zip(['[Content_Types].xml', 'word/document.xml']), 'a.zip', docx],
    ['un document Word mal rangé', () => zip(['word/document.xml', '[Content_Types].xml']), 'a.docx', docx],
    [
      'une signature détachée',
      () => Buffer.from('3082010006092a864886f70d010702a0820000', 'hex'),
      'a.p7s',
      'application/pkcs7-signature',
    ],
  ]
  test.each(cases)('est reconnu pour %s', async (_, content, name, type) => {
    await using files = await temporaryFiles()
    expect((await files.save(await content(), name)).type).toBe(type)
  })
  test('est reconnu, ou à défaut inconnu, pour tout début tronqué d’un zip', async () => {
    await using files = await temporaryFiles()
    const whole = await zip(['[Content_Types].xml', 'word/document.xml'])
    for (let length = 1; length < whole.length; length += 7)
      expect((await files.save(whole.subarray(0, length), 'a')).type).toMatch(/^(?:application|text)\//u)
  })
})

test('une taille se lit en unités usuelles', () => {
  expect([0, 1023, 1024, 157_286_400, 1.5 * 1024 ** 3].map(readableSize)).toEqual([
    '0 octets',
    '1\u202F023 octets',
    '1 Ko',
    '150 Mo',
    '1,5 Go',
  ])
})
