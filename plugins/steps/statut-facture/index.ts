import { defineStep, faultOfChange, faultOfPassage, file, flag, longText, stay, text } from '#core'
import type { FileRef, Goto, StatutFacture } from '#core'
import { cible, CIBLES } from './champs.ts'
import { nouvellesDe } from './nouvelles.ts'
import { changer, editsOf, historyOf, lastOf, statutsDe, type Facture } from './suivi.ts'

export { champsSuivi } from './champs.ts'
export { nouvellesDe, type Nouvelles } from './nouvelles.ts'
export { auPortail, changer, editsOf, historyOf, lastOf, type Edits, type Facture } from './suivi.ts'

interface Inputs {
  readonly surPortail: boolean
  readonly annulee: boolean
  readonly idFacture: string | undefined
  readonly statut: string | undefined
  readonly historiqueFichier: FileRef | undefined
}

interface Data {
  readonly motif: string | undefined
  readonly numeroMandat: string | undefined
  readonly refus: string | undefined
}

const factureOf = ({ surPortail, idFacture, statut, historiqueFichier }: Inputs): Facture => ({
  surPortail,
  idFacture,
  statut,
  historiqueFichier,
})

const open = ({ annulee, statut }: Inputs, data: Pick<Data, 'refus'>): true | string => {
  if (annulee)
    return 'cette facture a été suspendue ou mise à recycler : corrigée par son fournisseur, elle reviendra dans un nouveau dossier'
  if (data.refus) return 'un changement de statut a été refusé : le redemander ou y renoncer d’abord'
  return statut === undefined ? 'le statut de la facture n’est pas encore connu' : true
}

/** The matrix of allowed changes, then what the form must hold. */
const mayBecome = (target: StatutFacture, inputs: Inputs, data: Data): true | string => {
  const free = open(inputs, data)
  if (free !== true) return free
  const { statut } = inputs
  if (statut === target) return `la facture est déjà « ${CIBLES_LABELS[target] ?? target} »`
  return faultOfPassage(statut, target) ?? faultOfChange([target], { reason: data.motif }) ?? true
}

const CIBLES_LABELS: Readonly<Record<string, string>> = CIBLES

/** A button that asks for one status. Nothing is sent here: the request is committed, then pushed. */
const demande = (target: StatutFacture, label: string, confirm?: string) =>
  ({
    label,
    from: { passed: 'suivie' },
    to: 'demandee',
    trigger: 'agent',
    ...(confirm === undefined ? {} : { confirm }),
    guard: ({ inputs, data }: { readonly inputs: Inputs; readonly data: Data }) => mayBecome(target, inputs, data),
    run: async ({ inputs }: { readonly inputs: Inputs }): Promise<Goto<'demandee'>> => ({
      outcome: 'goto',
      state: 'demandee',
      values: { demandee: target, vu: inputs.statut },
      message: `Changement demandé : ${CIBLES_LABELS[target] ?? target}`,
    }),
  }) as const

/**
 * The status of an invoice, both ways: read at the portal when it arrives, changed there by agents at any time after that
 * (`flows/factures.md`, Status change). Without a portal the statuses are kept in the document alone.
 */
