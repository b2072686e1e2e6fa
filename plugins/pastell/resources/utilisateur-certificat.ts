import { readCertificate } from '#core'
import type { Call } from '../call.ts'
import { badRequest } from '../http/errors.ts'

/** Far more than a certificate and its chain. */
const LARGEST = 100_000

const sent = async ({ given, services: { files } }: Call): Promise<string | undefined> => {
  const file = given.file('certificat')
  if (!file) return given.text('certificat') || undefined
  if (file.size > LARGEST) return ''
  const chunks: Buffer[] = []
  for await (const chunk of files.open(file)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

/**
 * The certificate that a call brings, PEM; `undefined` when it brings none.
 * @throws PastellError when it is not one
 */
export const certificateGiven = async (call: Call): Promise<string | undefined> => {
  const text = await sent(call)
  if (text === undefined) return undefined
  const certificate = readCertificate(text)
  if (!certificate) throw badRequest('Le certificat ne semble pas être valide')
  return certificate.toString()
}
