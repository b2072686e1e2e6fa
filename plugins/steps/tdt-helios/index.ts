import { acquitSentence, choice, defineStep, file, PermanentError, text, wait } from '#core'

/**
 * Transmission of a PES_Aller to the treasury through a TdT, until its acquit (`flows/steps.md`, TdT HELIOS). The flow goes on
 * whatever the acquit says: `etatAck` tells it.
 */
export const tdtHelios = defineStep({
  id: 'tdtHelios',
  label: 'Télétransmission à la trésorerie',
  needs: 'tdtHelios',
  inputs: {
    objet: text('Objet', { required: true }),
    pes: file('PES aller', { required: true }),
  },
  fields: {
    transactionId: text('Transaction au TdT', {
      computed: true,
      index: true,
      max: 100,
      help: 'Le numéro que le TdT a donné au PES.',
      pastell: 'pes_tedetis_transaction_id',
    }),
    acquit: file('PES acquit', { computed: true, pastell: 'pes_acquit' }),
    etatAck: choice(
      "État de l'acquit",
      { '0': 'Pas encore acquitté', '1': 'Accepté', '2': 'Refusé, en tout ou en partie' },
      { computed: true, index: true, pastell: 'pes_etat_ack' },
    ),
  },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi à la trésorerie", pastell: 'pre-send-tdt' },
    envoye: { label: 'Transmis au TdT', pastell: 'send-tdt' },
    aIdentifier: {
      label: 'Déjà sur le TdT, numéro de transaction à donner',
      trouble: true,
      editable: ['transactionId'],
    },
    repondu: { label: 'Réponse de la trésorerie reçue', ends: 'next', pastell: 'info-tdt' },
    rejete: { label: 'Rejeté par le TdT', ends: 'stop', deletable: true, pastell: 'tdt-error' },
    erreurEnvoi: { label: "Échec de l'envoi au TdT", trouble: true, deletable: true },
    erreurSuivi: { label: 'Suivi de la télétransmission interrompu', trouble: true },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer à la trésorerie',
      from: 'aEnvoyer',
      // The first one is where « C’est bien arrivé » leads: arrived, under a number that only the TdT knows.
      to: ['aIdentifier', 'envoye'],
      failsTo: 'erreurEnvoi',
      // No platform finds a PES by its name: when the answer is lost, a person looks there.
      afterCrash: 'askAgent',
      pastell: 'send-tdt',
      async run({ inputs, connector, key }, goto) {
        const sent = await connector.send({ key, pes: inputs.pes })
        if (sent.is === 'sent')
          return goto(
            'envoye',
            { transactionId: sent.id, etatAck: '0' },
            `« ${inputs.objet} » transmis au TdT (transaction ${sent.id})`,
          )
        if (!sent.duplicate) throw new PermanentError(sent.reason)
        return goto(
          'aIdentifier',
          { etatAck: '0' },
          `${sent.reason} Le chercher sur le TdT, saisir son numéro de transaction, puis « Reprendre le suivi ».`,
        )
      },
    },
    reprendre: {
      label: 'Reprendre le suivi',
      from: 'aIdentifier',
      to: 'envoye',
      trigger: 'agent',
      guard: ({ data }) =>
        data.transactionId?.trim() ? true : 'saisir d’abord le numéro de transaction que le TdT a donné à ce PES',
      async run({ data }, goto) {
        const transactionId = data.transactionId?.trim() ?? ''
        return goto('envoye', { transactionId }, `Suivi repris (transaction ${transactionId})`)
      },
    },
    verifier: {
      label: 'Vérifier la télétransmission',
      from: 'envoye',
      to: ['repondu', 'rejete', 'aIdentifier'],
      failsTo: 'erreurSuivi',
      every: '5 min x 12, 15 min x 24, 1 h',
      within: '30 d',
      late: 'erreurSuivi',
      pastell: 'verif-tdt',
      async run({ inputs, data, connector }, goto) {
        if (!data.transactionId)
          return goto(
            'aIdentifier',
            { etatAck: '0' },
            'Le PES est sur le TdT : y relever son numéro de transaction, le saisir, puis « Reprendre le suivi ».',
          )
        const status = await connector.status(data.transactionId, inputs.pes.name)
        if (status.is === 'pending') return wait(status.message)
        if (status.is === 'refused') return goto('rejete', {}, status.reason)
        const { acquit, reading } = status
        return goto('repondu', { acquit, etatAck: reading.outcome === 'accepted' ? '1' : '2' }, acquitSentence(reading))
      },
    },
  },
})
