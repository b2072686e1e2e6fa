import { isEmpty, type Choice } from '#core'
import { circuitOf, isTicked } from '../names-values.ts'
import { filled, old, on, onRoute, box, type Rule } from './rule.ts'
import { signedFor, type SignedInput } from './signed.ts'

const circuitIn = (value: unknown) => (isEmpty(value) ? undefined : circuitOf((value as Choice).label))

/** The files that an agent deposited, where the signed ones take their place. */
const original = (label: string, input: SignedInput, multiple?: true): Rule => ({
  label,
  type: 'file',
  visible: true,
  ...(multiple ? { multiple } : {}),
  make: ({ step }) => ({ value: ({ data }) => signedFor(step, input, data)?.originals }),
})

/** What a signature book says again, under the names of Pastell. */
export const signature: Readonly<Record<string, Rule>> = {
  envoi_signature: box('Signature'),
  envoi_iparapheur: onRoute('Afficher la page du parapheur'),
  envoi_fast: { label: 'Afficher la page du parapheur FAST', make: () => ({ value: () => undefined }) },
  fast_parapheur_circuit: {
    label: 'Circuit du parapheur FAST',
    type: 'externalData',
    visible: true,
    make({ full }) {
      const circuit = full('iparapheur_sous_type')
      if (circuit === undefined) return undefined
      return { value: ({ data }) => circuitIn(data[circuit])?.subtype }
    },
  },
  iparapheur_type: {
    label: 'Type de dossier du parapheur',
    visible: true,
    make({ full }) {
      const circuit = full('iparapheur_sous_type')
      if (circuit === undefined) return undefined
      return { value: ({ data }) => circuitIn(data[circuit])?.type }
    },
  },
  has_date_limite: {
    label: 'Fixer une date limite',
    type: 'checkbox',
    visible: true,
    make({ full }) {
      const limit = full('date_limite')
      if (limit === undefined) return undefined
      return {
        value: ({ data }) => on(!isEmpty(data[limit])),
        written: text => (isTicked(text) ? {} : { [limit]: undefined }),
      }
    },
  },
  has_signature: filled('Afficher la page de la signature', 'bordereau_signature', 'iparapheur_historique'),
  has_historique: old(filled("Afficher l'historique du parapheur", 'bordereau_signature', 'iparapheur_historique')),
  has_visa: old(filled('Afficher la page du visa', 'bordereau_signature', 'iparapheur_historique')),
  is_pades: old({
    label: 'La signature est dans le document',
    make: ({ step: { alias } }) => ({
      value: ({ data }) => on(!isEmpty(data[`${alias}.signe`]) && isEmpty(data[`${alias}.signatureDetachee`])),
    }),
  }),
  parapheur_last_message: {
    label: 'Dernière nouvelle du parapheur',
    visible: true,
    make: ({ step: { alias } }) => ({
      value({ data, state, message }) {
        if (state.startsWith(`${alias}.`)) return message || undefined
        const [refused, signedOn] = [data[`${alias}.motifRefus`], data[`${alias}.dateSignature`]]
        if (typeof refused === 'string' && refused !== '') return refused
        return typeof signedOn === 'string' ? `Signé le ${signedOn.split('-').toReversed().join('/')}` : undefined
      },
    }),
  },
  document_original: original('Document avant signature', 'document'),
  // Misspelt by the folder types from before the studio.
  document_orignal: old(original('Document avant signature', 'document')),
  multi_document_original: original('Annexes avant signature', 'annexes', true),
}
