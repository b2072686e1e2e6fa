import { defineStep, localMoment, PermanentError, wait, type FileRef, type Reglages } from '#core'
import { fields, FILE_INPUTS, inputs } from './fields.ts'
import { makeReceipt, shownFiles } from './receipt.ts'
import {
  allFailed,
  allRead,
  askedAgain,
  changed,
  digestsOf,
  gathered,
  readLists,
  recipientsIn,
  withRecipients,
  type Recipient,
} from './recipients.ts'
import { calendarOf, calendarSentence, delaysOf } from './reminders.ts'
import { sendNext } from './sending.ts'

const NOBODY = 'Aucun destinataire : renseignez « Destinataires », « En copie » ou « En copie cachée ».'
const TWO_PASSWORDS = 'Les deux mots de passe ne sont pas les mêmes : saisissez-les à nouveau.'
const ALL_RETURNED = "Aucun courriel n'a pu être remis : corrigez les adresses, puis demandez « Envoyer de nouveau »."

const count = (number: number, one: string, several: string): string => `${number} ${number > 1 ? several : one}`

/** Written when the file of it changes: what the recipients did since has no proof yet. */
const progress = (recipients: readonly Recipient[]): string =>
  `Lu par ${recipients.filter(each => each.luLe !== undefined).length} sur ${recipients.length}`

const bearerOf = (recipients: readonly Recipient[], digest: unknown): Recipient | undefined =>
  recipients.find(each => typeof digest === 'string' && digestsOf(each).includes(digest))

const CLOSED = 'ce lien est fermé : le message a été déclaré non reçu'
const UNKNOWN = 'ce lien ne correspond à aucun destinataire'

