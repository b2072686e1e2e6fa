import { checkTemplate, defineStep, file, PermanentError } from '#core'

/** Field → template, as the flow gives them with `.set({ champ: 'expression' })`. */
const faultIn = (settings: Readonly<Record<string, string>>): string | undefined => {
  const rules = Object.entries(settings)
  if (rules.length === 0) return "aucun champ n'est à calculer : donner les règles avec .set({ champ: 'expression' })."
  for (const [field, template] of rules) {
    const fault = checkTemplate(template)
    if (fault !== undefined) return `champ « ${field} », ${fault}.`
  }
  return undefined
}

/** Fields computed by rules written in the flow itself (`flows/steps.md`, Transformation fixe). */
export const transformationFixe = defineStep({
  id: 'transformationFixe',
  label: 'Transformation fixe',
  inputs: {},
  checkSettings: faultIn,
  fields: {
    valeurs: file('Valeurs calculées', { computed: true, pastell: 'transformation_fixe_file' }),
  },
  initial: 'aTransformer',
  states: {
    aTransformer: { label: 'Préparation de la transformation fixe', pastell: 'preparation-transformation-fixe' },
    transforme: { label: 'Transformé par le flux', ends: 'next', pastell: 'transformation-fixe' },
    erreur: {
      label: 'Transformation fixe impossible',
      help: "Une valeur n'a pas pu être calculée par les règles du flux, ou ne conviendrait pas au formulaire ; la raison est affichée et rien n'a été écrit. Si c'est une valeur saisie : « Abandonner », « Rouvrir », corrigez-la, puis « Envoyer ». Si la règle est en cause, prévenez l'administrateur ; une fois le flux corrigé, « Réessayer : Calculer les champs ».",
      trouble: true,
      deletable: true,
      pastell: 'transformation-fixe-error',
    },
  },
  tasks: {
    transformer: {
      label: 'Calculer les champs',
      from: 'aTransformer',
      to: 'transforme',
      afterCrash: 'retry',
      pastell: 'transformation-fixe',
      async run({ settings, document, files }, goto) {
        const texts: Record<string, string> = {}
        for (const [field, template] of Object.entries(settings))
          texts[field] = await document.render(template, `Champ « ${field} »`)
        const { values, problems } = document.edited(texts)
        if (problems.length > 0)
          throw new PermanentError(
            `Après la transformation, le formulaire ne serait pas correct : ${problems.join(' ')}`,
          )
        const valeurs = await files.save(JSON.stringify(texts, null, 2), 'transformation_file.json')
        // The journal says which fields were calculated, by their labels, as it does for every edition.
        return { ...goto('transforme', { valeurs }), edits: values }
      },
    },
  },
})
