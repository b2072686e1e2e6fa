import { defineFlow, file, files, longText, text, type Flow } from '#core'
import { answerText, companion, recipientFields } from './companions.ts'
import { mailsec } from './step.ts'
import { transformation } from '../transformation/index.ts'

export const FAMILY = 'Mails sécurisés'

const message = {
  objet: text('Objet', { required: true, title: true, max: 500, pastell: 'objet' }),
  message: longText('Message', { pastell: 'message' }),
  documents: files('Fichiers', { pastell: 'document_attache' }),
}

/** A message with files, after the transformation if one is associated (`flows/mailsec.md`). */
export const secureMail = ({ id, label }: { readonly id: string; readonly label: string }): Flow =>
  defineFlow({
    id,
    version: 1,
    label,
    family: FAMILY,
    pastell: id,
    fields: {
      ...message,
      metadonnees: file('Fichier de métadonnées', {
        help: 'Lu par la transformation, s’il y en a une ; les destinataires ne le voient pas.',
        pastell: 'metadonnees',
      }),
    },
    steps: ({ objet, message: words, documents }) => [
      transformation({}),
      mailsec({ titre: objet, message: words, documents }),
    ],
  })

/** The former ones, without transformation nor reminder; only the name of the sending differs. */
export const formerSecureMail = ({
  id,
  label,
  sending,
}: {
  readonly id: string
  readonly label: string
  readonly sending: string
}): Flow =>
  defineFlow({
    id,
    version: 1,
    label,
    family: FAMILY,
    pastell: id,
    fields: message,
    steps: ({ objet, message: words, documents }) => [
      mailsec({ titre: objet, message: words, documents })
        .set({ relances: 'non' })
        .pastell({ 'states.envoye': sending, 'tasks.reprendre': sending }),
    ],
  })

/** What the recipients of a message see. */
export const messagePage = ({ id, label }: { readonly id: `${string}-destinataire`; readonly label: string }): Flow =>
  companion({ id, label, family: FAMILY, fields: { ...recipientFields, ...message } })

/** What they answer. */
export const messageAnswer = ({ id, label }: { readonly id: `${string}-reponse`; readonly label: string }): Flow =>
  companion({
    id,
    label,
    family: FAMILY,
    fields: { reponse: answerText, documents: files('Fichiers', { pastell: 'document_attache' }) },
  })