/** Secure mail: one message and one page for each recipient, reading, reminders, answers, proof (`flows/steps.md`, Mailsec). */
export const mailsec = defineStep({
  id: 'mailsec',
  label: 'Mail sécurisé',
  needs: ['mailsec', 'reglages'],
  checkSettings: ({ relances = 'oui', ...others }) =>
    Object.keys(others).length > 0 || !['oui', 'non'].includes(relances)
      ? 'le seul réglage est « relances », qui vaut « oui » ou « non ».'
      : undefined,
  inputs,
  fields,
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi", pastell: 'preparation-send-mailsec' },
    envoye: { label: 'Envoyé, en attente de lecture', editable: ['renvoyerA'], pastell: 'send-mailsec' },
    aRelancer: { label: 'Renvoi en cours', pastell: 'prepare-renvoi' },
    renvoye: { label: 'Renvoyé, en attente de lecture', editable: ['renvoyerA'], pastell: 'renvoi' },
    luPartiel: {
      label: 'Lu par une partie des destinataires',
      editable: ['renvoyerA'],
      pastell: 'reception-partielle',
    },
    lu: { label: 'Lu par tous', ends: 'next', pastell: 'reception' },
    aClore: { label: "Fin de l'attente", pastell: 'preparation-non-recu' },
    nonRecu: { label: 'Non reçu', ends: 'next', pastell: 'non-recu' },
    erreurEnvoi: {
      label: 'Envoi impossible',
      trouble: true,
      deletable: true,
      editable: ['to', 'cc', 'bcc', 'motDePasse', 'confirmation'],
      pastell: 'send-mailsec-error',
    },
    erreur: {
      label: 'Remis à personne',
      trouble: true,
      deletable: true,
      editable: ['to', 'cc', 'bcc'],
      pastell: 'erreur',
    },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer les courriels',
      from: 'aEnvoyer',
      to: ['envoye', 'erreurEnvoi', 'erreur'],
      uses: 'mailsec',
      // One message at each call, the next at once: what has left is stored before anything else leaves.
      every: '0 s',
      within: '2 d',
      late: 'erreurEnvoi',
      failsTo: 'erreurEnvoi',
      async run({ data, connectors, document, now }, goto) {
        const lists = { to: data.to, cc: data.cc, bcc: data.bcc }
        const asked = JSON.stringify(lists)
        if (data.listes !== asked) {
          if (data.motDePasse && data.confirmation && data.motDePasse !== data.confirmation)
            return goto('erreurEnvoi', {}, TWO_PASSWORDS)
          const { listed, faults } = readLists(lists)
          const recipients = gathered(recipientsIn(data), listed)
          if (faults.length > 0 || recipients.length === 0)
            return goto('erreurEnvoi', {}, faults.length > 0 ? faults.join(' ') : NOBODY)
          return {
            outcome: 'wait',
            message: `Envoi à ${count(recipients.length, 'destinataire', 'destinataires')}`,
            values: { ...withRecipients(recipients), listes: asked },
          }
        }
        try {
          const sent = await sendNext({ connector: connectors.mailsec, data, now, document })
          if (sent) return { outcome: 'wait', message: sent.message, values: sent.change }
        } catch (error) {
          if (error instanceof PermanentError) return goto('erreurEnvoi', {}, error.message)
          throw error
        }
        if (allFailed(recipientsIn(data))) return goto('erreur', {}, ALL_RETURNED)
        return goto(
          'envoye',
          { envoyeLe: now.toISOString(), relanceFaite: false },
          `Envoyé à ${count(data.envoyes, 'destinataire', 'destinataires')}`,
        )
      },
    },
    reprendre: {
      label: 'Envoyer de nouveau',
      from: ['erreurEnvoi', 'erreur'],
      to: 'aEnvoyer',
      trigger: 'agent',
      pastell: 'send-mailsec',
      // The lists are read again; whoever received the message does not receive it twice.
      run: async (_context, goto) => goto('aEnvoyer', { listes: undefined }),
    },
    suivre: {
      label: 'Vérifier les délais',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: ['lu', 'aRelancer', 'aClore', 'erreur'],
      every: '1 min x 1, 6 h',
      pastell: 'mailsec-relance',
      async run({ data, connectors, document, inputs: given, settings, now, files }, goto) {
        const recipients = recipientsIn(data)
        const receipt = async (): Promise<FileRef> =>
          makeReceipt(
            { contents: await document.contents(), shown: shownFiles(given, FILE_INPUTS), recipients },
            { files, now },
          )
        // A reading or a return that arrived while a message was leaving changed the rows and not the state.
        if (allRead(recipients)) return goto('lu', { accuse: await receipt(), lectureMail: 'true' }, 'Lu par tous')
        if (allFailed(recipients)) return goto('erreur', {}, ALL_RETURNED)
        if (settings['relances'] === 'non') return wait(`${progress(recipients)}.`)
        const calendar = calendarOf(
          data.envoyeLe ?? now.toISOString(),
          await delaysOf((connectors as { readonly reglages?: Reglages }).reglages),
        )
        const { remindOn, endOn } = calendar
        if (now >= endOn) return goto('aClore', {}, `Sans nouvelle depuis l'envoi : ${progress(recipients)}`)
        if (now >= remindOn && !data.relanceFaite)
          return goto(
            'aRelancer',
            current => ({
              ...withRecipients(askedAgain(recipientsIn(current), new Set())),
              relanceFaite: true,
              etatAvantRenvoi: undefined,
            }),
            'Relance de ceux qui n’ont pas lu',
          )
        return {
          outcome: 'wait',
          message: `${progress(recipients)}. ${calendarSentence(calendar, data.relanceFaite)}.`,
          values: {},
        }
      },
    },
    renvoyer: {
      label: 'Renvoyer',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: 'aRelancer',
      trigger: 'agent',
      pastell: 'renvoi',
      guard({ data }) {
        const { listed, faults } = readLists({ to: data.renvoyerA, cc: undefined, bcc: undefined })
        if (faults.length > 0) return faults.join(' ')
        const known = new Set(recipientsIn(data).map(each => each.adresse.toLowerCase()))
        const stranger = listed.find(each => !known.has(each.adresse.toLowerCase()))
        return stranger === undefined || `« ${stranger.adresse} » n'est pas destinataire de ce message`
      },
      async run({ data }, goto) {
        const { listed } = readLists({ to: data.renvoyerA, cc: undefined, bcc: undefined })
        const only = new Set(listed.map(each => each.adresse.toLowerCase()))
        const before = recipientsIn(data).some(each => each.luLe !== undefined) ? 'luPartiel' : 'envoye'
        return goto(
          'aRelancer',
          current => ({
            ...withRecipients(askedAgain(recipientsIn(current), only)),
            etatAvantRenvoi: only.size === 0 ? undefined : before,
            renvoyerA: undefined,
          }),
          only.size === 0 ? 'Renvoi à ceux qui n’ont pas lu' : `Renvoi à ${[...only].join(', ')}`,
        )
      },
    },
    relancer: {
      label: 'Renvoyer les courriels',
      from: 'aRelancer',
      to: ['renvoye', 'envoye', 'luPartiel'],
      uses: 'mailsec',
      every: '0 s',
      within: '2 d',
      late: 'renvoye',
      failsTo: 'renvoye',
      async run({ data, connectors, document, now }, goto) {
        const sent = await sendNext({ connector: connectors.mailsec, data, now, document })
        if (sent) return { outcome: 'wait', message: sent.message, values: sent.change }
        // Sent again to one person: for the others nothing changed.
        if (data.etatAvantRenvoi === 'envoye') return goto('envoye', {}, 'Renvoyé')
        if (data.etatAvantRenvoi === 'luPartiel') return goto('luPartiel', {}, 'Renvoyé')
        return goto('renvoye', {}, 'Renvoyé à ceux qui n’ont pas lu')
      },
    },
    declarerNonRecu: {
      label: 'Déclarer non reçu',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: 'aClore',
      trigger: 'agent',
      confirm: 'Déclarer ce message non reçu ? Les liens de ceux qui n’ont pas lu ne fonctionneront plus.',
      pastell: 'non-recu',
      run: async (_context, goto) => goto('aClore', {}, "Déclaré non reçu par l'agent"),
    },
    clore: {
      label: 'Fermer les liens',
      from: 'aClore',
      to: 'nonRecu',
      async run({ data, document, inputs: given, now, files }, goto) {
        const close = (each: Recipient): Recipient =>
          each.luLe === undefined && each.etat !== 'erreur' ? { ...each, etat: 'non_recu' } : each
        const recipients = recipientsIn(data).map(close)
        const accuse = await makeReceipt(
          { contents: await document.contents(), shown: shownFiles(given, FILE_INPUTS), recipients },
          { files, now },
        )
        return goto(
          'nonRecu',
          current => ({ ...withRecipients(recipientsIn(current).map(close)), accuse, lectureMail: 'true' }),
          progress(recipients),
        )
      },
    },
  },
  signals: {
    lecture: {
      label: 'Lecture par un destinataire',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: ['luPartiel', 'lu'],
      since: 'aEnvoyer',
      pastell: 'compute_read_mail',
      async receive({ data, inputs: given, payload, now, document, files }, goto) {
        const bearer = bearerOf(recipientsIn(data), payload['acces'])
        if (!bearer) return UNKNOWN
        if (bearer.etat === 'non_recu') return CLOSED
        if (bearer.luLe !== undefined)
          return { outcome: 'stay', message: `Ouvert de nouveau par ${bearer.adresse}`, values: {} }
        const recipients = changed(recipientsIn(data), bearer.cle, each => ({
          ...each,
          luLe: localMoment(now),
          // A page that opens says more than a notice of non-delivery.
          etat: 'lu',
          erreur: undefined,
        }))
        const accuse = await makeReceipt(
          { contents: await document.contents(), shown: shownFiles(given, FILE_INPUTS), recipients },
          { files, now },
        )
        return goto(
          allRead(recipients) ? 'lu' : 'luPartiel',
          { ...withRecipients(recipients), accuse, lectureMail: 'true' },
          `Lu par ${bearer.adresse}`,
        )
      },
    },
    reponse: {
      label: "Réponse d'un destinataire",
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: [],
      since: 'aEnvoyer',
      pastell: 'reponse',
      async receive({ data, inputs: given, payload, now, document, files }) {
        const bearer = bearerOf(recipientsIn(data), payload['acces'])
        if (!bearer) return UNKNOWN
        if (bearer.etat === 'non_recu') return CLOSED
        if (bearer.role !== 'to') return 'seuls les destinataires principaux peuvent répondre'
        if (bearer.luLe === undefined) return 'le message doit être consulté avant de répondre'
        if (bearer.reponduLe !== undefined) return `une réponse a déjà été envoyée le ${bearer.reponduLe}`
        const recipients = changed(recipientsIn(data), bearer.cle, each => ({
          ...each,
          etat: 'repondu',
          reponduLe: localMoment(now),
          reponse: String(payload['created']),
          titreReponse: String(payload['createdTitle']),
        }))
        const accuse = await makeReceipt(
          { contents: await document.contents(), shown: shownFiles(given, FILE_INPUTS), recipients },
          { files, now },
        )
        return {
          outcome: 'stay',
          message: `Réponse de ${bearer.adresse}`,
          values: { ...withRecipients(recipients), accuse },
        }
      },
    },
    retour: {
      label: 'Avis de non-remise',
      from: ['envoye', 'renvoye', 'luPartiel'],
      to: ['erreur'],
      since: 'aEnvoyer',
      async receive({ data, inputs: given, payload, now, document, files }, goto) {
        const { about, message, remise } = payload
        const bearer = recipientsIn(data).find(each => each.cle === about)
        if (!bearer) return UNKNOWN
        const sentence = String(message)
        const values = {
          retours: [...(data.retours ?? []), ...((payload['files'] as readonly FileRef[] | undefined) ?? [])],
        }
        // A delay is no failure; whoever has read did receive.
        if (remise !== 'echec' || bearer.luLe !== undefined || bearer.etat === 'non_recu')
          return { outcome: 'stay', message: sentence, values }
        const recipients = changed(recipientsIn(data), bearer.cle, each => ({
          ...each,
          etat: 'erreur',
          erreur: sentence,
        }))
        const accuse = await makeReceipt(
          { contents: await document.contents(), shown: shownFiles(given, FILE_INPUTS), recipients },
          { files, now },
        )
        const all = { ...withRecipients(recipients), ...values, accuse }
        return allFailed(recipients)
          ? goto('erreur', all, sentence)
          : { outcome: 'stay', message: sentence, values: all }
      },
    },
  },
  correspondence: { by: 'cles', into: 'retours', from: 'anyInstanceAbove', tells: 'retour' },
})
