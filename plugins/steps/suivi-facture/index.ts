import { defineStep, file, flag, libelleStatut, STATUTS_FINAUX, text, wait } from '#core'
import { editsOf, historyOf, nouvellesDe } from '../statut-facture/index.ts'

/**
 * Follows an invoice at the portal until its payment, its rejection or its return to the supplier: what others do there shows here
 * (`flows/factures.md`, Synchronisation). News come with the gathering of the connector that brought the invoice; asking for each of them
 * is for those that no gathering sees, and stays rare.
 */
export const suiviFacture = defineStep({
  id: 'suiviFacture',
  label: 'Suivi du paiement',
  needs: 'portailFactures',
  inputs: {
    surPortail: flag('Facture suivie sur Chorus Pro'),
    idFacture: text('Identifiant Chorus Pro', { required: true }),
    statut: text('Statut Chorus Pro', { required: true }),
    historiqueFichier: file('Historique des statuts (JSON)'),
  },
  fields: {},
  initial: 'enCours',
  states: {
    enCours: { label: 'Statut suivi sur Chorus Pro' },
    suivi: { label: 'Suivi du paiement terminé', ends: 'next' },
    sansNouvelles: {
      label: 'Suivi du paiement interrompu',
      help: "Chorus Pro ne dit rien de cette facture depuis trop longtemps, ou ne la montre plus ; la raison est affichée. « Réessayer : Lire le statut sur Chorus Pro » reprend le suivi, « Arrêter le suivi » y met fin ; une nouvelle de Chorus Pro le reprend d'elle-même.",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    suivre: {
      label: 'Lire le statut sur Chorus Pro',
      from: 'enCours',
      to: ['enCours', 'suivi'],
      failsTo: 'sansNouvelles',
      every: '1 min x 1, 1 h x 2, 1 d',
      within: '400 d',
      late: 'sansNouvelles',
      async run({ inputs, connectors, files, now }, goto) {
        const history = await historyOf({ files, portal: connectors.portailFactures, now }, inputs)
        const label = libelleStatut(history.statut)
        const isOver = STATUTS_FINAUX.includes(history.statut)
        if (!isOver && history.statut === inputs.statut) return wait(`La facture est « ${label} » sur Chorus Pro.`)
        const edits = await editsOf(files, history)
        if (isOver) return { ...goto('suivi', {}, `Facture « ${label} » sur Chorus Pro`), edits }
        return { ...goto('enCours', {}, `Facture « ${label} » sur Chorus Pro`), edits }
      },
    },
    arreter: {
      label: 'Arrêter le suivi',
      from: ['enCours', 'sansNouvelles'],
      to: 'suivi',
      trigger: 'agent',
      run: async (_context, goto) => goto('suivi', {}, 'Suivi arrêté par un agent'),
    },
  },
  signals: {
    nouvelles: {
      label: 'Nouvelles de Chorus Pro',
      from: ['enCours', 'sansNouvelles'],
      to: ['enCours', 'suivi'],
      async receive({ inputs, payload, files }, goto) {
        const news = await nouvellesDe(files, inputs, payload, undefined)
        if (!news) return 'le document sait déjà cela'
        const isOver = STATUTS_FINAUX.includes(news.history.statut)
        return { ...goto(isOver ? 'suivi' : 'enCours', {}, news.message), edits: news.edits }
      },
    },
  },
})
