import { defineConnector, flag, isStatutFacture, PermanentError, text } from '#core'

const STATUTS = 'MISE_A_DISPOSITION;COMPLETEE;SERVICE_FAIT;MANDATEE'

/** The route given to received invoices: no remote, only what an administrator settles (`flows/factures.md`, Routing defaults). */
export default defineConnector({
  id: 'parametrage-flux-facture-cpp',
  version: 1,
  label: 'Paramétrage du flux Facture CPP',
  provides: ['reglages'],
  pastell: ['parametrage-flux-facture-cpp'],
  config: {
    envoiVisa: flag('Visa', { pastell: 'envoi_visa' }),
    circuit: text('Circuit du visa', {
      help: 'Tel que le parapheur le nomme. Vide : l’agent le choisit.',
      pastell: 'iparapheur_sous_type',
    }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
    miseADisposition: flag('Mise à disposition de la gestion financière', { pastell: 'check_mise_a_dispo_gf' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
    envoiAuto: flag('Cheminement automatique', { pastell: 'envoi_auto' }),
    statutsDepot: text('Statuts où une facture peut être déposée', {
      default: STATUTS,
      help: 'Codes séparés par des points-virgules.',
      pastell: 'ged_liste_statuts',
    }),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check() {
        const unknown = config.statutsDepot
          .split(';')
          .map(code => code.trim())
          .filter(code => !isStatutFacture(code))
        if (unknown.length > 0)
          return Promise.reject(
            new PermanentError(
              `« ${unknown.join(', ')} » n'est pas un statut de Chorus Pro : écrire par exemple « ${STATUTS} ».`,
            ),
          )
        if (config.envoiVisa && config.envoiAuto && !config.circuit)
          return Promise.reject(
            new PermanentError(
              'Le visa est automatique et aucun circuit n’est indiqué : chaque facture s’arrêterait avant le parapheur.',
            ),
          )
        return Promise.resolve('Les réglages sont cohérents.')
      },
    }
  },
})
