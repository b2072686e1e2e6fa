import { defineStep, PermanentError, text, TYPES_DEPOT, TYPES_TVA, type LuDansPdf } from '#core'
import { absents, entreesDepot } from '../depot-chorus/index.ts'

/** Our fields by what the portal read. */
const LU = {
  numero: 'numeroFacture',
  date: 'dateFacture',
  siret: 'siret',
  service: 'service',
  type: 'typeFacture',
  typeTva: 'typeTva',
  devise: 'devise',
  bonCommande: 'numeroBonCommande',
  montantHt: 'montantHt',
  montantTva: 'montantTva',
  montantAvantRemise: 'montantAvantRemise',
  montantTtc: 'montantTtc',
} as const satisfies Readonly<Record<string, keyof LuDansPdf>>

type Champ = keyof typeof LU
type Lus = Readonly<Partial<Record<string, string | number>>>

/** Lists of the form: what is read outside of them is left to the agent. */
const LISTES: Readonly<Record<string, object>> = { type: TYPES_DEPOT, typeTva: TYPES_TVA }

const suits = (name: string, value: string | number): boolean => !LISTES[name] || Object.hasOwn(LISTES[name], value)

/** What the agent left empty, as the portal read it: what a person typed is not replaced. */
const complements = (values: LuDansPdf, held: Readonly<Record<string, unknown>>): Lus =>
  Object.fromEntries(
    Object.entries(LU)
      .map(([name, read]) => [name, values[read]] as const)
      .filter(
        ([name, value]) => value !== undefined && suits(name, value) && (held[name] === undefined || held[name] === ''),
      ),
  )

const DITS: Readonly<Partial<Record<Champ, string>>> = { numero: 'numéro', montantTtc: 'montant TTC' }

const phrase = (read: Lus): string => {
  const count = Object.keys(read).length
  if (count === 0) return 'Chorus Pro n’a rien lu dans ce PDF : rouvrez le document, remplissez-le, puis renvoyez-le.'
  const shown = Object.entries(DITS).flatMap(([name, label]) =>
    read[name] === undefined ? [] : [`${label} ${String(read[name])}`],
  )
  const detail = shown.length === 0 ? '' : ` (${shown.join(', ')})`
  return `Chorus Pro a lu la facture${detail} : rouvrez le document, vérifiez ce qui a été rempli, puis renvoyez-le.`
}

/**
 * Has the portal read the PDF of an invoice whose form is not complete, and lets a person check it: nothing is submitted here
 * (`flows/factures.md`, PDF mode). A complete form, or a structured file, passes. It writes the fields of `facture-chorus-fournisseur`.
 */
export const lectureFacture = defineStep({
  id: 'lectureFacture',
  label: 'Lecture par Chorus Pro',
  needs: 'portailFactures',
  inputs: entreesDepot,
  fields: {
    // Kept while the agent completes the form, which starts a new journey.
    fournisseur: text('Fournisseur lu', { computed: true, lasting: true, pastell: 'code_fournisseur' }),
    idFournisseur: text('Fournisseur (Chorus Pro)', { computed: true, lasting: true, pastell: 'id_cpp_fournisseur' }),
    idService: text('Service du fournisseur (Chorus Pro)', {
      computed: true,
      lasting: true,
      pastell: 'id_cpp_service_fournisseur',
    }),
    piece: text('Numéro du PDF lu', { computed: true, lasting: true, pastell: 'piece_jointe_id' }),
    codeRetour: text('Code de la lecture', { computed: true, lasting: true, pastell: 'code_retour' }),
    libelle: text('Résultat de la lecture', { computed: true, lasting: true, pastell: 'libelle' }),
    lu: text('PDF déjà lu', { computed: true, lasting: true, hidden: true }),
  },
  initial: 'aLire',
  states: {
    aLire: { label: 'Lecture de la facture' },
    lue: {
      label: 'Facture lue par Chorus Pro, à vérifier',
      help: "Chorus Pro a lu le PDF et rempli les champs laissés vides ; rien n'est encore déposé. « Rouvrir », vérifiez et complétez, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
      pastell: 'deposer-pdf',
    },
    passee: { label: 'Lecture sans objet', ends: 'next' },
    erreur: {
      label: 'Lecture de la facture refusée',
      help: "Chorus Pro n'a pas pu lire ce PDF ; sa raison est affichée. « Réessayer : Faire lire la facture » le lui confie de nouveau. Sinon : « Abandonner », « Rouvrir », remplissez le formulaire vous-même, puis « Envoyer ».",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    lire: {
      label: 'Faire lire la facture',
      from: 'aLire',
      to: ['lue', 'passee'],
      // A PDF read twice only leaves an orphan there.
      afterCrash: 'retry',
      pastell: 'deposer-pdf',
      async run({ inputs, data, connector }, goto) {
        const { fichier, mode } = inputs
        const isRead = data.lu === fichier.sha256
        const isPdf = mode === 'DEPOT_PDF_API' && fichier.type === 'application/pdf'
        if (!isPdf || isRead || absents({ ...inputs, annexes: undefined }).length === 0) return goto('passee')
        const answer = await connector.readPdf(fichier)
        if (answer.is === 'refused') throw new PermanentError(answer.reason)
        const edits = complements(answer.values, inputs)
        const said = {
          fournisseur: answer.values.fournisseur,
          idFournisseur: answer.idFournisseur,
          idService: answer.idServiceFournisseur,
          piece: answer.piece,
          codeRetour: answer.code,
          libelle: answer.libelle,
          lu: fichier.sha256,
        }
        return { ...goto('lue', said, phrase(edits)), edits }
      },
    },
  },
})
