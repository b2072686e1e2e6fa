import { ConfigurationError, frenchDay, type ClientCertificate, type Memory } from '#core'
import { keptClassification } from './classification.ts'
import type { S2lowWire } from './wire.ts'

interface Connection {
  readonly user_info?: Readonly<Record<string, unknown>>
  readonly authority_info?: Readonly<Record<string, unknown>>
}

const DAY = 86_400_000
const WARN_BEFORE = 60

const named = (facts: Readonly<Record<string, unknown>> | undefined, ...keys: readonly string[]): string =>
  keys
    .map(key => facts?.[key])
    .filter(value => typeof value === 'string' && value !== '')
    .join(' ') || 'inconnu'

/** An account that only serves accounting flows has no classification, and needs none. */
const classificationSentence = async (wire: S2lowWire, memory: Memory): Promise<string> => {
  try {
    return `classification du ${(await keptClassification(wire, memory)).date}`
  } catch (error) {
    if (error instanceof ConfigurationError)
      return `pas de classification, donc aucun acte ne peut partir (${error.message.replace(/\.$/u, '')})`
    throw error
  }
}

/** Asks S²LOW who we are, without any effect there, and says it in one sentence. */
export const accountSentence = async (
  wire: S2lowWire,
  { notAfter }: ClientCertificate,
  { now, memory }: { readonly now: Date; readonly memory: Memory },
): Promise<string> => {
  const connection = await wire.ask('/api/test-connexion.php')
  if (connection.is === 'ko') throw new ConfigurationError(`S²LOW refuse la connexion : ${connection.reason}`)
  const { user_info: user, authority_info: authority } = await wire.json<Connection>('/api/info-connexion.php')
  const rgs = await wire.ask('/api/test-rgs.php')
  const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY)
  return [
    `Connecté à S²LOW pour « ${named(authority, 'name')} » (compte ${named(user, 'givenname', 'name')})`,
    rgs.is === 'ok' ? 'certificat RGS reconnu' : 'certificat non RGS : la télétransmission sera refusée',
    `valable jusqu'au ${frenchDay(notAfter)}${daysLeft < WARN_BEFORE ? ` (${daysLeft} jours, à renouveler)` : ''}`,
    await classificationSentence(wire, memory),
  ]
    .join(', ')
    .concat('.')
}
