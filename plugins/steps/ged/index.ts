import { defineStep, file, text } from '#core'
import { withFreeMetadata } from './metadonnees.ts'

export { metadonneesLibres } from './metadonnees.ts'

/** Deposit of a document, its files and its metadata in document management (`flows/steps.md`, Dépôt). */
export const depotGed = defineStep({
  id: 'ged',
  label: 'Dépôt en GED',
  needs: 'ged',
  inputs: {},
  fields: {
    emplacement: text('Emplacement du dépôt', { computed: true, index: true }),
    identifiants: file('Identifiants des fichiers déposés', { computed: true, pastell: 'ged_document_id_file' }),
  },
  initial: 'aDeposer',
  states: {
    aDeposer: { label: 'Préparation du dépôt', pastell: 'preparation-send-ged' },
    depose: { label: 'Versé à la GED', ends: 'next', pastell: 'send-ged' },
    erreur: {
      label: 'Dépôt en GED refusé',
      help: "Le service de dépôt n'a pas pris les fichiers, pour la raison affichée : fichier déjà présent, droit manquant… Faites corriger ce qu'elle nomme, souvent le connecteur par l'administrateur, puis « Réessayer : Déposer en GED ». Un dépôt commencé est complété, jamais doublé.",
      trouble: true,
      deletable: true,
      pastell: 'error-ged',
    },
  },
  tasks: {
    deposer: {
      label: 'Déposer en GED',
      from: 'aDeposer',
      to: 'depose',
      // The deposit recognises its own work by the key: running it again completes it and never makes a second one.
      afterCrash: 'retry',
      pastell: 'send-ged',
      async run({ connector, document, key, files }, goto) {
        const deposited = await connector.deposit(withFreeMetadata(await document.contents()), key)
        const identifiants =
          Object.keys(deposited.ids).length > 0
            ? await files.save(JSON.stringify(deposited.ids, null, 2), 'ged_document_id.json')
            : undefined
        return goto(
          'depose',
          { emplacement: deposited.location, identifiants },
          `Versé à la GED (${deposited.location})`,
        )
      },
    },
  },
})
