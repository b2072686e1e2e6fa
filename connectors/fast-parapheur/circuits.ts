import { ConfigurationError, type Choice, type FastCircuit, type SignatureFolder } from '#core'
import type { FastParapheurSettings } from './fields.ts'

/** A circuit that the folder brings with it (reference §B.2), as FAST reads it. */
export type OnDemandCircuit = Readonly<Record<string, unknown>>

export type Target =
  | { readonly is: 'circuit'; readonly id: string }
  | { readonly is: 'onDemand'; readonly circuit: OnDemandCircuit; readonly mails: Readonly<Record<string, string>> }
  | { readonly is: 'refused'; readonly reason: string }

const DESCRIBED = 'volee'
const PREFIX = 'volee:'
/** Metadata that go beside a circuit made on the fly; the names are those of FAST and of Pastell. */
const MAILS = ['email_destinataire', 'email_cc', 'agents'] as const

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isStep = (step: unknown): boolean =>
  isObject(step) &&
  typeof step['step'] === 'string' &&
  Array.isArray(step['members']) &&
  step['members'].length > 0 &&
  step['members'].every(member => typeof member === 'string' && member !== '')

const isCircuit = (value: unknown): value is OnDemandCircuit =>
  isObject(value) &&
  typeof value['type'] === 'string' &&
  Array.isArray(value['steps']) &&
  value['steps'].length > 0 &&
  value['steps'].every(isStep)

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    // Said as any other circuit that is not one.
    return undefined
  }
}

/** The circuits that the administrator has written, by name. @throws ConfigurationError when they cannot be read */
export const namedCircuits = (json: string | undefined): Readonly<Record<string, OnDemandCircuit>> => {
  if (!json?.trim()) return {}
  const read = parsed(json)
  const circuits = isObject(read) ? Object.entries(read) : []
  const wrong = circuits.find(([, circuit]) => !isCircuit(circuit))
  if (!isObject(read) || wrong)
    throw new ConfigurationError(
      `Les circuits à la volée des réglages ne sont pas lisibles${wrong ? ` (« ${wrong[0]} »)` : ''} : chacun compte un « type » et des « steps », chaque étape un « step » et des « members ».`,
    )
  return Object.fromEntries(circuits) as Readonly<Record<string, OnDemandCircuit>>
}

export const circuitChoices = (
  known: readonly FastCircuit[],
  { circuitsALaVolee, circuitLibre }: Pick<FastParapheurSettings, 'circuitsALaVolee' | 'circuitLibre'>,
): readonly Choice[] => [
  ...known.map(({ id, name }) => ({ value: id, label: name || id })),
  ...Object.keys(namedCircuits(circuitsALaVolee)).map(name => ({
    value: `${PREFIX}${name}`,
    label: `${name} (à la volée)`,
  })),
  ...(circuitLibre ? [{ value: DESCRIBED, label: 'À la volée, décrit dans les métadonnées' }] : []),
]

/** Where a folder goes. A circuit described by its metadata replaces the chosen one, as in Pastell. */
export const targetOf = async (
  { circuit, metadata = {} }: Pick<SignatureFolder, 'circuit' | 'metadata'>,
  settings: Pick<FastParapheurSettings, 'circuitsALaVolee'>,
  known: () => Promise<readonly FastCircuit[]>,
): Promise<Target> => {
  const mails = Object.fromEntries(MAILS.flatMap(name => (metadata[name] ? [[name, metadata[name]]] : [])))
  const described = metadata['circuit']
  if (described !== undefined) {
    const read = parsed(described)
    return isCircuit(read)
      ? { is: 'onDemand', circuit: read, mails }
      : {
          is: 'refused',
          reason:
            'Le circuit décrit dans les métadonnées n’est pas lisible : il compte un « type » et des « steps », chaque étape un « step » et des « members ».',
        }
  }
  if (circuit === DESCRIBED)
    return {
      is: 'refused',
      reason: 'Le circuit à la volée manque : joignez un fichier de métadonnées JSON qui contient « circuit ».',
    }
  if (circuit.startsWith(PREFIX)) {
    const name = circuit.slice(PREFIX.length)
    const found = Object.entries(namedCircuits(settings.circuitsALaVolee)).find(([each]) => each === name)?.[1]
    return found
      ? { is: 'onDemand', circuit: found, mails }
      : {
          is: 'refused',
          reason: `Le circuit à la volée « ${name} » n'est plus dans les réglages : choisissez-en un autre.`,
        }
  }
  if ((await known()).some(({ id }) => id === circuit)) return { is: 'circuit', id: circuit }
  return {
    is: 'refused',
    reason: `Le circuit « ${circuit} » n'existe pas (ou plus) dans FAST : choisissez-en un autre.`,
  }
}
