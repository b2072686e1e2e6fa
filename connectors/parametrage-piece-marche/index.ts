import { defineConnector, flag, PermanentError, rows, text } from '#core'
import { CODES } from './types.ts'

const KNOWN: ReadonlySet<string> = new Set(CODES)

/** What becomes of a piece of a public contract, by its type: no remote, only what an administrator settles (`flows/marches.md`). */
export default defineConnector({
  id: 'parametrage-piece-marche',
  version: 1,
  label: 'Paramétrage des pièces de marché',
  provides: ['reglages'],
  pastell: ['parametrage-piece-marche'],
  config: {
    types: rows(
      'Types de pièces',
      {
        type: text('Code du type', { required: true, max: 10, help: 'Par exemple « AE » ou « CCAP ».' }),
        libelle: text('Libellé de la pièce', { max: 200 }),
        envoiSignature: flag('Signature'),
        circuit: text('Circuit de signature', { help: 'Tel que le parapheur le nomme. Vide : l’agent le choisit.' }),
        envoiMailsec: flag('Mail sécurisé'),
        envoiGed: flag('Dépôt en GED'),
        envoiSae: flag('Archivage'),
      },
      { max: 100, help: 'Une ligne par type de pièce.' },
    ),
  },

  connect({ config }) {
    return {
      reglages: { lire: () => Promise.resolve(config) },
      check() {
        const codes = config.types.map(({ type }) => type.trim())
        const unknown = codes.filter(code => !KNOWN.has(code))
        const twice = codes.filter((code, rank) => codes.indexOf(code) !== rank)
        if (unknown.length > 0)
          return Promise.reject(
            new PermanentError(
              `« ${unknown.join(', ')} » n'est pas un type de pièce : les codes sont ${CODES.join(', ')}.`,
            ),
          )
        if (twice.length > 0)
          return Promise.reject(
            new PermanentError(`Le type « ${twice.join(', ')} » a plusieurs lignes : n'en garder qu'une.`),
          )
        return Promise.resolve(
          codes.length === 0
            ? 'Aucun type de pièce n’est réglé : chaque agent choisira le cheminement.'
            : `${codes.length} ${codes.length > 1 ? 'types de pièces réglés' : 'type de pièce réglé'} sur ${CODES.length}.`,
        )
      },
    }
  },
})