export const statutFacture = defineStep({
  id: 'statutFacture',
  label: 'Statut Chorus Pro',
  needs: 'portailFactures',
  optional: true,
  inputs: {
    surPortail: flag('Facture suivie sur Chorus Pro'),
    annulee: flag('Facture suspendue ou à recycler'),
    idFacture: text('Identifiant Chorus Pro'),
    statut: text('Statut Chorus Pro'),
    historiqueFichier: file('Historique des statuts (JSON)'),
  },
  fields: {
    cible,
    motif: longText('Motif', {
      max: 255,
      help: 'Obligatoire pour suspendre ou rejeter : le fournisseur le lira.',
      pastell: 'motif_maj',
    }),
    numeroMandat: text('Numéro de mandat', { max: 50, pastell: 'numero_mandat' }),
    demandee: text('Changement demandé', { computed: true, hidden: true }),
    vu: text('Statut lors de la demande', { computed: true, hidden: true }),
    refus: longText('Refus du changement de statut', { computed: true }),
  },
  initial: 'aSynchroniser',
  states: {
    aSynchroniser: { label: 'Lecture du statut de la facture', thenEditable: ['cible', 'motif', 'numeroMandat'] },
    suivie: { label: 'Statut de la facture connu', ends: 'next' },
    synchronisee: { label: 'Statut de la facture synchronisé', ends: 'resume', pastell: 'synchroniser-statut' },
    demandee: { label: 'Changement de statut demandé', pastell: 'cpp-modif-statut-demande' },
    changee: { label: 'Statut de la facture changé', ends: 'resume', pastell: 'cpp-modif-statut-ok' },
    refusee: {
      label: 'Changement de statut refusé',
      help: "Chorus Pro n'a pas changé le statut, ou la facture y a changé entre-temps ; la raison est affichée. Corrigez le statut demandé, le motif ou le mandat, puis « Redemander ce changement » ; ou « Renoncer à ce changement » : le document reprend où il était.",
      trouble: true,
      pastell: 'cpp-modif-statut-erreur',
    },
    reprise: { label: 'Changement de statut abandonné', ends: 'resume' },
    erreur: {
      label: 'Statut de la facture illisible',
      help: "Le statut de la facture n'a pas pu être lu ou demandé, pour la raison affichée. L'administrateur corrige le connecteur Chorus Pro s'il est en cause, puis « Réessayer ».",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    lire: {
      label: 'Lire le statut de la facture',
      from: 'aSynchroniser',
      to: 'suivie',
      afterCrash: 'retry',
      async run({ inputs, connectors, files, now }, goto) {
        const history = await historyOf({ files, portal: connectors.portailFactures, now }, factureOf(inputs))
        return { ...goto('suivie'), edits: await editsOf(files, history) }
      },
    },
    synchroniser: {
      label: 'Synchroniser le statut',
      from: { passed: 'suivie' },
      to: 'synchronisee',
      trigger: 'agent',
      pastell: 'synchroniser-statut',
      guard: ({ inputs, data }) =>
        inputs.surPortail ? open(inputs, data) : 'cette facture n’est pas suivie sur Chorus Pro',
      async run({ inputs, connectors, files, now }, goto) {
        const history = await historyOf({ files, portal: connectors.portailFactures, now }, factureOf(inputs))
        return { ...goto('synchronisee'), edits: await editsOf(files, history) }
      },
    },
    serviceFait: demande('SERVICE_FAIT', 'Déclarer le service fait'),
    mandater: demande('MANDATEE', 'Déclarer mandatée'),
    suspendre: demande(
      'SUSPENDUE',
      'Suspendre',
      'Suspendre cette facture ? Son fournisseur devra la compléter ; elle reviendra alors dans un nouveau dossier.',
    ),
    rejeter: demande('REJETEE', 'Rejeter', 'Rejeter cette facture ? Ce rejet est définitif sur Chorus Pro.'),
    recycler: demande(
      'A_RECYCLER',
      'Mettre à recycler',
      'Renvoyer cette facture à son fournisseur, pour qu’il en corrige le destinataire ?',
    ),
    // Whatever its matrix says here, the portal has the last word: this one lets an agent, or the finance software, ask for anything.
    changer: {
      label: 'Demander le statut choisi',
      from: { passed: 'suivie' },
      to: 'demandee',
      trigger: 'agent',
      pastell: 'cpp-modif-statut-demande',
      guard({ inputs, data }) {
        if (!data.cible) return 'choisir d’abord le statut demandé'
        const free = open(inputs, data)
        return free === true ? (faultOfChange(statutsDe(data.cible), { reason: data.motif }) ?? true) : free
      },
      async run({ inputs, data }, goto) {
        const wanted = data.cible ?? ''
        return goto(
          'demandee',
          { demandee: wanted, vu: inputs.statut },
          `Changement demandé : ${CIBLES_LABELS[wanted] ?? wanted}`,
        )
      },
    },
    pousser: {
      label: 'Changer le statut',
      from: 'demandee',
      to: ['changee', 'refusee'],
      failsTo: 'refusee',
      // What already took place is not asked again: the history is read first.
      afterCrash: 'retry',
      pastell: 'cpp-modif-statut',
      async run({ inputs, data, connectors, files, document, now }, goto) {
        const asked = lastOf(await document.journal(), 'demandee')
        const changed = await changer({ files, portal: connectors.portailFactures, now }, factureOf(inputs), {
          cible: data.demandee ?? '',
          reason: data.motif,
          numeroMandat: data.numeroMandat,
          auteur: asked?.author,
          since: asked?.at.toISOString(),
          seen: data.vu === undefined ? undefined : [data.vu],
        })
        if (changed.is === 'refused')
          return { ...goto('refusee', { refus: changed.reason }, changed.reason), edits: changed.edits }
        const over = {
          cible: undefined,
          motif: undefined,
          numeroMandat: undefined,
          demandee: undefined,
          vu: undefined,
          refus: undefined,
        }
        return { ...goto('changee', over, changed.message), edits: changed.edits }
      },
    },
    redemander: {
      label: 'Redemander ce changement',
      from: 'refusee',
      // The document may be at a partner meanwhile: it must not come to where it may be deleted.
      failsTo: 'refusee',
      to: 'demandee',
      trigger: 'agent',
      async run({ inputs, data }, goto) {
        const wanted = data.cible ?? data.demandee ?? ''
        return goto(
          'demandee',
          { demandee: wanted, vu: inputs.statut, refus: undefined },
          'Changement demandé à nouveau',
        )
      },
    },
    renoncer: {
      label: 'Renoncer à ce changement',
      from: 'refusee',
      failsTo: 'refusee',
      to: 'reprise',
      trigger: 'agent',
      async run(_context, goto) {
        return goto(
          'reprise',
          { cible: undefined, demandee: undefined, vu: undefined, refus: undefined },
          'Changement abandonné par un agent',
        )
      },
    },
  },
  signals: {
    // What others do at the portal, told by the connector that brought the invoice, wherever the document has come to.
    nouvelles: {
      label: 'Nouvelles de Chorus Pro',
      from: 'suivie',
      to: 'suivie',
      since: 'suivie',
      async receive({ inputs, data, payload, files }) {
        const news = await nouvellesDe(files, factureOf(inputs), payload, data.demandee)
        return news ? { ...stay(news.message), edits: news.edits } : 'le document sait déjà cela'
      },
    },
  },
})
