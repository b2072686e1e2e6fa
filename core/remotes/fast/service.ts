import type { Memory } from '../../authoring/connectors.ts'
import type { Files } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import type { HttpClient, HttpResponse } from '../../connectors/http.ts'
import { childrenOf, parseXml, type XmlElement } from '../../connectors/xml-element.ts'
import { soapBody, type SoapPart, type SoapTransport } from '../soap/envelope.ts'
import { faultIn, readSoap, type SoapMessage } from '../soap/read.ts'
import { SoapUnreadable } from '../soap/unreadable.ts'
import { askedAgain, fastFailure } from './client.ts'

/** Elements of the answers that hold a file. */
const BINARIES: ReadonlySet<string> = new Set(['content'])
/** Without a byte: a large file is checked before it is answered for. */
const LONG = 600_000
const SHORT = 60_000

export type FastAnswer =
  | { readonly is: 'answer'; readonly body: XmlElement; fileOf(element: XmlElement | undefined): FileRef | undefined }
  /** A fault of the server: what it means is for whoever asked. */
  | { readonly is: 'fault'; readonly reason: string }

export interface FastServiceOptions {
  /** Path of the service below the address of the client. */
  readonly path: string
  /** Namespace of the operations; read in the description of the service when left out. */
  readonly namespace?: string | undefined
  readonly transport?: SoapTransport | undefined
}

/** A SOAP service of FAST (reference §A and §B). */
export interface FastService {
  /** Reads the description of the service. @returns the namespace of its operations */
  describe(): Promise<string>
  /** A question: whatever happens, nothing was sent. */
  ask(operation: string, parts: readonly SoapPart[]): Promise<FastAnswer>
  /** A request with an effect. @throws TemporaryError `maybeSent` whenever it may have taken place */
  tell(operation: string, parts: readonly SoapPart[]): Promise<FastAnswer>
}

const withoutDoubt = (error: unknown): unknown =>
  error instanceof TemporaryError && error.maybeSent ? new TemporaryError(error.message, { cause: error }) : error

/** The operations may be described in a second document, under the namespace of the interface. */
const namespaceIn = (wsdl: string): string | undefined => {
  const root = parseXml(wsdl)
  if (root.name !== 'definitions') throw new Error(`unexpected root ${root.name}`)
  const imported = childrenOf(root, 'import').map(({ attributes }) => attributes['namespace'])
  return imported.find(each => each) ?? root.attributes['targetNamespace']
}

export const fastService = (
  client: HttpClient,
  { files, memory }: { readonly files: Files; readonly memory: Memory },
  { path, namespace, transport = 'inline' }: FastServiceOptions,
): FastService => {
  const key = `espaceDeNoms${path}`

  const describe = async (): Promise<string> => {
    const response = await client.request({ path: `${path}?wsdl` })
    if (response.status !== 200) throw fastFailure(response, false)
    const wsdl = await response.text()
    try {
      const found = namespace ?? namespaceIn(wsdl)
      if (!found) throw new Error('no namespace')
      await memory.set(key, found)
      return found
    } catch (cause) {
      throw new TemporaryError(
        'FAST a répondu autre chose que la description de son service (page de maintenance ?). Un nouvel essai aura lieu.',
        { cause },
      )
    }
  }

  const read = async (response: HttpResponse, maybeSent: boolean): Promise<SoapMessage> => {
    try {
      return await readSoap(response, { files, binaries: BINARIES })
    } catch (cause) {
      if (!(cause instanceof SoapUnreadable)) throw cause
      if (response.status !== 200) throw fastFailure(response, maybeSent)
      throw new TemporaryError(
        'FAST a répondu autre chose que ce qui était attendu (page de maintenance ?). Un nouvel essai aura lieu.',
        { maybeSent, cause },
      )
    }
  }

  const call = async (
    operation: string,
    parts: readonly SoapPart[],
    { maybeSent, timeout }: { readonly maybeSent: boolean; readonly timeout: number },
  ): Promise<FastAnswer> => {
    const known = namespace ?? (await memory.get<string>(key)) ?? (await describe())
    const opening = `<ns:${operation} xmlns:ns="${known.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">`
    const response = await client.request({
      method: 'POST',
      path,
      headers: { soapaction: '""', accept: 'text/xml, multipart/related' },
      body: soapBody([opening, ...parts, `</ns:${operation}>`], transport),
      timeout,
    })
    if (response.status >= 300 && response.status < 500) throw fastFailure(response, maybeSent)
    const message = await read(response, maybeSent)
    const fault = faultIn(message)
    if (fault && /^(?:Client|Sender)/u.test(fault.code)) {
      // Perhaps a new version of the service: its description is read again next time.
      await memory.set(key, undefined)
      throw new PermanentError(
        `FAST ne comprend pas la demande (${operation}) : ${fault.reason || 'sans motif'}. Testez le connecteur, puis prévenez le support.`,
      )
    }
    if (fault) return { is: 'fault', reason: fault.reason || 'sans motif' }
    if (response.status >= 500) throw fastFailure(response, maybeSent)
    return { is: 'answer', body: message.body, fileOf: element => message.fileOf(element) }
  }

  return {
    describe,
    ask: async (operation, parts) => {
      try {
        const timeout = operation === 'download' ? LONG : SHORT
        return await askedAgain(() => call(operation, parts, { maybeSent: false, timeout }))
      } catch (error) {
        throw withoutDoubt(error)
      }
    },
    tell: (operation, parts) => call(operation, parts, { maybeSent: true, timeout: LONG }),
  }
}
