import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectContext } from '../authoring/connectors.ts'
import { choice, number, secretFile, text } from '../authoring/fields.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { FileRef } from '../authoring/values.ts'

/** What the stand-ins of remote systems have in common: what they are told to do badly. */
export const simulationFields = {
  panne: choice(
    'Panne simulée',
    {
      aucune: 'Aucune',
      passagere: 'Passagère : le hub réessaie',
      perdue: 'Réponse perdue : l’envoi a peut-être eu lieu',
      definitive: 'Définitive : le dossier s’arrête en erreur',
      reglages: 'Réglages refusés : le connecteur est suspendu',
    },
    { default: 'aucune', help: 'Appliquée à chaque appel, « Tester » compris, tant que le réglage reste là.' },
  ),
  lenteur: number('Lenteur, en secondes', {
    default: 0,
    min: 0,
    max: 60,
    help: 'Attente ajoutée à chaque appel.',
  }),
}

/** For the stand-ins whose answer comes later. */
export const laterFields = {
  attente: number('Interrogations avant la réponse', {
    default: 0,
    min: 0,
    max: 1000,
    help: 'Zéro : la réponse est là dès la première interrogation.',
  }),
  refus: text('Motif de refus', {
    help: 'Vide : tout est accepté. Rempli : tout est refusé, avec ce motif.',
  }),
}

/** A file that the administrator chose to have given back in place of the one of simulation. */
export const chosenFile = (label: string, otherwise: string) =>
  secretFile(label, { help: `Vide : ${otherwise}. Sinon ce fichier, tel quel, à chaque réponse.` })

/**
 * The file chosen by the administrator.
 * @param name that it is given under; its type is read from its content
 */
export const givenBack = async (
  { files }: Pick<ConnectContext<unknown>, 'files'>,
  content: Uint8Array | undefined,
  name: string,
): Promise<FileRef | undefined> => (content === undefined ? undefined : files.save(content, name))

type Faulty = Pick<ConnectContext<typeof simulationFields>, 'config'>
type Later = Pick<ConnectContext<typeof laterFields>, 'config' | 'memory'>

/**
 * Every call of a stand-in begins with it: slow, then broken, as its settings say.
 * @throws TemporaryError, PermanentError, ConfigurationError
 */
export const simulateTrouble = async ({ config: { panne, lenteur } }: Faulty): Promise<void> => {
  if (lenteur > 0) await pause(lenteur * 1000)
  const said = 'demandée par le réglage « Panne simulée » de ce connecteur de simulation'
  if (panne === 'passagere')
    throw new TemporaryError(`Panne passagère, ${said} : retirez-la pour que le dossier avance.`)
  if (panne === 'perdue')
    throw new TemporaryError(`Réponse perdue, ${said} : retirez-la pour que le doute soit levé.`, { maybeSent: true })
  if (panne === 'definitive')
    throw new PermanentError(`Panne définitive, ${said} : retirez-la, puis relancez le dossier.`)
  if (panne === 'reglages')
    throw new ConfigurationError(`Panne de réglages, ${said} : retirez-la, puis remettez le connecteur en service.`)
}

/** What `check` says of a stand-in. */
export const simulationCheck = async (context: Faulty): Promise<string> => {
  await simulateTrouble(context)
  return "Simulation prête : ce connecteur n'appelle personne et ne transmet rien."
}

/**
 * How a wait ends: each call is one poll of `what`.
 * @returns how many polls remain; nothing when the answer is there, and from then on
 */
export const pollsLeft = async ({ config, memory }: Later, what: string): Promise<number | undefined> => {
  const key = `interrogations:${what}`
  const done = (await memory.get<number>(key)) ?? 0
  if (done >= config.attente) return undefined
  await memory.set(key, done + 1)
  return config.attente - done
}
