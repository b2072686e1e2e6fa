import { defineStep, file, flag, libelleStatut, text } from '#core'
import { statutsDepot, STATUTS_VISA } from '../reception-facture/index.ts'
import { editsOf, historyOf } from '../statut-facture/index.ts'

/** For what the status is checked. */
const USAGES = ['visa', 'depot']

/**
 * Asks the portal where an invoice is before something is done with it: a visa has no meaning once the service is done, and statuses may be
 * kept out of the deposit (`flows/factures.md`, Visa and Other actions). `usage` says for what, `case` the box of the step that follows.
 */
export const controleStatut = defineStep({
  id: 'controleStatut',
  label: 'Contrôle du statut',
  needs: ['portailFactures', 'reglages'],
  optional: true,
  checkSettings: ({ usage = '', case: box = '' }) =>
    USAGES.includes(usage) && box !== ''
      ? undefined
      : "dire avec .set({ usage, case }) si le contrôle précède un « visa » ou un « depot », et quelle case l'étape suivante lit.",
  inputs: {
    surPortail: flag('Facture suivie sur Chorus Pro'),
    annulee: flag('Facture suspendue ou à recycler'),
    idFacture: text('Identifiant Chorus Pro'),
    statut: text('Statut Chorus Pro'),
    historiqueFichier: file('Historique des statuts (JSON)'),
  },
  fields: {},
  initial: 'aControler',
  states: {
    aControler: { label: 'Contrôle du statut de la facture' },
    permis: { label: 'Statut contrôlé', ends: 'next' },
    ecarte: { label: 'Étape écartée par le statut de la facture', ends: 'next' },
    erreur: {
      label: 'Contrôle du statut impossible',
      help: "Le statut de la facture n'a pas pu être lu, pour la raison affichée. L'administrateur corrige le connecteur Chorus Pro, puis « Réessayer : Contrôler le statut de la facture » ; d'ici là, la facture n'avance pas.",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    controler: {
      label: 'Contrôler le statut de la facture',
      from: 'aControler',
      to: ['permis', 'ecarte'],
      afterCrash: 'retry',
      async run({ inputs, connectors, settings, files, now }, goto) {
        const world = { files, portal: connectors.portailFactures, now }
        // What was suspended came back as another document: its history is no longer this one's.
        const history = inputs.annulee ? undefined : await historyOf(world, inputs)
        const statut = history?.statut ?? inputs.statut ?? ''
        const allowed =
          settings['usage'] === 'visa' ? STATUTS_VISA : statutsDepot((await connectors.reglages?.lire()) ?? {})
        const edits = history && inputs.surPortail ? await editsOf(files, history) : () => ({})
        if (allowed.includes(statut)) return { ...goto('permis'), edits }
        const what = settings['usage'] === 'visa' ? 'Le visa' : 'Le dépôt'
        const message = `${what} est écarté : la facture est « ${libelleStatut(statut)} », et il n'est prévu que pour ${allowed.map(code => `« ${libelleStatut(code)} »`).join(', ')}.`
        return { ...goto('ecarte', {}, message), edits: held => ({ ...edits(held), [settings['case'] ?? '']: false }) }
      },
    },
  },
})
