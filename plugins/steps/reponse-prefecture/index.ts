import { choice, defineStep, PermanentError, stay, text, wait } from '#core'
import { answerIn } from './answer.ts'
import { fields, LETTERS, NATURES } from './fields.ts'

const ANSWER = ['reponse', 'refus', 'autresPieces', 'typologieCourrier', 'typologiePieces', 'typologieLettre'] as const

/**
 * A letter of the préfecture about an acte, and the answer of the authority until its acknowledgement (`flows/actes.md`,
 * actes-reponse-prefecture). A referral to the court (déféré) only informs.
 */
export { LETTERS, NATURES } from './fields.ts'

export const reponsePrefecture = defineStep({
  id: 'reponsePrefecture',
  label: 'Réponse à la préfecture',
  needs: 'tdtActes',
  inputs: {
    type: choice('Courrier reçu', LETTERS),
    courrier: text('Transaction du courrier'),
    numero: text("Numéro de l'acte"),
    nature: choice("Nature de l'acte", NATURES),
  },
  fields,
  initial: 'aRecevoir',
  states: {
    aRecevoir: { label: 'Réception du courrier' },
    attente: {
      label: 'Courrier de la préfecture à traiter',
      help: "Un courrier de la préfecture est arrivé. « Répondre » ouvre la réponse : déposez-la, choisissez le type de chaque pièce, puis « Envoyer la réponse à la préfecture ». Si rien n'est à répondre par ce moyen, « Classer sans réponse ».",
      editable: ANSWER,
      pastell: 'attente-reponse-prefecture',
    },
    envoye: { label: 'Réponse envoyée à la préfecture', pastell: 'send-reponse-prefecture' },
    acquitte: { label: 'Réponse reçue par la préfecture', ends: 'next', pastell: 'verif-reponse-tdt' },
    traite: { label: 'Courrier traité', ends: 'next', pastell: 'termine' },
    rejete: {
      label: 'Réponse rejetée par le TdT ou la préfecture',
      help: 'Votre réponse est revenue en erreur, pour la raison affichée. Corrigez-la, puis « Envoyer la réponse à la préfecture » ; ou « Classer sans réponse », si vous répondez autrement.',
      trouble: true,
      editable: ANSWER,
      pastell: 'erreur-verif-tdt',
    },
    erreurEnvoi: {
      label: "Échec de l'envoi de la réponse",
      help: "Le TdT n'a pas pris votre réponse, pour la raison affichée. Corrigez-la, puis « Envoyer la réponse à la préfecture » ; ou « Classer sans réponse », si vous répondez autrement.",
      trouble: true,
      editable: ANSWER,
    },
    erreurSuivi: {
      label: 'Suivi de la réponse interrompu',
      help: "Le TdT ne dit plus rien de votre réponse depuis trop longtemps, ou ce qu'il en dit ne se lit pas ; la raison est affichée. Regardez là-bas où elle en est, puis « Réessayer : Vérifier la réponse » : le suivi reprend, rien n'est renvoyé.",
      trouble: true,
      pastell: 'tdt-error',
    },
    erreur: {
      label: 'Aucun courrier de la préfecture',
      help: "Ce document ne vient pas d'un courrier de la préfecture : ceux de ce flux naissent de ce que le TdT apporte, et celui-ci n'a rien à traiter. « Supprimer » l'enlève.",
      trouble: true,
      deletable: true,
    },
  },
  tasks: {
    recevoir: {
      label: 'Recevoir le courrier',
      from: 'aRecevoir',
      to: ['attente', 'traite'],
      async run({ inputs }, goto) {
        if (inputs.type === undefined || inputs.courrier === undefined)
          throw new PermanentError(
            "Ce document n'a pas de courrier : ceux de la préfecture sont déposés ici par le connecteur du TdT. Supprimez-le.",
          )
        if (inputs.type === '5')
          return goto(
            'traite',
            {},
            "La préfecture défère l'acte au tribunal administratif : l'affaire se traite devant lui.",
          )
        const { type, nature } = inputs
        return goto('attente', { sorte: type, nature }, `${LETTERS[type]} : répondre, ou classer sans réponse`)
      },
    },
    repondre: {
      label: 'Répondre',
      from: 'attente',
      to: [],
      trigger: 'agent',
      guard: ({ data }) => (data.repondre ? 'la réponse est déjà commencée : la compléter puis l’envoyer' : true),
      pastell: 'repondre',
      async run() {
        return stay('Réponse en préparation', { repondre: true })
      },
    },
    classer: {
      label: 'Classer sans réponse',
      from: ['attente', 'erreurEnvoi', 'rejete'],
      to: 'traite',
      trigger: 'agent',
      confirm: 'Classer ce courrier sans y répondre par la télétransmission ?',
      async run(_context, goto) {
        return goto('traite', {}, 'Classé sans réponse par la télétransmission')
      },
    },
    envoyer: {
      label: 'Envoyer la réponse à la préfecture',
      from: ['attente', 'erreurEnvoi', 'rejete'],
      to: 'envoye',
      trigger: 'agent',
      failsTo: 'erreurEnvoi',
      // No platform finds an answer again: whether it left is for a person to see.
      afterCrash: 'askAgent',
      guard({ data }) {
        const answer = answerIn(data)
        return typeof answer === 'string' ? answer : true
      },
      pastell: 'send-reponse-prefecture',
      async run({ inputs, data, connector, key }, goto) {
        const answer = answerIn(data)
        if (typeof answer === 'string') throw new PermanentError(`La réponse n'est pas prête : ${answer}.`)
        if (!connector.answers)
          throw new PermanentError(
            'Le TdT associé ne transporte pas les réponses à la préfecture : répondez-lui par un autre moyen, puis « Classer sans réponse ».',
          )
        const sent = await connector.answers.send({
          key,
          kind: data.sorte ?? '2',
          letterId: inputs.courrier ?? '',
          ...answer,
        })
        if (sent.is === 'refused') throw new PermanentError(sent.reason)
        const what = answer.refusal ? 'Refus envoyé' : 'Réponse envoyée'
        return goto('envoye', { reponseId: sent.id, ar: undefined }, `${what} à la préfecture (transaction ${sent.id})`)
      },
    },
    verifier: {
      label: 'Vérifier la réponse',
      from: 'envoye',
      to: ['acquitte', 'traite', 'rejete'],
      failsTo: 'erreurSuivi',
      every: '5 min x 12, 15 min x 24, 1 h',
      within: '30 d',
      late: 'erreurSuivi',
      pastell: 'verif-reponse-tdt',
      async run({ inputs, data, connector }, goto) {
        if (!connector.answers)
          throw new PermanentError(
            'Le TdT associé ne suit pas les réponses à la préfecture : associez celui qui a envoyé celle-ci.',
          )
        const status = await connector.answers.status(data.reponseId ?? '', {
          kind: data.sorte ?? '2',
          numero: inputs.numero ?? '',
        })
        switch (status.is) {
          case 'pending':
            return wait(status.message)
          case 'final':
            return goto('traite', {}, status.message)
          case 'refused':
            return goto('rejete', {}, status.reason)
          case 'acknowledged':
            return goto('acquitte', { ar: status.ar }, 'Réponse reçue par la préfecture')
        }
      },
    },
  },
})
