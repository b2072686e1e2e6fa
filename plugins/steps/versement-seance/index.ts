import { defineStep, text } from '#core'
import { metadataOf, zipOfSeance } from './bundle.ts'
import { versementInputs } from './inputs.ts'

/**
 * Gathers the documents of a séance in a zip with its metadata, and hands them to `ls-dossier-seance`, which archives them
 * (`flows/archivage.md`).
 */
export const versementSeance = defineStep({
  id: 'versementSeance',
  label: 'Versement au dossier de séance',
  inputs: versementInputs,
  fields: {
    dossierId: text('Dossier de séance à archiver', { computed: true, index: true }),
  },
  initial: 'aVerser',
  states: {
    aVerser: { label: 'Préparation du dossier de séance' },
    verse: { label: 'Dossier de séance créé', ends: 'next' },
    erreur: {
      label: 'Dossier de séance impossible à créer',
      help: "Le dossier de séance n'a pas pu être créé, pour la raison affichée ; la séance et ses documents ne perdent rien. L'administrateur corrige ce qu'elle nomme, puis « Réessayer : Créer le dossier de séance » : il n'y en aura qu'un.",
      trouble: true,
    },
  },
  tasks: {
    verser: {
      label: 'Créer le dossier de séance',
      from: 'aVerser',
      to: 'verse',
      // The same reference gives the same document: running it again makes no second one.
      afterCrash: 'retry',
      async run({ inputs, files, document, now }, goto) {
        const { id, is } = await document.create({
          flow: 'ls-dossier-seance',
          reference: 'dossier-de-seance',
          values: {
            dossier: await files.save(zipOfSeance(inputs, files, now), `seance-${inputs.date}.zip`),
            metadonnees: await files.save(metadataOf(inputs), 'metadonnees.json'),
          },
          message: `Créé par la séance « ${document.title} »`,
          then: { whenValid: 'envoyer' },
          link: { there: 'Dossier de séance', here: 'Séance' },
        })
        return goto(
          'verse',
          { dossierId: id },
          is === 'created'
            ? `Dossier de séance créé (${id}) et envoyé à l'archivage`
            : `Dossier de séance déjà créé (${id})`,
        )
      },
    },
  },
})
