import { defineStep, file, PermanentError, type Transformation } from '#core'

/** What the business software adds to a document: the flow reads nothing in it, the transformation does, or the slip of the archive. */
export const metadonnees = (where: { readonly page?: string; readonly accept?: readonly string[] } = {}) =>
  file('Fichier de métadonnées', {
    help: 'JSON de préférence, ou XML : la transformation ou le bordereau d’archivage y puisent.',
    pastell: 'metadonnees',
    ...where,
  })

/** Fields computed by the rules of a connector; without one, the step is passed (`flows/steps.md`, Transformation). */
export const transformation = defineStep({
  id: 'transformation',
  label: 'Transformation',
  needs: 'transformation',
  optional: true,
  inputs: {},
  fields: {
    valeurs: file('Valeurs calculées', { computed: true, pastell: 'transformation_file' }),
  },
  initial: 'aTransformer',
  states: {
    aTransformer: { label: 'Préparation de la transformation', pastell: 'preparation-transformation' },
    transforme: { label: 'Transformé', ends: 'next', pastell: 'transformation' },
    erreur: {
      label: 'Transformation impossible',
      help: "Une valeur n'a pas pu être calculée, ou ne conviendrait pas au formulaire ; la raison est affichée et rien n'a été écrit. Si la règle est en cause, l'administrateur corrige le connecteur de transformation, puis « Réessayer : Calculer les champs ». Si c'est une valeur saisie : « Abandonner », « Rouvrir », corrigez-la, puis « Envoyer ».",
      trouble: true,
      deletable: true,
      pastell: 'transformation-error',
    },
  },
  tasks: {
    transformer: {
      label: 'Calculer les champs',
      from: 'aTransformer',
      to: 'transforme',
      // Nothing happens outside the document: computing again is harmless.
      afterCrash: 'retry',
      pastell: 'transformation',
      async run({ connectors, document, files }, goto) {
        const connector: Transformation | undefined = connectors.transformation
        if (!connector) return goto('transforme', {}, "Aucune transformation n'est associée : étape passée")
        const texts = await connector.transform(await document.contents())
        const { values, problems } = document.edited(texts)
        if (problems.length > 0)
          throw new PermanentError(
            `Après la transformation, le formulaire ne serait pas correct : ${problems.join(' ')}`,
          )
        const names = Object.keys(texts)
        if (names.length === 0) return goto('transforme', { valeurs: undefined }, 'Aucun champ à calculer')
        const valeurs = await files.save(JSON.stringify(texts, null, 2), 'transformation_file.json')
        const message = names.length === 1 ? '1 champ calculé' : `${names.length} champs calculés`
        return { ...goto('transforme', { valeurs }, message), edits: values }
      },
    },
  },
})
