import {
  ConfigurationError,
  TemporaryError,
  type FileRef,
  type Files,
  type Http,
  type HttpResponse,
  type Piece,
} from '#core'
import { extensionOf, pdfName, unconvertible } from './formats.ts'
import type { Converter } from './libreoffice.ts'
import { readFileAnswer, UnreadableAnswer, type RpcAnswer } from './xml-rpc.ts'

export interface CloudoooSettings {
  readonly hote: string
  readonly port: number
  readonly chiffre: boolean
  readonly autorite: Uint8Array | undefined
}

const TIMEOUT = 120_000
const LONGEST_REASON = 300

const parameter = (type: string, value: string) => `<param><value><${type}>${value}</${type}></value></param>`

/** `convertFile(content, from, 'pdf', zip = false, refresh = true)`. The content is streamed, in base64. */
const callOf = (file: FileRef, extension: string): readonly Piece[] => [
  '<?xml version="1.0"?>\n<methodCall><methodName>convertFile</methodName><params><param><value><string>',
  { file, encoding: 'base64' },
  `</string></value></param>${parameter('string', extension)}${parameter('string', 'pdf')}${parameter('boolean', '0')}${parameter('boolean', '1')}</params></methodCall>`,
]

/** The last line of a Python trace says what happened; the rest is for programmers. */
const shortened = (reason: string): string => (reason.trim().split('\n').at(-1) ?? '').slice(0, LONGEST_REASON)

const refused = ({ status }: HttpResponse): Error => {
  if (status === 401 || status === 403 || status === 404 || status === 405)
    return new ConfigurationError(
      `Le serveur cloudooo refuse la demande (réponse ${status}) : vérifiez son adresse et son port dans les réglages du connecteur.`,
    )
  return new TemporaryError(
    `Le serveur cloudooo est momentanément indisponible (réponse ${status}). Un nouvel essai aura lieu.`,
  )
}

/** A converter that asks a cloudooo server over XML-RPC (`transformation-misc.md` §1). */
export const createCloudooo = (http: Http, { hote, port, chiffre, autorite }: CloudoooSettings): Converter => {
  const host = hote.replace(/^https?:\/\//u, '').replace(/\/+$/u, '')
  const client = http.client({ baseUrl: `${chiffre ? 'https' : 'http'}://${host}:${port}`, tls: { ca: autorite } })

  const call = async (file: FileRef, files: Files): Promise<RpcAnswer> => {
    const response = await client.request({
      method: 'POST',
      path: '/',
      body: { pieces: callOf(file, extensionOf(file)), type: 'text/xml' },
      timeout: TIMEOUT,
    })
    if (response.status !== 200) throw refused(response)
    try {
      return await readFileAnswer(response.stream(), files, pdfName(file))
    } catch (cause) {
      if (!(cause instanceof UnreadableAnswer)) throw cause
      throw new TemporaryError(
        "Le serveur cloudooo a répondu autre chose que de l'XML-RPC : un nouvel essai aura lieu. Si cela dure, vérifiez son adresse dans les réglages du connecteur.",
        { cause },
      )
    }
  }

  return {
    version: async () => `le serveur cloudooo ${host}:${port}`,
    async toPdf(file, files) {
      const answer = await call(file, files)
      if (answer.is === 'file') return answer.file
      throw unconvertible(
        file,
        answer.is === 'empty' ? 'cloudooo a rendu une réponse vide' : `cloudooo répond « ${shortened(answer.reason)} »`,
      )
    },
  }
}
