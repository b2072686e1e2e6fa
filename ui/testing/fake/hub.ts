import { createHash } from 'node:crypto'
import type {
  ActionView,
  DocumentView,
  FileRef,
  JournalEntry,
  Problem,
  RouteStep,
  StateView,
} from '../../src/api/types.ts'
import { holds } from '../../../core/authoring/conditions.ts'
import { actePages } from './forms.ts'

/** A document of the fake hub: enough of the real behaviour for the screens to be tried, no more. */
export interface Stored {
  readonly id: string
  version: number
  values: Record<string, unknown>
  readonly createdAt: string
  updatedAt: string
  readonly trail: { state: string; at: string }[]
  message: string
  readonly journal: JournalEntry[]
}

const STATES: readonly StateView[] = [
  { name: 'brouillon', label: 'Brouillon', kind: 'draft' },
  { name: 'signature.envoye', label: 'Transmis au parapheur', kind: 'running' },
  { name: 'signature.signe', label: 'Signature récupérée', kind: 'running' },
  { name: 'tdt.transmis', label: 'Transmis à la préfecture', kind: 'running' },
  { name: 'tdt.acquitte', label: 'Accusé de réception reçu', kind: 'running' },
  { name: 'tdt.erreur', label: 'Erreur de télétransmission', kind: 'trouble' },
  { name: 'termine', label: 'Traitement terminé', kind: 'done' },
  { name: 'abandonne', label: 'Abandonné', kind: 'abandoned' },
]
export const flowStates = STATES
const stateOf = (name: string): StateView =>
  STATES.find(state => state.name === name) ?? { name, label: name, kind: 'running' }

const STEPS = [
  { alias: 'brouillon', label: 'Brouillon', box: undefined },
  { alias: 'signature', label: 'Signature', box: 'envoi_signature' },
  { alias: 'tdt', label: 'Télétransmission', box: 'envoi_tdt' },
  { alias: 'termine', label: 'Terminé', box: undefined },
] as const

export const current = (document: Stored): string => document.trail.at(-1)?.state ?? 'brouillon'

/** The states that a document goes through once sent, according to its boxes. */
export const itinerary = ({ values }: Stored): readonly string[] => [
  ...(values['envoi_signature'] ? ['signature.envoye', 'signature.signe'] : []),
  ...(values['envoi_tdt'] ? ['tdt.transmis', 'tdt.acquitte'] : []),
  'termine',
]

export const shown = (values: Record<string, unknown>) =>
  actePages.filter(page => !page.when || holds(page.when, values))

export const problemsOf = ({ values }: Stored): readonly Problem[] =>
  shown(values)
    .flatMap(page => page.fields)
    .filter(
      field =>
        field.required &&
        (values[field.name] === undefined || values[field.name] === '' || values[field.name] === null),
    )
    .map(({ name, label }) => ({ field: name, message: `Le champ « ${label} » est obligatoire.` }))

const routeOf = (document: Stored): readonly RouteStep[] => {
  const now = current(document)
  const rank = STEPS.findIndex(step => now === step.alias || now.startsWith(`${step.alias}.`))
  return STEPS.map(({ alias, label, box }, index) => {
    const states = document.trail
      .filter(({ state }) => state === alias || state.startsWith(`${alias}.`))
      .map(({ state, at }) => ({ name: state, label: stateOf(state).label, at }))
    const status = (() => {
      if (box && document.values[box] !== true) return 'skipped'
      if (index < rank) return 'done'
      if (index > rank) return 'todo'
      if (now === 'termine') return 'done'
      return stateOf(now).kind === 'trouble' ? 'trouble' : 'current'
    })()
    return { alias, label, status, since: states[0]?.at ?? null, states }
  })
}

const actionsOf = (document: Stored): readonly ActionView[] => {
  const state = stateOf(current(document))
  const problems = problemsOf(document)
  const draft = state.kind === 'draft'
  return [
    ...(draft
      ? [
          action(
            'envoyer',
            'Envoyer',
            'primary',
            problems.length === 0,
            `Le formulaire est incomplet : ${problems.length} champs à remplir`,
          ),
        ]
      : []),
    ...(state.kind === 'trouble' ? [action('tdt.reessayer', 'Réessayer', 'primary', true)] : []),
    action(
      'tdt.annuler',
      "Demander l'annulation de l'acte",
      'normal',
      current(document) === 'tdt.acquitte',
      "L'accusé de réception n'est pas encore arrivé",
    ),
    {
      ...action('supprimer', 'Supprimer', 'danger', draft, 'Un document envoyé ne peut pas être supprimé'),
      confirm: 'Le brouillon et ses fichiers seront supprimés.',
    },
  ]
}

const action = (name: string, label: string, kind: ActionView['kind'], enabled: boolean, reason = ''): ActionView => ({
  name,
  label,
  kind,
  enabled,
  ...(enabled || !reason ? {} : { reason }),
})

export const view = (entityId: string, document: Stored): DocumentView => {
  const state = stateOf(current(document))
  const editable = state.kind === 'draft'
  return {
    id: document.id,
    entityId,
    flow: 'ls-actes',
    flowLabel: 'Actes',
    title: String(document.values['objet'] ?? ''),
    state,
    message: document.message,
    version: document.version,
    createdAt: document.createdAt,
    updatedAt: document.updatedAt,
    stateSince: document.trail.at(-1)?.at ?? document.createdAt,
    values: document.values,
    pages: actePages.map(page => ({ ...page, fields: page.fields.map(field => ({ ...field, editable })) })),
    route: routeOf(document),
    actions: actionsOf(document),
    problems: problemsOf(document),
    inFlight: false,
    secretsSet: [],
    waitsForConnector: false,
    nextTry: state.name === 'signature.envoye' ? new Date(Date.now() + 900_000).toISOString() : null,
  }
}

/** Writes a line of journal and moves the version on. */
export const note = (document: Stored, kind: string, label: string, message: string, author: string | null): void => {
  const at = new Date().toISOString()
  document.version += 1
  document.updatedAt = at
  document.journal.unshift({
    seq: document.journal.length + 1,
    at,
    kind,
    stateKind: null,
    event: label,
    label,
    message,
    author,
    hash: createHash('sha256').update(`${document.id}${document.journal.length}`).digest('hex'),
    stamped: false,
  })
}

export const moveTo = (document: Stored, state: string, message: string): void => {
  document.trail.push({ state, at: new Date().toISOString() })
  document.message = message
  note(document, 'state', stateOf(state).label, message, null)
}

export const fileRef = (content: Buffer, name: string): FileRef => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  name,
  size: content.length,
  type:
    content.subarray(0, 5).toString() === '%PDF-'
      ? 'application/pdf'
      : content[0] === 0x89
        ? 'image/png'
        : 'text/plain',
})
