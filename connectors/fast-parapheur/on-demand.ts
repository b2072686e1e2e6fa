import { fastFailure, TemporaryError, type FileRef, type HttpClient, type SignatureSending } from '#core'
import type { OnDemandCircuit } from './circuits.ts'

interface Refusal {
  readonly errorCode?: unknown
  readonly userFriendlyMessage?: unknown
  readonly developerMessage?: unknown
}

const LONG = 600_000

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // [A] The identifier may come bare.
    return text
  }
}

const sentence = (...messages: readonly unknown[]): string =>
  messages.find((each): each is string => typeof each === 'string' && each.trim() !== '') ?? 'sans motif'

/** Sends a document with a circuit of its own (REST, reference §B.2). */
export const sendOnDemand = async (
  client: HttpClient,
  siren: string,
  sent: { readonly file: FileRef; readonly circuit: OnDemandCircuit; readonly mails: Readonly<Record<string, string>> },
): Promise<SignatureSending> => {
  const response = await client.request({
    method: 'POST',
    // The two slashes are those of FAST.
    path: `/parapheur-ws/rest/v1//documents/ondemand/${siren}/upload`,
    body: {
      parts: [
        { name: 'doc', file: sent.file },
        { name: 'circuit', value: JSON.stringify(sent.circuit) },
        ...Object.entries(sent.mails).map(([name, value]) => ({ name, value })),
      ],
    },
    timeout: LONG,
  })
  const text = (await response.text()).trim()
  const answer = parsed(text)
  if (typeof answer === 'object' && answer !== null && 'errorCode' in answer) {
    const { errorCode, userFriendlyMessage, developerMessage }: Refusal = answer
    return { is: 'refused', reason: sentence(userFriendlyMessage, developerMessage, errorCode) }
  }
  if (response.status !== 200 && response.status !== 201) throw fastFailure(response, true)
  const id = typeof answer === 'string' || typeof answer === 'number' ? String(answer) : ''
  if (/^[\w.-]{1,200}$/u.test(id)) return { is: 'sent', id }
  throw new TemporaryError(
    'FAST a répondu à l’envoi autre chose qu’un identifiant (page de maintenance ?). Cherchez le document sur FAST.',
    { maybeSent: true },
  )
}
