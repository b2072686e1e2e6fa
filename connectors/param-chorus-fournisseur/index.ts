import { defineConnector, flag, number } from '#core'

/** How long the invoices that the authority issues are followed: no remote (`flows/factures.md`, facture-chorus-fournisseur). */
export default defineConnector({
  id: 'param-chorus-fournisseur',
  version: 1,
  label: 'Paramétrage des factures émises sur Chorus Pro',
  provides: ['reglages'],
  pastell: ['param-chorus-fournisseur'],
  config: {
    sansSuivi: flag('Ne pas suivre le statut', { help: 'La facture déposée passe tout de suite à la suite.' }),
    joursSansChangement: number('Arrêter le suivi après (jours sans changement)', { default: 30, min: 1, max: 3650 }),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check: () =>
        Promise.resolve(
          config.sansSuivi
            ? 'Le statut des factures émises n’est pas suivi.'
            : `Le statut est suivi jusqu’à ${config.joursSansChangement} jours sans changement.`,
        ),
    }
  },
})
