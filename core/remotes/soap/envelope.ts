import { randomUUID } from 'node:crypto'
import type { FileRef } from '../../authoring/values.ts'
import type { HttpRequest, Piece } from '../../connectors/http.ts'

/** `inline`: binaries in base64 in the envelope. `mtom`: beside it, as they are (XOP, multipart/related). */
export type SoapTransport = 'inline' | 'mtom'

/** The content of an element of type `base64Binary`. */
export interface SoapBinary {
  readonly binary: FileRef | Uint8Array
  readonly type: string
}

/** A stretch of the body of an envelope: well-formed XML when put end to end, binaries in the place of their text. */
export type SoapPart = string | SoapBinary

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const OPENING = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Body>`
const CLOSING = '</soapenv:Body></soapenv:Envelope>'

const ESCAPED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A text as XML holds it, in an element or in an attribute. Control characters are dropped: XML has no word for them. */
export const xmlText = (value: string): string =>
  value
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '')
    .replace(/[&<>"]/gu, character => ESCAPED[character] ?? character)

const inline = ({ binary }: SoapBinary): Piece =>
  binary instanceof Uint8Array ? Buffer.from(binary).toString('base64') : { file: binary, encoding: 'base64' }

/** Writes an envelope (SOAP 1.1) as a body of the hub's HTTP client: files are streamed from the store, never held. */
export const soapBody = (
  message: readonly SoapPart[],
  transport: SoapTransport,
): Extract<HttpRequest['body'], { pieces: unknown }> => {
  if (transport === 'inline')
    return {
      type: 'text/xml; charset=UTF-8',
      pieces: [OPENING, ...message.map(part => (typeof part === 'string' ? part : inline(part))), CLOSING],
    }
  const boundary = `passeur-${randomUUID()}`
  const root = `racine-${randomUUID()}@passeur`
  const head = (id: string, type: string) =>
    `--${boundary}\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${id}>\r\n\r\n`
  const named = message.map((part, rank) =>
    typeof part === 'string' ? { text: part } : { ...part, id: `${rank}-${randomUUID()}@passeur` },
  )
  const include = (id: string) =>
    `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:${encodeURIComponent(id)}"/>`
  const envelope = named.map(part => ('text' in part ? part.text : include(part.id))).join('')
  return {
    type: `multipart/related; type="application/xop+xml"; start="<${root}>"; start-info="text/xml"; boundary="${boundary}"`,
    pieces: [
      head(root, 'application/xop+xml; charset=UTF-8; type="text/xml"'),
      OPENING + envelope + CLOSING,
      ...named.flatMap((part): readonly Piece[] =>
        'text' in part
          ? []
          : [
              `\r\n${head(part.id, part.type)}`,
              part.binary instanceof Uint8Array ? part.binary : { file: part.binary },
            ],
      ),
      `\r\n--${boundary}--\r\n`,
    ],
  }
}
