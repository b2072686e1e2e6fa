import { createHash } from 'node:crypto'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { Faults, startSimServer, type SimResponse, type SimTls, type Simulator } from '#core/testing'
import { at, childrenOf, parseXml, type XmlElement } from '#core'
import { isProtectedContent } from './protection.ts'

export interface CloudoooSimulatorOptions {
  readonly port?: number
  /** Served over https. */
  readonly tls?: SimTls
}

export interface CloudoooSimulator extends Simulator {
  /** The next conversion gives a PDF cut in the middle. */
  breakNextPdf(): void
}

const KNOWN: ReadonlySet<string> = new Set('odt ods odp doc xls ppt docx xlsx pptx rtf txt'.split(' '))
const ZIPPED: ReadonlySet<string> = new Set('odt ods odp docx xlsx pptx'.split(' '))

const xml = (inside: string): SimResponse => ({
  headers: { 'content-type': 'text/xml' },
  body: `<?xml version='1.0'?>\n<methodResponse>\n${inside}\n</methodResponse>\n`,
})

const fault = (code: number, reason: string): SimResponse =>
  xml(
    `<fault><value><struct><member><name>faultCode</name><value><int>${code}</int></value></member><member><name>faultString</name><value><string>${reason}</string></value></member></struct></value></fault>`,
  )

const valueOf = (parameter: XmlElement): string => {
  const value = at(parameter, 'value')
  return value?.children[0]?.text ?? value?.text ?? ''
}

/** A zip that was cut has lost its directory, which comes last. */
const isWholeZip = (content: Buffer) => content.subarray(-200).includes(Buffer.from('504b0506', 'hex'))

const refusalOf = async (content: Buffer, extension: string, destination: string): Promise<string | undefined> => {
  if (destination !== 'pdf' || !KNOWN.has(extension))
    return `Trace (most recent call last):\nValueError: no filter from ${extension} to ${destination}`
  if (content.length === 0)
    return 'Trace (most recent call last):\nValueError: This format is not supported or is invalid'
  if (await isProtectedContent(content))
    return 'Trace (most recent call last):\nIOError: Failed to load document: password required'
  if (ZIPPED.has(extension) && !isWholeZip(content))
    return 'Trace (most recent call last):\nIOError: Failed to load document: source file could not be loaded'
  return undefined
}

/** One page that names what it was made of. */
const pdfOf = async (content: Buffer): Promise<Buffer> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const digest = createHash('sha256').update(content).digest('hex')
  pdf.addPage().drawText(`Converti de ${digest}`, { x: 40, y: 700, size: 10, font })
  return Buffer.from(await pdf.save())
}

/** A cloudooo server: XML-RPC, one method, its faults as Python writes them (`transformation-misc.md` §1). */
export const createSimulator = async ({ port = 0, tls }: CloudoooSimulatorOptions = {}): Promise<CloudoooSimulator> => {
  let conversions = 0
  let broken = false
  const server = await startSimServer({
    port,
    faults: new Faults(),
    ...(tls ? { tls } : {}),
    handler: async ({ method, body }) => {
      if (method !== 'POST') return { status: 501, body: `Unsupported method ('${method}')` }
      let call: XmlElement
      try {
        call = parseXml(body.toString())
      } catch {
        return { status: 400, body: 'not well-formed (invalid token)' }
      }
      const name = at(call, 'methodName')?.text
      if (name !== 'convertFile') return fault(8002, `method ${name ?? ''} not found`)
      const parameters = childrenOf(at(call, 'params'), 'param').map(valueOf)
      if (parameters.length < 3 || parameters.length > 5)
        return fault(8002, 'TypeError: convertFile() takes from 3 to 5 arguments')
      const [encoded = '', extension = '', destination = ''] = parameters
      const content = Buffer.from(encoded, 'base64')
      const refusal = await refusalOf(content, extension, destination)
      if (refusal !== undefined) return fault(8002, refusal)
      conversions += 1
      const pdf = await pdfOf(content)
      const given = broken ? pdf.subarray(0, pdf.length / 2) : pdf
      broken = false
      // Python breaks base64 into lines of 76 characters.
      const lines = given.toString('base64').replaceAll(/.{76}/gu, '$&\n')
      return xml(`<params>\n<param>\n<value><string>${lines}\n</string></value>\n</param>\n</params>`)
    },
  })
  const { hostname, port: listening } = new URL(server.url)
  return {
    url: server.url,
    config: { moteur: 'cloudooo', hote: hostname, port: Number(listening), chiffre: tls !== undefined },
    faults: server.faults,
    count: kind => (kind === 'conversion' ? conversions : 0),
    breakNextPdf: () => (broken = true),
    close: () => server.close(),
  }
}
