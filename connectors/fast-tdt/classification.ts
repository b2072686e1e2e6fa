import {
  ConfigurationError,
  readActesClassification,
  TemporaryError,
  type ActesClassification,
  type Memory,
} from '#core'
import type { ActesDepot } from './depot.ts'

/** As the instance keeps it: the message that won, and every one that was looked at. */
interface Kept extends ActesClassification {
  readonly file: string
  readonly seen: readonly string[]
}

const KEY = 'classification'

export const classificationsIn = (names: readonly string[], { authority }: Pick<ActesDepot, 'authority'>) =>
  names.filter(name => name.startsWith(`${authority.department}-${authority.siren}-`) && /-7-2_\d+\.xml$/u.test(name))

const read = async (depot: ActesDepot, name: string): Promise<ActesClassification> => {
  const bytes = await depot.message(await depot.fetch(name, name))
  try {
    return readActesClassification(bytes)
  } catch (cause) {
    throw new TemporaryError(
      `La classification « ${name} » déposée par FAST est illisible. Un nouvel essai aura lieu.`,
      {
        cause,
      },
    )
  }
}

/**
 * The latest classification among those laid in the folder and the one kept: new files are read, once.
 * @throws ConfigurationError when there has never been any
 */
export const currentClassification = async (
  depot: ActesDepot,
  memory: Memory,
  names: readonly string[],
): Promise<Kept> => {
  const kept = await memory.get<Kept>(KEY)
  const present = classificationsIn(names, depot)
  let best: (ActesClassification & { readonly file: string }) | undefined = kept
  for (const name of present.filter(each => !kept?.seen.includes(each))) {
    const found = await read(depot, name)
    if (!best || found.date >= best.date) best = { ...found, file: name }
  }
  if (!best)
    throw new ConfigurationError(
      "FAST n'a encore déposé aucune classification : demandez à Docaposte celle de votre préfecture, puis lancez « Actualiser la classification ».",
    )
  const { date, matters, types, file } = best
  const current: Kept = { date, matters, types, file, seen: present }
  if (kept?.file !== file || kept.seen.join() !== present.join()) await memory.set(KEY, current)
  return current
}

/** The one kept; the very first time, the one of the folder. */
export const keptClassification = async (depot: ActesDepot, memory: Memory): Promise<ActesClassification> =>
  (await memory.get<Kept>(KEY)) ?? currentClassification(depot, memory, await depot.names())
