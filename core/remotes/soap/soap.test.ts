import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outgoingBody } from '../../connectors/http-client-body.ts'
import { at, parseXml } from '../../connectors/xml-element.ts'
import { bigFile, memoryGrowth } from '../../testing/conformance-files.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { soapBody, xmlText, type SoapTransport } from './envelope.ts'
import { faultIn, readSoap } from './read.ts'
import { SoapUnreadable } from './unreadable.ts'

let files: Awaited<ReturnType<typeof temporaryFiles>>
beforeAll(async () => void (files = await temporaryFiles()))
afterAll(() => files[Symbol.asyncDispose]())

const binaries = new Set(['fichier'])
const XML = 'text/xml; charset=utf-8'

/** A message that arrives in chunks of so many bytes. */
const read = (content: string | Uint8Array, type = XML, chunk = 7) => {
  const bytes = Buffer.from(content)
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, rank) =>
    bytes.subarray(rank * chunk, (rank + 1) * chunk),
  )
  return readSoap({ headers: { 'content-type': type }, stream: () => Readable.from(chunks) }, { files, binaries })
}
const envelope = (body: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`

const contentOf = async (message: Awaited<ReturnType<typeof read>>, name = 'fichier') => {
  const file = message.fileOf(at(message.body, name))
  return file && text(files.open(file))
}

describe('lecture', () => {
  test.each([1, 2, 3, 5, 64, 4096])(
    'par morceaux de %i octets, le fichier sort du base64 et le reste se lit',
    async chunk => {
      const base64 = Buffer.from('Délibération du 3 mai').toString('base64')
      const broken = base64.replace(/(.{5})/gu, '$1&#13;&#xA;\n')
      const message = await read(
        envelope(`<r><nom>été &amp; hiver</nom><fichier a=">"> ${broken} </fichier><fin>1</fin></r>`),
        XML,
        chunk,
      )
      expect(await contentOf(message)).toBe('Délibération du 3 mai')
      expect([at(message.body, 'nom')?.text, at(message.body, 'fin')?.text]).toEqual(['été & hiver', '1'])
    },
  )

  test('un élément vide ou nul ne donne pas de fichier', async () => {
    for (const empty of ['<fichier/>', '<fichier></fichier>', '<fichier>  \n </fichier>'])
      expect(await contentOf(await read(envelope(`<r>${empty}</r>`)))).toBeUndefined()
  })

  test('les pièces jointes MTOM arrivent telles quelles, même si elles contiennent presque la limite', async () => {
    const tricky = 'a\r\n--limit\r\n--LIMITE-pas-tout-à-fait\r\n\r\n'
    const body = [
      '--limite',
      'Content-Type: application/xop+xml; type="text/xml"',
      'Content-ID: <racine@x>',
      '',
      envelope(
        '<r><fichier><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:un%40x"/></fichier></r>',
      ),
      '--limite',
      'content-id: <un@x>',
      'Content-Type: application/pdf',
      '',
      tricky,
      '--limite--',
      '',
    ].join('\r\n')
    for (const chunk of [1, 3, 17, 5000]) {
      const type = 'multipart/related; type="application/xop+xml"; start="<racine@x>"; boundary=limite'
      expect(await contentOf(await read(body, type, chunk))).toBe(tricky)
    }
  })

  test('ce qui est coupé, ou qui n’est pas du SOAP, se reconnaît', async () => {
    const whole = envelope('<r><fichier>QUJD</fichier></r>')
    const cases = [whole.slice(0, 120), whole.slice(0, -4), '<html><body>Maintenance</body></html>', '', 'erreur']
    for (const wrong of cases) await expect(read(wrong), wrong).rejects.toBeInstanceOf(SoapUnreadable)
    const related = 'multipart/related; boundary=b'
    for (const wrong of ['', '--b\r\n', `--b\r\n\r\n${whole}`, `--b\r\n\r\n${whole.slice(0, 80)}\r\n--b--`])
      await expect(read(wrong, related), wrong).rejects.toBeInstanceOf(SoapUnreadable)
  })

  test('une pièce jointe annoncée qui manque se reconnaît', async () => {
    const include = '<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:absent"/>'
    const body = `--b\r\n\r\n${envelope(`<r><fichier>${include}</fichier></r>`)}\r\n--b--`
    await expect(read(body, 'multipart/related; boundary=b')).rejects.toThrow(/cid:absent is missing/u)
  })

  test('le jeu de caractères annoncé est suivi ; inconnu, il se reconnaît', async () => {
    const latin = Buffer.from(envelope('<r><nom>été</nom></r>'), 'latin1')
    expect(at((await read(latin, 'text/xml; charset=ISO-8859-1')).body, 'nom')?.text).toBe('été')
    await expect(read(latin, 'text/xml; charset="martien"')).rejects.toBeInstanceOf(SoapUnreadable)
  })

  test('une entité externe ne lit aucun fichier', async () => {
    const hostile = '<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    await expect(read(hostile + envelope('<r>&x;</r>').replace(/^<\?xml[^>]*>/u, ''))).rejects.toBeInstanceOf(
      SoapUnreadable,
    )
  })

  test('une faute se lit, quel que soit son préfixe', async () => {
    const fault = '<s:Fault><faultcode>s:Client</faultcode><faultstring>Schéma invalide</faultstring></s:Fault>'
    expect(faultIn(await read(envelope(fault)))).toEqual({ code: 'Client', reason: 'Schéma invalide' })
    expect(faultIn(await read(envelope('<r/>')))).toBeUndefined()
  })
})

describe('écriture', () => {
  const transports: readonly SoapTransport[] = ['inline', 'mtom']

  test.each(transports)('%s : la longueur annoncée est exacte, et le message se relit', async transport => {
    const file = await files.save('un contenu de 24 octets.', 'a.txt')
    const message = [
      `<r><nom>${xmlText('A & B < "C"\u0007 é')}</nom><fichier>`,
      { binary: file, type: 'text/plain' },
      '</fichier><autre>',
      { binary: Buffer.from('12345'), type: 'text/plain' },
      '</autre></r>',
    ]
    const body = outgoingBody(soapBody(message, transport), files)
    const sent = await buffer(body?.content as Readable)
    expect(body?.length).toBe(sent.length)
    const back = await read(sent, body?.type)
    expect(await contentOf(back)).toBe('un contenu de 24 octets.')
    expect(at(back.body, 'nom')?.text).toBe('A & B < "C" é')
  })

  test('le base64 en ligne est celui que tout le monde lit', async () => {
    const file = await files.save(Readable.from(['a', 'bc', 'de', 'f', 'ghij']), 'a.txt')
    const body = outgoingBody(soapBody(['<r>', { binary: file, type: 'text/plain' }, '</r>'], 'inline'), files)
    expect(at(parseXml(await text(body?.content as Readable)), 'Body', 'r')?.text).toBe(
      Buffer.from('abcdefghij').toString('base64'),
    )
  })

  test.each(transports)('%s : 60 Mo font l’aller et le retour sans entrer en mémoire', async transport => {
    const file = await bigFile(files, 'gros.pdf', 60)
    const body = outgoingBody(
      soapBody(['<r><fichier>', { binary: file, type: file.type }, '</fichier></r>'], transport),
      files,
    )
    const growth = await memoryGrowth(async () => {
      const message = await readSoap(
        { headers: { 'content-type': body?.type ?? '' }, stream: () => body?.content as Readable },
        { files, binaries },
      )
      expect(message.fileOf(at(message.body, 'fichier'))?.sha256).toBe(file.sha256)
    })
    expect(growth).toBeLessThan(100)
  })
})
