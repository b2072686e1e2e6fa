export const NOBODY = 'Aucun destinataire : renseignez « Destinataires », « En copie » ou « En copie cachée ».'
export const TWO_PASSWORDS = 'Les deux mots de passe ne sont pas les mêmes : saisissez-les à nouveau.'
export const ALL_RETURNED =
  "Aucun courriel n'a pu être remis : corrigez les adresses, puis demandez « Envoyer de nouveau »."
export const CLOSED = 'ce lien est fermé : le message a été déclaré non reçu'
export const UNKNOWN = 'ce lien ne correspond à aucun destinataire'

/** « 12 destinataires ». */
export const people = (number: number): string => `${number} ${number > 1 ? 'destinataires' : 'destinataire'}`
