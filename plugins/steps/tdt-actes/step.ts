import {
  choice,
  date,
  defineStep,
  file,
  files,
  flag,
  PermanentError,
  pieceTypes,
  remoteChoice,
  stay,
  text,
  typeOfPiece,
  wait,
} from '#core'
import type { FileRef, PieceType, StampedPieces, TypedPiece } from '#core'

const typed = (piece: FileRef, types: readonly PieceType[]): TypedPiece => {
  const type = typeOfPiece(piece, types)
  if (!type) throw new PermanentError(`Il manque le type de « ${piece.name} » : le choisir dans « Types des pièces ».`)
  return { file: piece, type: type.value }
}

const stampedValues = (stamped: StampedPieces) => ({
  acteTamponne: stamped.acte,
  annexesTamponnees: stamped.annexes.filter(each => each !== undefined),
  ...(stamped.bordereau ? { bordereau: stamped.bordereau } : {}),
})

/**
 * Transmission of an acte to the légalité control through a TdT, until its acknowledgement, and later its cancellation or
 * a new stamp (`flows/steps.md`, TdT ACTES; formats/actes.md §10 for the rules of the fields).
 */
export const tdtActes = defineStep({
  id: 'tdtActes',
  label: 'Contrôle de légalité',
  needs: 'tdtActes',
  inputs: {
    objet: text('Objet', { required: true }),
    acte: file('Acte', { required: true }),
    annexes: files('Annexes'),
  },
  fields: {
    nature: choice(
      "Nature de l'acte",
      {
        '3': 'Actes individuels',
        '2': 'Actes réglementaires',
        '6': 'Autres',
        '4': 'Contrats, conventions et avenants',
        '1': 'Délibérations',
        '5': 'Documents budgétaires et financiers',
      },
      { required: true, pastell: 'acte_nature' },
    ),
    numero: text("Numéro de l'acte", {
      required: true,
      index: true,
      pattern: {
        regex: '^[0-9A-Z_]{1,15}$',
        message:
          "Le numéro de l'acte compte 1 à 15 caractères, lettres majuscules sans accent, chiffres et « _ », sans espace : par exemple « DEL_2026_012 ».",
      },
      pastell: 'numero_de_lacte',
    }),
    date: date("Date de l'acte", { required: true, default: 'now', notAfterToday: true, pastell: 'date_de_lacte' }),
    papier: flag('Envoi de documents papier complémentaires', { pastell: 'document_papier' }),
    classification: remoteChoice('Classification (matière)', 'classification', {
      required: true,
      pastell: 'classification',
    }),
    typologie: pieceTypes('Types des pièces', 'typologies', {
      required: true,
      of: ['acte', 'annexes'],
      by: ['nature'],
      pastell: 'type_piece',
    }),
    datePublication: date('Date de publication', { pastell: 'acte_publication_date' }),
    transactionId: text('Transaction au TdT', { computed: true, index: true, pastell: 'tedetis_transaction_id' }),
    acteId: text("Identifiant unique de l'acte", { computed: true, index: true, pastell: 'acte_unique_id' }),
    ar: file('Accusé de réception', { computed: true, pastell: 'aractes' }),
    dateAr: date("Date de l'accusé de réception", { computed: true, pastell: 'date_ar' }),
    bordereau: file("Bordereau d'acquittement", { computed: true, pastell: 'bordereau' }),
    acteTamponne: file('Acte tamponné', { computed: true, pastell: 'acte_tamponne' }),
    annexesTamponnees: files('Annexes tamponnées', { computed: true, pastell: 'annexes_tamponnees' }),
    courriers: files('Courriers de la préfecture', { computed: true }),
    annulationId: text("Transaction d'annulation", { computed: true, index: true, pastell: 'tedetis_annulation_id' }),
    arAnnulation: file("Accusé de réception d'annulation", { computed: true, pastell: 'aractes_annulation' }),
    dateArAnnulation: date("Date de l'annulation", { computed: true, pastell: 'date_ar_annulation' }),
  },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi en préfecture", pastell: 'pre-send-tdt' },
    envoye: { label: 'Transmis au TdT', pastell: 'send-tdt' },
    aConfirmer: {
      label: 'À confirmer sur le TdT avec un certificat',
      help: "Votre TdT veut qu'une personne confirme cet envoi avec son certificat. « Confirmer la transmission avec mon certificat » ouvre la page du TdT ; ensuite, le document continue de lui-même.",
      pastell: 'document-transmis-tdt',
    },
    arRecu: { label: 'Accusé de réception reçu, récupération des actes tamponnés' },
    acquitte: {
      label: 'Acquitté par la préfecture',
      ends: 'next',
      thenEditable: ['datePublication'],
      pastell: 'acquiter-tdt',
    },
    rejete: {
      label: 'Rejeté par le TdT ou la préfecture',
      help: "Le TdT ou la préfecture a refusé l'acte ; le motif est affiché. « Rouvrir » ramène le document au brouillon : corrigez-le, puis « Envoyer » lui fait reprendre tout son cheminement, signature comprise.",
      ends: 'stop',
      deletable: true,
      pastell: 'erreur-verif-tdt',
    },
    erreurEnvoi: {
      label: "Échec de l'envoi au TdT",
      help: "Le TdT n'a pas pris l'acte, pour la raison affichée : numéro déjà utilisé, type de pièce qui manque… Corrigez les champs du contrôle de légalité, puis « Réessayer : Envoyer au contrôle de légalité » : la signature n'est pas redemandée. S'il faut changer l'objet ou un fichier : « Abandonner », puis « Rouvrir ».",
      trouble: true,
      editable: 'all',
      deletable: true,
      pastell: 'send-tdt-erreur',
    },
    erreurSuivi: {
      label: 'Suivi de la télétransmission interrompu',
      help: "Le TdT ne dit plus rien de cette transmission depuis trop longtemps, ou sa réponse ne se lit pas ; la raison est affichée. Regardez là-bas où en est l'acte, puis « Réessayer » reprend là où le suivi s'est arrêté : l'acte n'est pas renvoyé.",
      trouble: true,
      pastell: 'tdt-error',
    },
    annulationDemandee: { label: 'Annulation demandée à la préfecture', pastell: 'annulation-tdt' },
    annule: {
      label: 'Acte annulé',
      help: "La préfecture a annulé cet acte, comme un agent l'avait demandé : personne n'a rien à faire. L'accusé de réception de l'annulation est gardé ici, et le document ne va pas plus loin.",
      ends: 'stop',
      deletable: true,
      pastell: 'annuler-tdt',
    },
    annulationRefusee: { label: 'Annulation refusée', ends: 'resume' },
  },
  correspondence: { by: 'transactionId', into: 'courriers' },
  links: {
    confirmer: {
      label: 'Confirmer la transmission avec mon certificat',
      from: 'aConfirmer',
      open: async ({ data, connector }, returnTo) => connector.confirmationUrl?.([data.transactionId ?? ''], returnTo),
    },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer au contrôle de légalité',
      from: 'aEnvoyer',
      to: ['envoye', 'aConfirmer'],
      failsTo: 'erreurEnvoi',
      afterCrash: 'find',
      pastell: 'send-tdt',
      async find({ inputs, data, connector, key }, goto) {
        const id = await connector.find({ key, numero: data.numero, date: data.date, objet: inputs.objet })
        return id === undefined
          ? undefined
          : goto('envoye', { transactionId: id }, `Transaction retrouvée sur le TdT (${id})`)
      },
      async run({ inputs, data, connector, key }, goto) {
        const sent = await connector.send({
          key,
          nature: data.nature,
          numero: data.numero,
          objet: inputs.objet,
          date: data.date,
          classification: data.classification.value,
          papier: data.papier,
          acte: typed(inputs.acte, data.typologie),
          annexes: (inputs.annexes ?? []).map(annexe => typed(annexe, data.typologie)),
        })
        if (sent.is === 'refused') throw new PermanentError(sent.reason)
        return sent.is === 'sent'
          ? goto('envoye', { transactionId: sent.id }, `Transmis au TdT (transaction ${sent.id})`)
          : goto('aConfirmer', { transactionId: sent.id }, `À confirmer avec un certificat : ${sent.url}`)
      },
    },
    attendreConfirmation: {
      label: 'Vérifier la confirmation',
      from: 'aConfirmer',
      to: ['envoye', 'arRecu', 'rejete'],
      failsTo: 'erreurSuivi',
      every: '5 min',
      pastell: 'return-teletransmission-tdt',
      async run({ data, connector }, goto) {
        const status = await connector.status(data.transactionId ?? '')
        if (status.is === 'toConfirm') return wait(status.message)
        if (status.is === 'refused') return goto('rejete', {}, status.reason)
        return goto('envoye', {}, 'Transmission confirmée')
      },
    },
    verifier: {
      label: 'Vérifier la télétransmission',
      from: 'envoye',
      to: ['arRecu', 'rejete', 'aConfirmer'],
      failsTo: 'erreurSuivi',
      every: '5 min x 12, 15 min x 24, 1 h',
      within: '30 d',
      late: 'erreurSuivi',
      pastell: 'verif-tdt',
      async run({ data, connector }, goto) {
        const status = await connector.status(data.transactionId ?? '')
        switch (status.is) {
          case 'pending':
            return wait(status.message)
          case 'toConfirm':
            return goto('aConfirmer', {}, status.message)
          case 'refused':
            return goto('rejete', {}, status.reason)
          case 'acknowledged':
            return goto(
              'arRecu',
              { ar: status.ar, acteId: status.acteId, dateAr: status.receivedOn },
              `Accusé de réception de la préfecture (${status.acteId})`,
            )
        }
      },
    },
    recuperer: {
      label: 'Récupérer les actes tamponnés',
      from: 'arRecu',
      to: 'acquitte',
      failsTo: 'erreurSuivi',
      async run({ inputs, data, connector }, goto) {
        const stamped = await connector.stamped(data.transactionId ?? '', {
          acte: inputs.acte,
          annexes: inputs.annexes ?? [],
          postedOn: data.datePublication,
        })
        return goto('acquitte', stampedValues(stamped), `Acquitté par la préfecture (${data.acteId ?? ''})`)
      },
    },
    annuler: {
      label: "Demander l'annulation de l'acte",
      from: { passed: 'acquitte' },
      to: ['annulationDemandee', 'annulationRefusee'],
      trigger: 'agent',
      confirm: "Demander à la préfecture d'annuler cet acte ? Cette demande ne se reprend pas.",
      guard: ({ data }) => (data.annulationId === undefined ? true : "l'annulation a déjà été demandée"),
      afterCrash: 'find',
      failsTo: 'erreurSuivi',
      pastell: 'annulation-tdt',
      async find({ data, connector }, goto) {
        const id = await connector.findCancellation(data.transactionId ?? '')
        return id === undefined ? undefined : goto('annulationDemandee', { annulationId: id })
      },
      async run({ data, connector }, goto) {
        const asked = await connector.cancel(data.transactionId ?? '')
        return asked.is === 'sent'
          ? goto('annulationDemandee', { annulationId: asked.id }, `Annulation demandée (transaction ${asked.id})`)
          : goto('annulationRefusee', {}, `Annulation refusée : ${asked.reason}`)
      },
    },
    suivreAnnulation: {
      label: "Vérifier l'annulation",
      from: 'annulationDemandee',
      to: ['annule', 'annulationRefusee'],
      failsTo: 'erreurSuivi',
      every: '5 min x 12, 1 h',
      pastell: 'verif-annulation-tdt',
      async run({ data, connector }, goto) {
        const status = await connector.cancellationStatus(data.annulationId ?? '')
        if (status.is === 'pending') return wait(status.message)
        return status.is === 'cancelled'
          ? goto(
              'annule',
              { arAnnulation: status.ar, dateArAnnulation: status.receivedOn },
              'Acte annulé par la préfecture',
            )
          : goto('annulationRefusee', { annulationId: undefined }, `Annulation refusée : ${status.reason}`)
      },
    },
    tamponner: {
      label: 'Récupérer à nouveau les actes tamponnés',
      from: { passed: 'acquitte' },
      to: [],
      trigger: 'agent',
      failsTo: 'erreurSuivi',
      pastell: 'tamponner-tdt',
      async run({ inputs, data, connector }) {
        const stamped = await connector.stamped(data.transactionId ?? '', {
          acte: inputs.acte,
          annexes: inputs.annexes ?? [],
          postedOn: data.datePublication,
        })
        return stay('Actes tamponnés récupérés à nouveau', stampedValues(stamped))
      },
    },
  },
})
