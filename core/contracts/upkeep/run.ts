import type { Memory } from '../../authoring/connectors.ts'
import type { Clock } from '../../authoring/context.ts'
import type { Desk, DocumentCriteria, SelectedDocument, Reports, Treated, Treatment } from '../../authoring/desk.ts'
import { frenchDay, localDay } from '../../authoring/days.ts'
import { csv } from './csv.ts'

export interface Pass {
  readonly criteria: DocumentCriteria
  readonly treatment: Treatment
  /** Documents treated at most. */
  readonly most: number
  /** Name of the report, without its date. */
  readonly name: string
}

interface Place {
  readonly of: string
  readonly after: string
}

interface Line {
  readonly document: SelectedDocument
  readonly treated: Treated
}

/** Rows looked at in one pass: refused documents do not count among those treated, and must not make a pass endless. */
const MOST_EXAMINED = 20_000
const PLACE = 'reprise'

/** Values first, then the action; what a refused action leaves behind is said with it. */
const treat = async (documents: Desk, document: SelectedDocument, { values, action }: Treatment): Promise<Treated> => {
  const changed: Treated =
    Object.keys(values).length > 0 ? await documents.change(document, values) : { is: 'unchanged', document }
  if (changed.is === 'refused' || action === undefined) return changed
  const acted = await documents.act(changed.document, action)
  return acted.is === 'refused' && changed.is === 'done'
    ? { is: 'refused', reason: `Valeurs modifiées, mais l'action n'a pas été faite. ${acted.reason}` }
    : acted
}

const walk = async (
  { documents, after: start }: { readonly documents: Desk; readonly after: string | undefined },
  { criteria, most }: Pass,
  work: (document: SelectedDocument) => Promise<Treated>,
  reached: (after: string | undefined) => Promise<void>,
): Promise<{ readonly lines: readonly Line[]; readonly ended: boolean }> => {
  const lines: Line[] = []
  let [after, done, examined] = [start, 0, 0]
  do {
    const page = await documents.find(criteria, { after, most: most - done })
    for (const document of page.items) {
      const treated = await work(document)
      lines.push({ document, treated })
      if (treated.is === 'done') done += 1
    }
    after = page.next
    examined += page.examined
    // After the documents: a pass that is cut does the last page again, where what is done is refused or unchanged.
    await reached(after)
  } while (after !== undefined && done < most && examined < MOST_EXAMINED)
  return { lines, ended: after === undefined }
}

const resultOf = (treated: Treated, words: Words): string =>
  treated.is === 'refused' ? `Refusé : ${treated.reason}` : treated.is === 'done' ? words.done : 'Déjà à jour'

interface Words {
  readonly done: string
  readonly total: (count: number) => string
  readonly refused: (count: number) => string
}

const plural = (count: number) => (count > 1 ? 's' : '')

const DONE: Words = {
  done: 'Fait',
  total: count => `${count} dossier${plural(count)} traité${plural(count)}`,
  refused: count => `${count} refusé${plural(count)}`,
}
const WOULD: Words = {
  done: 'Serait fait',
  total: count =>
    `À blanc, rien n'a été changé : ${count} dossier${plural(count)} serai${count > 1 ? 'ent' : 't'} traité${plural(count)}`,
  refused: count => `${count} serai${count > 1 ? 'ent' : 't'} refusé${plural(count)}`,
}

const tell = async (
  { reports, clock }: { readonly reports: Reports; readonly clock: Clock },
  { name }: Pass,
  { lines, ended }: { readonly lines: readonly Line[]; readonly ended: boolean },
  words: Words,
): Promise<string> => {
  const end = ended ? '' : ' La suite se fera au prochain passage.'
  if (lines.length === 0)
    return ended ? 'Aucun dossier ne correspond.' : `Aucun des dossiers examinés ne correspond.${end}`
  const of = (is: Treated['is']) => lines.filter(({ treated }) => treated.is === is)
  const [refused] = of('refused')
  const told = [
    words.total(of('done').length),
    ...(of('unchanged').length > 0 ? [`${of('unchanged').length} déjà à jour`] : []),
    ...(refused?.treated.is === 'refused'
      ? [`${words.refused(of('refused').length)} (le premier : ${refused.treated.reason.replace(/\.$/u, '')})`]
      : []),
  ].join(', ')
  const address = await reports.keep({
    name: `${name}-${localDay(clock.now())}.csv`,
    content: csv([
      ['Entité', 'Dossier', 'Titre', 'État', 'Depuis le', 'Résultat'],
      ...lines.map(({ document, treated }) => [
        document.entityId,
        document.id,
        document.title,
        document.stateLabel,
        frenchDay(document.since),
        resultOf(treated, words),
      ]),
    ]),
  })
  return `${told}.${end} Rapport : ${address}`
}

interface Means {
  readonly documents: Desk
  readonly memory: Memory
  readonly reports: Reports
  readonly clock: Clock
}

/** Says what a pass would do from the oldest document on, with the guards of the real one, and changes nothing. */
export const rehearse = async ({ documents, ...means }: Means, pass: Pass): Promise<string> => {
  const found = await walk(
    { documents, after: undefined },
    pass,
    document => documents.rehearse(document, pass.treatment),
    async () => undefined,
  )
  return tell(means, pass, found, WOULD)
}

/**
 * Treats documents from where the last pass stopped, and begins again with the oldest once all were seen: those that were refused are
 * offered again, without keeping the others waiting. Other settings begin again at once.
 * @returns the sentence for the administrator, with the address of the report
 */
export const carryOut = async ({ documents, memory, ...means }: Means, pass: Pass): Promise<string> => {
  const of = JSON.stringify([pass.criteria, pass.treatment])
  const place = await memory.get<Place>(PLACE)
  const found = await walk(
    { documents, after: place?.of === of ? place.after : undefined },
    pass,
    document => treat(documents, document, pass.treatment),
    after => memory.set(PLACE, after === undefined ? undefined : ({ of, after } satisfies Place)),
  )
  return tell(means, pass, found, DONE)
}
