import type { Readable } from 'node:stream'
import { csv, csvStream, localDay } from '#core'

interface Rule {
  /** As people know it, for sentences. */
  readonly label: string
  readonly required?: true
  /** What a value must look like, and how to say it: « … n'est pas … ». */
  readonly shape?: { is(value: string): boolean; readonly said: string }
}

const pattern = (regex: RegExp, said: string) => ({ is: (value: string) => regex.test(value), said })

const isDay = (value: string): boolean => {
  const noon = new Date(`${value}T12:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/u.test(value) && !Number.isNaN(noon.getTime()) && localDay(noon) === value
}

const DAY = { is: isDay, said: 'une date, de la forme 2026-01-15' }
const COUNT = pattern(/^\d+$/u, 'un nombre entier')
const count = (label: string): Rule => ({ label, shape: COUNT })

/** The columns of the format, in its order (SCDL délibérations 2.1, formats/opendata.md §1). */
export const COLONNES = {
  COLL_NOM: { label: 'Nom de la collectivité', required: true },
  COLL_SIRET: {
    label: 'SIRET de la collectivité',
    required: true,
    shape: pattern(/^\d{14}$/u, 'un SIRET : quatorze chiffres'),
  },
  DELIB_ID: { label: 'Numéro de la délibération', required: true },
  DELIB_DATE: { label: 'Date de la délibération', required: true, shape: DAY },
  DELIB_MATIERE_CODE: {
    label: 'Code de la matière',
    required: true,
    shape: pattern(/^\d\.\d{1,2}$/u, 'une matière à deux niveaux, comme « 7.5 »'),
  },
  DELIB_MATIERE_NOM: { label: 'Nom de la matière', required: true },
  DELIB_OBJET: { label: 'Objet de la délibération', required: true },
  BUDGET_ANNEE: {
    label: 'Année du budget',
    shape: pattern(/^\d{4}(?:\/\d{4})?$/u, 'une année « 2026 » ou un intervalle « 2026/2027 »'),
  },
  BUDGET_NOM: { label: 'Nom du budget' },
  PREF_ID: {
    label: 'Identifiant de la préfecture',
    shape: pattern(
      /^(?:(?:PREF|SGAR)\d{2}[\dAB]|SPREF\d{2}[\dAB]\d)$/u,
      'un identifiant de préfecture : « PREF034 », « SPREF0342 » ou « SGAR076 »',
    ),
  },
  PREF_DATE: { label: "Date de l'accusé de réception", shape: DAY },
  VOTE_EFFECTIF: count('Effectif théorique'),
  VOTE_REEL: count('Effectif réel'),
  VOTE_POUR: count('Votes pour'),
  VOTE_CONTRE: count('Votes contre'),
  VOTE_ABSTENTION: count('Abstentions'),
  DELIB_URL: { label: "Adresse de l'acte", shape: { is: value => URL.canParse(value), said: 'une adresse' } },
} as const satisfies Readonly<Record<string, Rule>>

export type Colonne = keyof typeof COLONNES

/** One délibération; what is not known is left out. */
export type Deliberation = Readonly<Partial<Record<Colonne, string | undefined>>>

const columns = Object.entries(COLONNES) as readonly (readonly [Colonne, Rule])[]

/** What the format would refuse, a sentence for each column; none when the line is right. */
export const faultsOf = (line: Deliberation): readonly string[] =>
  columns.flatMap(([name, { label, required, shape }]) => {
    const value = line[name]?.trim() ?? ''
    if (value === '') return required ? [`« ${label} » (${name}) est à renseigner.`] : []
    return shape === undefined || shape.is(value)
      ? []
      : [`« ${label} » (${name}) : « ${value} » n'est pas ${shape.said}.`]
  })

export type Separateur = ',' | ';'

const header = columns.map(([name]) => name)
const cellsOf = (line: Deliberation) => columns.map(([name]) => line[name]?.trim() ?? '')

/** The header and one line. */
export const csvOf = (line: Deliberation, separateur: Separateur): string => csv([header, cellsOf(line)], separateur)

/** The header and as many lines as there are, streamed. */
export const csvOfAll = (lines: AsyncIterable<Deliberation>, separateur: Separateur): Readable =>
  csvStream(
    (async function* () {
      yield header
      for await (const line of lines) yield cellsOf(line)
    })(),
    separateur,
  )
