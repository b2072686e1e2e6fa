import { defineFlow, file, files, text } from '#core'
import { preversementActes } from '../../steps/preversement-actes/index.ts'

/** Actes that went through another TdT, received to be archived (`flows/actes.md`, actes-preversement-seda). */
export default defineFlow({
  id: 'actes-preversement-seda',
  version: 1,
  label: 'Actes préversement SEDA',
  family: 'Actes administratifs',
  pastell: 'actes-preversement-seda',
  fields: {
    titre: text('Titre', { title: true, max: 499, pastell: 'titre' }),
    enveloppe: file('Enveloppe métier', {
      required: true,
      accept: ['application/xml'],
      help: 'Le message XML 1-1 transmis à la préfecture.',
      pastell: 'enveloppe_metier',
    }),
    documents: files("Fichiers de l'acte", {
      required: true,
      help: "L'acte et ses annexes, sous les noms que l'enveloppe leur donne.",
      pastell: 'document',
    }),
    ar: file('Accusé de réception', {
      required: true,
      accept: ['application/xml'],
      help: 'Le message XML 1-2 de la préfecture.',
      pastell: 'aractes',
    }),
  },
  steps: ({ enveloppe, documents, ar }) => [preversementActes({ enveloppe, documents, ar })],
})
