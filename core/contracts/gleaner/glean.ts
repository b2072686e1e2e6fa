import type { ConnectContext, Inbox } from '../../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { Volume, VolumeEntry } from '../../volumes/volume.ts'
import { claimOf, entriesOf, identityOf, known, putAway, remember, take, type Claim, type Fate } from './claim.ts'
import type { GleanerOptions } from './fields.ts'
import { stability, waitingIn, type Item } from './items.ts'
import { linesOf, matchFiles } from './patterns.ts'
import { formOfSettings, holdsSeveral, readItem } from './read.ts'
import { Tally } from './tally.ts'

export interface GleanContext extends Pick<ConnectContext<object>, 'files' | 'memory' | 'log'> {
  readonly volume: Volume
  readonly options: GleanerOptions
  readonly inbox: Inbox
}

/** Failures in a row after which the remote, rather than the item, is in trouble. */
const ENOUGH_FAILURES = 2

/** Reads an item that is ours, commits its document, says what becomes of it. */
const importOne = async (claim: Claim, context: GleanContext): Promise<Fate> => {
  const { options, inbox, volume } = context
  const { repertoire } = options
  try {
    const { form, values, digest } = await readItem(entriesOf(claim), `${repertoire}/${claim.work}`, context)
    const names = claim.entries.map(({ name }) => `« ${name} »`).join(', ')
    const is = await inbox.deliver({
      flow: form.id,
      externalId: identityOf(claim, digest, options),
      values,
      message: `Relevé de ${names} dans ${volume.location(repertoire)}.`,
      then: { whenValid: options.actionOk, whenInvalid: options.actionKo, evenIfInvalid: options.forcer },
    })
    return { is }
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    return { is: 'refused', reason: error.message }
  }
}

/** Takes an item through: claim, import, put away. Each stage is remembered, so that a crash anywhere is resumed where it happened. */
const handle = async (claim: Claim, context: GleanContext, tally: Tally): Promise<void> => {
  const taken = await take(claim, context)
  if (taken !== 'taken') {
    if (taken === 'growing') tally.growing += 1
    return
  }
  const fate = claim.fate ?? (await importOne(claim, context))
  const settled = { ...claim, fate }
  if (!claim.fate) await remember(settled, context.memory)
  await putAway(settled, context)
  tally.done(claim.entries[0]?.name ?? '', fate)
}

/** The loose files, brought together by the lines of the settings; a set begins with a file of the first line. */
const sets = async (
  waiting: readonly VolumeEntry[],
  context: GleanContext,
): Promise<{ readonly items: readonly Item[]; readonly rest: readonly VolumeEntry[] }> => {
  const lines = linesOf(context.options.correspondances, 'Correspondances entre fichiers et champs')
  const several = holdsSeveral(await formOfSettings(context))
  const byName = new Map(waiting.filter(({ kind }) => kind === 'file').map(entry => [entry.name, entry]))
  const items: Item[] = []
  let names: readonly string[] = [...byName.keys()]
  while (items.length < context.options.parReleve) {
    const { files, groups, rest } = matchFiles(lines, names, several)
    if ((groups[0]?.length ?? 0) === 0) break
    items.push({ entries: [...files.values()].flat().flatMap(name => byName.get(name) ?? []) })
    names = rest
  }
  return { items, rest: names.flatMap(name => byName.get(name) ?? []) }
}

const itemsOf = async (waiting: readonly VolumeEntry[], context: GleanContext) =>
  context.options.forme === 'vrac'
    ? sets(waiting, context)
    : { items: waiting.map((entry): Item => ({ entries: [entry] })), rest: [] }

/** One item that fails for a passing reason does not hold the others; two in a row mean that the remote is in trouble. */
const each = async <T>(
  things: readonly T[],
  run: (thing: T) => Promise<void>,
  { log }: GleanContext,
  tally: Tally,
): Promise<void> => {
  let inARow = 0
  for (const thing of things) {
    try {
      await run(thing)
      inARow = 0
    } catch (error) {
      if (error instanceof ConfigurationError) throw error
      if (!(error instanceof TemporaryError)) log.error({ err: error }, 'an item could not be gleaned')
      tally.failures.push(error instanceof Error ? error : new Error(String(error)))
      inARow += 1
      if (inARow >= ENOUGH_FAILURES) return
    }
  }
}

const resume = async (work: string, context: GleanContext, tally: Tally): Promise<void> => {
  const { volume, memory, options } = context
  const claim = await known(work, memory)
  if (claim) return handle(claim, context, tally)
  // A record goes before its folder. With something in it, the folder is that of another instance or another platform.
  const path = `${options.repertoire}/${work}`
  if ((await volume.list(path)).length === 0) await volume.remove(path)
  else tally.foreign += 1
}

/**
 * One run: first what a crash left unfinished, then the oldest items that have stopped changing, each committed on its own.
 * @returns the sentence for the administrator
 * @throws ConfigurationError when the settings are at fault, TemporaryError saying what was done when something could not be
 */
export const glean = async (context: GleanContext): Promise<string> => {
  const { volume, memory, options } = context
  const tally = new Tally()
  const before = await waitingIn(volume, options.repertoire)
  await each(before.interrupted, work => resume(work, context, tally), context, tally)
  const { waiting } = before.interrupted.length > 0 ? await waitingIn(volume, options.repertoire) : before
  const { items, rest } = await itemsOf(waiting, context)
  const isStable = options.attendreStable ? await stability(volume, options.repertoire, waiting, memory) : () => true
  const ready = items.filter(({ entries }) => entries.every(isStable))
  tally.growing = items.length - ready.length
  tally.unmatched = rest.length
  tally.later = Math.max(0, ready.length - options.parReleve)
  if (tally.failures.length === 0)
    await each(ready.slice(0, options.parReleve), item => handle(claimOf(item), context, tally), context, tally)
  const [failure] = tally.failures
  if (failure === undefined) return tally.sentence()
  throw new TemporaryError(`${tally.sentence()} La relève s'est interrompue et reprendra : ${failure.message}`, {
    cause: failure,
  })
}

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? `« ${value} »`
    : (Array.isArray(value) ? (value as readonly { readonly name: string }[]) : []).map(({ name }) => name).join(', ')

/** Says what the oldest item would become, without touching it nor creating anything. */
export const rehearse = async (context: GleanContext): Promise<string> => {
  const { volume, options } = context
  const { waiting } = await waitingIn(volume, options.repertoire)
  const { items } = await itemsOf(waiting, context)
  const [item] = items
  const name = item?.entries[0]?.name
  if (!item || name === undefined)
    return `Rien à essayer : déposez un exemple dans « ${volume.location(options.repertoire)} », puis recommencez.`
  try {
    const { form, values } = await readItem(item.entries, options.repertoire, context)
    const lines = Object.entries(values).map(([field, value]) => `${field} : ${shown(value)}`)
    return `« ${name} » créerait un dossier « ${form.label} » avec ${lines.join(' ; ') || 'aucune valeur'}. Rien n'a été importé.`
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    return `« ${name} » serait mis en erreur : ${error.message} Rien n'a été déplacé.`
  }
}
