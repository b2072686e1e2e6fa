import { defineStep, file, files, PermanentError, text, UnreadableXml } from '#core'
import { readMarche, savePjs, TooMuch } from './reading.ts'

/** Beyond, the page of the document would not be read by anybody: the PES has them all. */
const MOST_PIECES = 500

const sorry = (name: string, error: unknown): PermanentError | undefined => {
  if (error instanceof UnreadableXml)
    return new PermanentError(
      `« ${name} » n'est pas un fichier XML lisible (${error.message}) : exportez-le à nouveau depuis le logiciel de marchés.`,
      { cause: error },
    )
  if (error instanceof TooMuch)
    return new PermanentError(
      `Les pièces justificatives de « ${name} » dépassent 1 Go une fois décompressées : vérifiez le fichier.`,
      { cause: error },
    )
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
    return new PermanentError(
      `Une pièce justificative de « ${name} » est abîmée et ne peut pas être décompressée : exportez le PES à nouveau.`,
      { cause: error },
    )
  return undefined
}

/** Contract and supporting pieces of a PES of public contracts (`flows/helios.md`, pes-marche, Extraction). */
export const extractionMarche = defineStep({
  id: 'extractionMarche',
  label: 'Extraction du PES marché',
  inputs: { pes: file('PES marché', { required: true }) },
  fields: {
    idContrat: text('Identifiant du contrat', { computed: true, index: true, pastell: 'id_contrat' }),
    pieces: files('Pièces justificatives', { computed: true, pastell: 'piece_justificative' }),
  },
  initial: 'aExtraire',
  states: {
    aExtraire: { label: "Préparation de l'extraction", pastell: 'prepare-affectation' },
    extrait: { label: 'Données extraites', ends: 'next', pastell: 'affectation-orientation' },
    erreur: {
      label: 'Extraction impossible',
      help: "Le PES ne se lit pas, ou une de ses pièces est abîmée ; la raison est affichée, et rien n'est parti. Exportez-le à nouveau depuis le logiciel de marchés, puis « Abandonner », « Rouvrir », déposez-le, « Envoyer ». Si le fichier est bon, « Réessayer : Extraire les données et les pièces ».",
      trouble: true,
      deletable: true,
      pastell: 'erreur-orientation',
    },
  },
  tasks: {
    extraire: {
      label: 'Extraire les données et les pièces',
      from: 'aExtraire',
      to: 'extrait',
      // Nothing happens outside the document: reading again is harmless.
      afterCrash: 'retry',
      pastell: 'affectation',
      async run({ inputs: { pes }, files: store }, goto) {
        try {
          const { idContrat, pjs } = await readMarche(store.open(pes))
          const pieces = await savePjs(store, pes, pjs.slice(0, MOST_PIECES))
          const left = pjs.length - pieces.length
          return goto(
            'extrait',
            { idContrat, pieces },
            `${idContrat ? `Contrat ${idContrat}` : 'Aucun contrat dans le PES'}, ${pieces.length} ${pieces.length > 1 ? 'pièces extraites' : 'pièce extraite'}` +
              (left > 0 ? ` ; ${left} autres restent dans le PES` : ''),
          )
        } catch (error) {
          throw sorry(pes.name, error) ?? error
        }
      },
    },
  },
})
