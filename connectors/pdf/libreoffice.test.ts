import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { conversionConformance, sampleOdt } from '#core/conformance'
import { temporaryFiles } from '#core/testing'
import pdf from './index.ts'
import { createOffice, findOffice } from './libreoffice.ts'

const isInstalled = (): boolean => {
  try {
    findOffice()
    return true
  } catch {
    return false
  }
}
const missing = !isInstalled()
const why = missing ? ' (LibreOffice absent : apt-get install libreoffice-writer-nogui)' : ''

describe.skipIf(missing)(`avec le vrai LibreOffice${why}`, () => {
  conversionConformance('LibreOffice', pdf, async () => ({ config: { moteur: 'libreoffice' }, close: async () => {} }))

  test('un document ne peut inclure ni un fichier de la machine, ni une adresse du réseau', async () => {
    await using files = await temporaryFiles()
    const called: string[] = []
    const server = createServer((request, response) => {
      called.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const image = (href: string) =>
      `<text:p><draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:href="${href}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>`
    // A true image, of one pixel.
    const pixel = join(files.folder, 'pixel.png')
    const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
    await writeFile(pixel, Buffer.from(png, 'base64'))
    const links = [`file://${pixel}`, `http://127.0.0.1:${(server.address() as AddressInfo).port}/image.png`]
    const source = await sampleOdt(files, 'liens.odt', links.map(image).join(''))
    const made = await createOffice().toPdf(source, files)
    expect((await buffer(files.open(made))).includes('/Image')).toBe(false)
    expect(called).toEqual([])
    await new Promise(resolve => server.close(resolve))
  })

  test('« Tester » donne la version', async () => {
    expect(await createOffice().version()).toMatch(/^LibreOffice \d/u)
  })
})

describe('LibreOffice qui se passe mal', () => {
  const leftovers = async () => (await readdir(tmpdir())).filter(name => name.startsWith('passeur-pdf-'))

  /** A program that behaves badly, in the place of LibreOffice. */
  const converted = async (script: string, timeout?: number) => {
    await using files = await temporaryFiles()
    const program = join(files.folder, 'soffice')
    await writeFile(program, `#!/bin/sh\n${script}\n`)
    await chmod(program, 0o755)
    const source = await sampleOdt(files, 'a.odt')
    return await createOffice({ program, ...(timeout === undefined ? {} : { timeout }) }).toPdf(source, files)
  }

  test('trop long, il est arrêté avec ses enfants et le document refusé', async () => {
    const marker = `${60 + Math.random()}`
    const late = converted(`sleep ${marker} & sleep ${marker}; wait`, 300)
    await expect(late).rejects.toThrow(PermanentError)
    await expect(late).rejects.toThrow("« a.odt » n'a pas pu être converti en PDF : LibreOffice n'a pas fini")
    const processes = await Promise.all(
      (await readdir('/proc'))
        .filter(name => /^\d+$/u.test(name))
        .map(async pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    )
    expect(processes.filter(command => command.includes(marker))).toEqual([])
  })

  test('tué par le système, un nouvel essai aura lieu', async () => {
    await expect(converted('kill -9 $$')).rejects.toThrow(TemporaryError)
  })

  test('sans résultat, le document est refusé ; absent de la machine, le réglage est en cause', async () => {
    await expect(converted('exit 0')).rejects.toThrow(PermanentError)
    await using files = await temporaryFiles()
    const absent = createOffice({ program: join(files.folder, 'soffice') })
    await expect(absent.version()).rejects.toThrow(ConfigurationError)
    await expect(absent.version()).rejects.toThrow('libreoffice-writer-nogui')
  })

  test('rien ne reste dans les dossiers temporaires', async () => {
    const before = await leftovers()
    await expect(converted('touch reste; exit 1')).rejects.toThrow(PermanentError)
    // Other tests of the machine may be converting: only what this one made must be gone.
    expect((await leftovers()).filter(name => !before.includes(name))).toEqual([])
  })
})
