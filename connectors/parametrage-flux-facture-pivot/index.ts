import { defineConnector, text } from '#core'

/** Defaults of the form that makes pivots: no remote (`flows/factures.md`, facture-formulaire-pivot). */
export default defineConnector({
  id: 'parametrage-flux-facture-pivot',
  version: 1,
  label: 'Paramétrage du flux Facture Formulaire PIVOT',
  provides: ['reglages'],
  pastell: ['parametrage-flux-facture-pivot'],
  config: {
    siret: text('SIRET du destinataire', {
      pattern: { regex: '^[0-9A-Za-z_]{14}$', message: 'Un SIRET compte quatorze caractères.' },
      pastell: 'siret',
    }),
    destinataire: text('Identifiant Chorus Pro du destinataire', { pastell: 'destinataire' }),
    service: text('Identifiant Chorus Pro du service', { pastell: 'service_destinataire' }),
    devise: text('Devise', {
      default: 'EUR',
      pattern: { regex: '^[A-Z]{3}$', message: 'Une devise s’écrit en trois capitales, par exemple « EUR ».' },
      pastell: 'facture_devise',
    }),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check: () =>
        Promise.resolve(`Destinataire : ${config.siret ?? 'à saisir sur chaque facture'}, en ${config.devise}.`),
    }
  },
})
