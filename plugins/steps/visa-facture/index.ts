import { defineStep, text, type AnyStep, type AnyTask, type Files, type FileRef, type Step } from '#core'
import { signature } from '../signature/index.ts'

/** What the signature book knows of an invoice when the agent gave it nothing else (`flows/factures.md`, Visa). */
const METADATA = {
  codeService: 'CodeService',
  numeroEngagement: 'NumEngagement',
  numeroMarche: 'NumMarche',
  siret: 'Siret',
  montantTtc: 'MontantTtc',
} as const

const inputs = {
  codeService: text('Code du service'),
  numeroEngagement: text("Numéro d'engagement"),
  numeroMarche: text('Numéro de marché'),
  siret: text('SIRET du destinataire'),
  montantTtc: text('Montant TTC'),
}

type Of<S> = S extends Step<infer I, infer F> ? { readonly inputs: I; readonly fields: F } : never
type Signature = Of<typeof signature>

const metadataOf = (given: Readonly<Record<string, unknown>>, files: Files): Promise<FileRef> =>
  files.save(
    JSON.stringify(Object.fromEntries(Object.entries(METADATA).map(([name, key]) => [key, given[name] ?? '']))),
    'json_metadata.json',
  )

const { definition } = signature
const { envoyer } = definition.tasks
if (!envoyer) throw new Error('the signature step sends no more')

type Run = AnyTask['run']

const send: Run = async (context, goto) => {
  const metadonnees = context.data['metadonnees'] ?? (await metadataOf(context.inputs, context.files))
  return envoyer.run({ ...context, data: { ...context.data, metadonnees } }, goto)
}

const visa: AnyStep = {
  ...definition,
  id: 'visaFacture',
  label: 'Visa',
  inputs: { ...definition.inputs, ...inputs },
  states: { ...definition.states, refuse: { label: 'Visa refusé', ends: 'next', pastell: 'rejet-iparapheur' } },
  tasks: { ...definition.tasks, envoyer: { ...envoyer, run: send } },
}

/**
 * The visa of an invoice: the signature step, whose refusal is an answer like another one (the invoice is then rejected at the portal), and
 * which tells the signature book what it is about. The states and their names are those of the signature step.
 */
// Types are those of the signature step: a definition forgets them, and this one is made of it.
export const visaFacture = defineStep(visa) as unknown as Step<Signature['inputs'] & typeof inputs, Signature['fields']>
