import { defineFlow, defineStep, longText, text, type Fields, type Flow } from '#core'

/** A form that only recipients see or fill in: there is nothing to do after it. */
export const formulaireDestinataire = defineStep({
  id: 'formulaire-destinataire',
  label: 'Page des destinataires',
  inputs: {},
  fields: {},
  initial: 'valide',
  states: { valide: { label: 'Validé', ends: 'next', pastell: 'validation' } },
  tasks: {},
})

/**
 * The companion of a flow that sends secure mail, under Pastell's identifier. `<flow>-destinataire`: the page of the recipients; values
 * that bear the same Pastell name in the document are shown there, above its files. `<flow>-reponse`: its mere presence lets the
 * recipients of kind « to » answer with this form, once each; an answer is a document of this flow, linked to the one it answers.
 */
export const companion = ({
  id,
  label,
  family,
  fields,
}: {
  readonly id: `${string}-destinataire` | `${string}-reponse`
  readonly label: string
  readonly family: string
  readonly fields: Fields
}): Flow =>
  defineFlow({
    id,
    version: 1,
    label,
    family,
    pastell: id,
    companion: true,
    fields,
    steps: () => [formulaireDestinataire({})],
  })

/** What every page of recipients begins with. */
export const recipientFields = {
  to: text('Destinataires', { pastell: 'to' }),
  cc: text('En copie', { pastell: 'cc' }),
}

/** The fields that the answers of Pastell's flows have. */
export const answerText = longText('Réponse', { required: true, title: true, pastell: 'reponse' })
