import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'
import { connectForTest } from './connect.ts'
import type { Faults } from './simulator.ts'

const ODT = 'application/vnd.oasis.opendocument.text'

const content = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body><office:text>${body}</office:text></office:body></office:document-content>`

const manifest = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="${ODT}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">${inside}</manifest:file-entry></manifest:manifest>`

const zipped = async (entries: Readonly<Record<string, string>>): Promise<Buffer> => {
  const zip = new ZipFile()
  zip.addBuffer(Buffer.from(ODT), 'mimetype', { compress: false })
  for (const [name, text] of Object.entries(entries)) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  return buffer(zip.outputStream)
}

/** A true document of a word processor. @param body what `office:text` contains */
export const sampleOdt = async (
  files: Files,
  name: string,
  body = '<text:p>Délibération n° 12</text:p>',
): Promise<FileRef> =>
  files.save(await zipped({ 'content.xml': content(body), 'META-INF/manifest.xml': manifest('') }), name)

/** The same, whose manifest says that a password is needed. */
export const protectedOdt = async (files: Files, name: string): Promise<FileRef> =>
  files.save(
    await zipped({
      'content.xml': 'chiffré',
      'META-INF/manifest.xml': manifest('<manifest:encryption-data manifest:checksum="x"/>'),
    }),
    name,
  )

/** A document cut in the middle. */
export const brokenOdt = async (files: Files, name: string): Promise<FileRef> => {
  const whole = await zipped({ 'content.xml': content('<text:p>x</text:p>'), 'META-INF/manifest.xml': manifest('') })
  return files.save(whole.subarray(0, Math.round(whole.length / 2)), name)
}

export interface ConversionUnderTest {
  /** Settings of an instance that converts. */
  readonly config: Readonly<Record<string, unknown>>
  /** Of the remote, when there is one. */
  readonly faults?: Faults
  close(): Promise<void>
}

/** What every connector that makes PDF owes the hub. */
export const conversionConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'conversion'>,
  start: () => Promise<ConversionUnderTest>,
): void => {
  const bench = async () => {
    const remote = await start()
    const connected = await connectForTest(definition, remote.config)
    return {
      ...connected,
      files: connected.context.files,
      convert: (file: FileRef) => connected.connector.conversion.toPdf(file),
      remote,
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await remote.close()
      },
    }
  }

  describe(`${name} tient le contrat des conversions`, () => {
    test('un document devient un PDF du même nom, et le refaire redonne un PDF', async () => {
      await using held = await bench()
      const { convert, files, connector } = held
      const source = await sampleOdt(files, 'Délibération 12.odt')
      expect(connector.conversion.accepts).toContain(source.type)
      for (const made of [await convert(source), await convert(source)]) {
        expect(made).toMatchObject({ name: 'Délibération 12.pdf', type: 'application/pdf' })
        expect((await buffer(files.open(made))).subarray(0, 5).toString()).toBe('%PDF-')
      }
    })

    test('un document protégé par un mot de passe est refusé par son nom, avec le remède', async () => {
      await using held = await bench()
      const { convert, files } = held
      const refused = convert(await protectedOdt(files, 'secret.odt'))
      await expect(refused).rejects.toThrow(PermanentError)
      await expect(refused).rejects.toThrow(/« secret\.odt » .*sans mot de passe/u)
    })

    test('un document abîmé est refusé par son nom', async () => {
      await using held = await bench()
      const { convert, files } = held
      const refused = convert({ ...(await brokenOdt(files, 'coupé.odt')), type: ODT })
      await expect(refused).rejects.toThrow(PermanentError)
      await expect(refused).rejects.toThrow('« coupé.odt »')
    })

    test('ce qui n’est pas un document bureautique est refusé sans essayer', async () => {
      await using held = await bench()
      const { convert, files } = held
      const refused = convert(await files.save('PK\u0005\u0006'.padEnd(22, '\0'), 'archive.zip'))
      await expect(refused).rejects.toThrow(PermanentError)
      await expect(refused).rejects.toThrow('« archive.zip »')
    })

    test('un contenu absent de l’entrepôt ne donne pas de PDF', async () => {
      await using held = await bench()
      const { convert } = held
      await expect(convert({ sha256: 'f'.repeat(64), name: 'perdu.odt', size: 3, type: ODT })).rejects.toThrow()
    })

    test('« Tester » convertit vraiment un document d’essai', async () => {
      await using held = await bench()
      const { connector } = held
      expect(await connector.check()).toMatch(/converti en PDF par .+/u)
    })

    test('une panne du convertisseur, s’il est distant, est passagère', async () => {
      await using held = await bench()
      const { convert, files, remote } = held
      if (!remote.faults) return
      const source = await sampleOdt(files, 'a.odt')
      for (const fault of [
        { kind: 'status', status: 503 },
        { kind: 'cutBefore' },
        { kind: 'cutAfter' },
        { kind: 'garbage' },
      ] as const) {
        remote.faults.plan(fault)
        await expect(convert(source), fault.kind).rejects.toThrow(TemporaryError)
      }
      expect((await convert(source)).type).toBe('application/pdf')
    })
  })
}
