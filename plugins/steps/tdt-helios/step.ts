import {
  acquitSentence,
  defineStep,
  file,
  PermanentError,
  signaturesSummary,
  text,
  verifyPesSignatures,
  wait,
  type Twin,
} from '#core'
import { answerOf } from './answer.ts'
import { fields } from './fields.ts'
import { extractionOf, readForSending, uniqueName } from './reading.ts'

/** Where a document rests without its PES having reached the treasury; those refused before lose their name. */
const NOT_SENT = 'nonEnvoye'
const mayHaveBeenSent = ({ state }: Twin): boolean => state.slice(state.lastIndexOf('.') + 1) !== NOT_SENT

const YES_OR_NO: ReadonlySet<string> = new Set(['oui', 'non'])

/**
 * Transmission of a PES_Aller to the treasury through a TdT, until its acquit (`flows/steps.md`, TdT HELIOS). The flow goes on
 * whatever the acquit says: `etatAck` and the refused lines tell it. `.set({ arretSurRefus: 'oui' })` stops it on a refusal.
 */
export const tdtHelios = defineStep({
  id: 'tdtHelios',
  label: 'Télétransmission à la trésorerie',
  needs: 'tdtHelios',
  inputs: {
    objet: text('Objet', { required: true }),
    pes: file('PES aller', { required: true }),
  },
  fields,
  checkSettings: ({ arretSurRefus = 'non', ...others }) => {
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) return `Le réglage « ${unknown} » n'existe pas : le seul est « arretSurRefus ».`
    return YES_OR_NO.has(arretSurRefus) ? undefined : '« arretSurRefus » vaut « oui » ou « non ».'
  },
  initial: 'aExtraire',
  states: {
    aExtraire: { label: 'Préparation de la lecture du PES', pastell: 'helios-pre-extraction' },
    extrait: { label: 'PES lu', pastell: 'helios-extraction' },
    aEnvoyer: { label: "Préparation de l'envoi à la trésorerie", pastell: 'pre-send-tdt' },
    envoye: { label: 'Transmis au TdT', pastell: 'send-tdt' },
    aIdentifier: {
      label: 'Déjà sur le TdT, numéro de transaction à donner',
      help: "Le TdT a déjà ce PES, mais son numéro de transaction n'est pas connu ici. Relevez-le sur le TdT, saisissez-le dans « Transaction au TdT », puis « Reprendre le suivi » : rien n'est renvoyé.",
      trouble: true,
      editable: ['transactionId'],
    },
    repondu: { label: 'Réponse de la trésorerie reçue', ends: 'next', pastell: 'info-tdt' },
    refuse: {
      label: 'Refusé par la trésorerie',
      help: 'La trésorerie a refusé ce PES, en tout ou en partie ; les lignes refusées et leurs motifs sont dans le document. « Poursuivre malgré le refus » continue le cheminement. Pour envoyer un PES corrigé : « Rouvrir », déposez-le, exporté sous un autre nom, puis « Envoyer ».',
      ends: 'stop',
      deletable: true,
    },
    rejete: {
      label: 'Rejeté par le TdT',
      help: "Le TdT a renoncé à transmettre ce PES, qui n'est pas arrivé à la trésorerie ; le motif est affiché. « Rouvrir » ramène le document au brouillon : déposez le PES corrigé, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
      pastell: 'tdt-error',
    },
    nonConforme: {
      label: 'PES refusé avant envoi',
      help: "Ce PES n'est pas parti : ses défauts sont affichés, ou un autre document, qui est nommé, porte déjà ce PES. Corrigez-le dans le logiciel comptable, « Rouvrir », déposez le nouveau fichier, puis « Envoyer ».",
      ends: 'stop',
      deletable: true,
    },
    nonEnvoye: {
      label: "Échec de l'envoi au TdT",
      help: "Le PES n'a pas pu être lu, ou le TdT ne l'a pas pris ; la raison est affichée, et rien n'est arrivé à la trésorerie. Si le connecteur est en cause, l'administrateur le corrige, puis « Réessayer ». Si c'est le fichier : « Abandonner », « Rouvrir », déposez le PES corrigé, puis « Envoyer ».",
      trouble: true,
      deletable: true,
    },
    erreurSuivi: {
      label: 'Suivi de la télétransmission interrompu',
      help: "Le TdT ne dit plus rien de ce PES depuis trop longtemps, ou sa réponse ne se lit pas ; la raison est affichée. Regardez là-bas où il en est, puis « Réessayer : Vérifier la télétransmission » : le suivi reprend, rien n'est renvoyé.",
      trouble: true,
    },
  },
  tasks: {
    extraire: {
      label: 'Lire le PES',
      from: 'aExtraire',
      to: ['extrait', 'nonConforme'],
      failsTo: 'nonEnvoye',
      // Nothing happens outside the document: reading again is harmless.
      afterCrash: 'retry',
      pastell: 'helios-extraction',
      async run({ inputs, files, connector: { signers } }, goto) {
        const { pes } = inputs
        const reading = await readForSending(files.open(pes), pes.name)
        if (reading.is === 'refused') return goto('nonConforme', {}, reading.reason)
        const { read } = reading
        const verification = await verifyPesSignatures(() => files.open(pes), { size: pes.size, signers })
        const { state, text } = signaturesSummary(verification)
        return goto(
          'extrait',
          { ...extractionOf(read), nomUnique: uniqueName(read), etatSignatures: state, signatures: text },
          `PES « ${read.nomFic} » lu. ${text.split('\n')[0] ?? ''}`,
        )
      },
    },
    controler: {
      label: "Vérifier que le PES n'est jamais parti",
      from: 'extrait',
      to: ['aEnvoyer', 'nonConforme'],
      failsTo: 'nonEnvoye',
      afterCrash: 'retry',
      pastell: 'pre-send-tdt',
      async run({ data, document }, goto) {
        const [twin] = (await document.twins('nomUnique')).filter(mayHaveBeenSent)
        if (twin)
          return goto(
            'nonConforme',
            { nomUnique: undefined },
            `Le PES « ${data.nomFic ?? ''} » a déjà été confié au document « ${twin.title} » (${twin.id}, ${twin.stateLabel}), et la trésorerie refuse deux fichiers du même nom. ` +
              "Exportez-le sous un autre nom depuis le logiciel comptable ; si l'autre document n'est jamais parti, supprimez-le puis rouvrez celui-ci.",
          )
        return goto('aEnvoyer')
      },
    },
    envoyer: {
      label: 'Envoyer à la trésorerie',
      from: 'aEnvoyer',
      // The first one is where « C’est bien arrivé » leads: arrived, under a number that only the TdT knows.
      to: ['aIdentifier', 'envoye'],
      failsTo: 'nonEnvoye',
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
      to: ['repondu', 'refuse', 'rejete', 'aIdentifier'],
      failsTo: 'erreurSuivi',
      every: '5 min x 12, 15 min x 24, 1 h',
      within: '30 d',
      late: 'erreurSuivi',
      pastell: 'verif-tdt',
      async run({ inputs, data, connector, settings }, goto) {
        if (!data.transactionId)
          return goto(
            'aIdentifier',
            { etatAck: '0' },
            'Le PES est sur le TdT : y relever son numéro de transaction, le saisir, puis « Reprendre le suivi ».',
          )
        const status = await connector.status(data.transactionId, inputs.pes.name)
        if (status.is === 'pending') return wait(status.message)
        if (status.is === 'refused') return goto('rejete', { nomUnique: undefined }, status.reason)
        const { acquit, reading } = status
        const answer = answerOf(reading)
        const stops = settings['arretSurRefus'] === 'oui' && answer.etatAck === '2'
        return goto(stops ? 'refuse' : 'repondu', { acquit, ...answer }, acquitSentence(reading))
      },
    },
    poursuivreMalgreRefus: {
      label: 'Poursuivre malgré le refus',
      from: 'refuse',
      to: 'repondu',
      trigger: 'agent',
      confirm: 'La trésorerie a refusé ce PES, en tout ou en partie. Poursuivre tout de même avec ce document ?',
      async run(_context, goto) {
        return goto('repondu', {}, 'Poursuivi par un agent malgré le refus de la trésorerie')
      },
    },
  },
})
