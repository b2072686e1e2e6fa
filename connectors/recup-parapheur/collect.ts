import {
  ConfigurationError,
  PermanentError,
  unpackParapheurArchive,
  type ConnectContext,
  type Inbox,
  type ParapheurNamed,
} from '#core'
import { recupApi, type RecupApi, type Shelf } from './client.ts'
import type { recupFields, RecupSettings } from './fields.ts'
import { fieldsFrom, readFolder, valuesOf } from './folder.ts'

/** How long a folder that cannot be read is left alone, so that it does not take the turn of the others. */
const PATIENCE = 6 * 3_600_000
const FAULTY = 'dossiers fautifs'

type Faulty = Readonly<Record<string, string>>
type Candidate = ParapheurNamed & { readonly shelf: Shelf }

export const shelvesOf = ({ source }: Pick<RecupSettings, 'source'>): readonly Shelf[] =>
  source === 'tout' ? ['desk', 'bin'] : [source === 'corbeille' ? 'bin' : 'desk']

/** Folders to collect now. They are listed before any is deleted: a deletion would shift the pages. */
const candidates = async (
  api: RecupApi,
  settings: RecupSettings,
  isFaulty: (id: string) => boolean,
): Promise<readonly Candidate[]> => {
  const found: Candidate[] = []
  for (const shelf of shelvesOf(settings))
    for await (const { id, name } of api.waiting(shelf)) {
      if (found.length === settings.nombre) return found
      if (!isFaulty(id)) found.push({ id, name, shelf })
    }
  return found
}

/**
 * Collects finished folders, each on its own: fetched, delivered, committed, and only then removed from the parapheur. A folder already
 * delivered (the process died before removing it) is only removed. What is wrong with one does not stop the others.
 */
export const collect = async ({
  config,
  http,
  clock,
  files,
  memory,
  log,
  inbox,
}: ConnectContext<typeof recupFields> & { readonly inbox: Inbox }): Promise<string> => {
  const api = recupApi(http, clock, config)
  const fields = fieldsFrom(config.correspondances)
  if (!(await inbox.form(config.flux)))
    throw new ConfigurationError(
      `Le flux « ${config.flux} » n'est pas installé ici : rien n'a été récupéré. Indiquez un autre flux dans les réglages du connecteur.`,
    )
  const now = clock.now()
  const kept = Object.entries((await memory.get<Faulty>(FAULTY)) ?? {})
  const faulty = new Map(kept.filter(([, until]) => new Date(until) > now))

  const collectOne = async ({ id, name, shelf }: Candidate): Promise<'created' | 'known' | 'gone'> => {
    const archive = await api.zip(shelf, id)
    if (!archive) return 'gone'
    const folder = await readFolder(await unpackParapheurArchive(archive, files), { id, name }, files)
    const delivered = await inbox.deliver({
      flow: config.flux,
      externalId: `${config.tenant}/${id}`,
      values: valuesOf(folder, fields),
      message: `Dossier « ${name} » récupéré dans ${shelf === 'bin' ? 'la corbeille du' : 'le'} i-Parapheur (${id})`,
      then: { whenValid: config.actionOk },
    })
    const waits = folder.premis.events.find(({ task, at }) => task !== '' && at === '')
    if (shelf === 'desk' && config.ensuite === 'corbeille' && waits) await api.sendToBin(id, waits.task)
    else await api.remove(shelf, id)
    return delivered
  }

  const tally = { created: 0, known: 0, gone: 0 }
  const troubles: string[] = []
  for (const candidate of await candidates(api, config, id => faulty.has(id))) {
    try {
      tally[await collectOne(candidate)] += 1
    } catch (error) {
      // The parapheur or the settings are at fault, not this folder: the next ones would fail alike.
      if (!(error instanceof PermanentError)) throw error
      faulty.set(candidate.id, new Date(now.getTime() + PATIENCE).toISOString())
      await memory.set(FAULTY, Object.fromEntries(faulty))
      log.warn({ folder: candidate.id, err: error }, 'a finished folder could not be collected')
      troubles.push(`« ${candidate.name} » (${candidate.id}) : ${error.message}`)
    }
  }
  if (kept.length > 0 && faulty.size === 0) await memory.set(FAULTY, undefined)
  return sentence(tally, troubles, faulty.size - troubles.length)
}

const sentence = (
  { created, known }: { readonly created: number; readonly known: number },
  troubles: readonly string[],
  leftAlone: number,
): string =>
  [
    created === 0 ? 'Aucun nouveau dossier' : `${created} dossier(s) récupéré(s)`,
    ...(known === 0 ? [] : [`${known} déjà là, retiré(s) du parapheur`]),
    ...(troubles.length === 0 ? [] : [`${troubles.length} laissé(s) au parapheur : ${troubles.join(' ; ')}`]),
    ...(leftAlone === 0 ? [] : [`${leftAlone} dossier(s) fautif(s) d'une relève précédente laissé(s) de côté`]),
  ]
    .join(', ')
    .concat('.')

/** Names of what waits, oldest first. @throws what the parapheur answers */
export const waitingNames = async (api: RecupApi, settings: RecupSettings): Promise<readonly string[]> => {
  const names: string[] = []
  for (const shelf of shelvesOf(settings)) for await (const { name } of api.waiting(shelf)) names.push(name)
  return names
}
