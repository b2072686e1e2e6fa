import { date, defineStep, file, files, jsonValuesIn, longText, PermanentError, remoteChoice, text, wait } from '#core'
import type { FileRef } from '#core'

/** The book gives back every annexe; those that were sent are known. */
const added = (returned: readonly FileRef[] = [], sent: readonly FileRef[] = []): readonly FileRef[] =>
  returned.filter(each => !sent.some(known => known.sha256 === each.sha256 || known.name === each.name))

/**
 * Visa or signature of a document in a signature book: sends it with its annexes, follows it, brings the signed file back
 * and only then lets the book forget it (`flows/steps.md`, Signature).
 */
export const signature = defineStep({
  id: 'signature',
  label: 'Signature',
  needs: 'signature',
  inputs: {
    titre: text('Nom du dossier', { required: true }),
    document: file('Document à signer', { required: true }),
    annexes: files('Annexes'),
  },
  fields: {
    circuit: remoteChoice('Circuit de signature', 'circuits', { required: true, pastell: 'iparapheur_sous_type' }),
    dateLimite: date('Date limite', { pastell: 'date_limite' }),
    annotationPublique: longText('Annotation publique', { pastell: 'annotation_publique' }),
    annotationPrivee: longText('Annotation privée', { pastell: 'annotation_privee' }),
    primoSignatures: files('Signatures détachées du document', {
      help: 'Celles que le document porte déjà, en XML ou PKCS#7 : les signataires suivants les voient.',
      accept: ['application/xml', 'application/pkcs7-signature'],
      pastell: 'primo_signature_detachee',
    }),
    metadonnees: file('Métadonnées du parapheur (JSON)', { accept: ['application/json'], pastell: 'json_metadata' }),
    dossierId: text('Identifiant au parapheur', { computed: true, index: true, pastell: 'iparapheur_dossier_id' }),
    signe: file('Document signé', { computed: true }),
    signatureDetachee: file('Signature détachée', { computed: true, pastell: 'signature' }),
    bordereau: file('Bordereau de signature', { computed: true, pastell: 'bordereau_signature' }),
    historique: file('Historique du parapheur', { computed: true, pastell: 'iparapheur_historique' }),
    annexesAjoutees: files('Annexes ajoutées au parapheur', { computed: true, pastell: 'iparapheur_annexe_sortie' }),
    annexesSignees: files('Annexes signées', { computed: true }),
    dateSignature: date('Date de signature', { computed: true, pastell: 'parapheur_date_signature' }),
    motifRefus: text('Motif du refus', { computed: true }),
  },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi au parapheur", pastell: 'preparation-send-iparapheur' },
    envoye: { label: 'Transmis au parapheur', pastell: 'send-iparapheur' },
    aIdentifier: {
      label: 'Peut-être au parapheur, à vérifier là-bas',
      help: "La réponse du parapheur s'est perdue, et il ne sait pas dire s'il a reçu ce dossier. Cherchez-le là-bas : s'il y est, saisissez le numéro qu'il porte dans « Identifiant au parapheur », puis « Reprendre le suivi » ; sinon, « Envoyer à nouveau ».",
      trouble: true,
      editable: ['dossierId'],
    },
    recupere: { label: 'Signature récupérée, classement du dossier' },
    refusRecupere: { label: 'Refus récupéré, classement du dossier' },
    signe: { label: 'Signature récupérée', ends: 'next', pastell: 'recu-iparapheur' },
    refuse: {
      label: 'Signature refusée',
      help: 'Un signataire a refusé, et son motif est affiché. « Rouvrir » ramène le document au brouillon : corrigez-le, puis « Envoyer » lui fait reprendre tout son cheminement.',
      ends: 'stop',
      refusal: true,
      deletable: true,
      pastell: 'rejet-iparapheur',
    },
    erreurEnvoi: {
      label: 'Envoi refusé par le parapheur',
      help: "Le parapheur n'a pas pris le dossier, pour la raison affichée. Corrigez le circuit, la date limite, les annotations ou les métadonnées, puis « Réessayer : Envoyer au parapheur ». S'il faut changer le document lui-même : « Abandonner », puis « Rouvrir ».",
      trouble: true,
      editable: ['circuit', 'dateLimite', 'annotationPublique', 'annotationPrivee', 'primoSignatures', 'metadonnees'],
      deletable: true,
      pastell: 'send-signature-error',
    },
    erreurSuivi: {
      label: 'Suivi de la signature interrompu',
      help: "Le parapheur ne dit plus rien de ce dossier depuis trop longtemps, ou ne le connaît plus ; la raison est affichée. Regardez là-bas où il en est, puis « Réessayer » : le suivi reprend, rien n'est renvoyé.",
      trouble: true,
      pastell: 'erreur-verif-iparapheur',
    },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer au parapheur',
      from: 'aEnvoyer',
      to: ['envoye', 'aIdentifier'],
      failsTo: 'erreurEnvoi',
      afterCrash: 'find',
      pastell: 'send-iparapheur',
      async find({ connector, key }, goto) {
        const found = await connector.find(key)
        if (found === undefined) return undefined
        if (typeof found === 'string')
          return goto('envoye', { dossierId: found }, `Dossier retrouvé au parapheur (${found})`)
        return goto(
          'aIdentifier',
          {},
          `${found.reason} S'il y est, saisir son identifiant puis « Reprendre le suivi » ; sinon, « Envoyer à nouveau ».`,
        )
      },
      async run({ inputs, data, connector, document, key, files: store }, goto) {
        const sent = await connector.send({
          key,
          title: inputs.titre,
          circuit: data.circuit.value,
          document: inputs.document,
          annexes: inputs.annexes ?? [],
          signatures: data.primoSignatures,
          deadline: data.dateLimite,
          publicAnnotation: data.annotationPublique,
          privateAnnotation: data.annotationPrivee,
          metadata: data.metadonnees && (await jsonValuesIn(store, data.metadonnees, 'de métadonnées')),
          contents: await document.contents(),
        })
        if (sent.is === 'refused') throw new PermanentError(sent.reason)
        return goto('envoye', { dossierId: sent.id }, `Transmis au parapheur (dossier ${sent.id})`)
      },
    },
    reprendre: {
      label: 'Reprendre le suivi',
      from: 'aIdentifier',
      to: 'envoye',
      trigger: 'agent',
      guard: ({ data }) =>
        data.dossierId?.trim() ? true : 'saisir d’abord l’identifiant que le parapheur a donné à ce dossier',
      async run({ data }, goto) {
        const dossierId = data.dossierId?.trim() ?? ''
        return goto('envoye', { dossierId }, `Suivi repris (dossier ${dossierId})`)
      },
    },
    renvoyer: {
      label: 'Envoyer à nouveau',
      from: 'aIdentifier',
      to: 'aEnvoyer',
      trigger: 'agent',
      confirm: "Avez-vous vérifié que ce document n'est pas au parapheur ? S'il y est, il serait signé deux fois.",
      async run(_context, goto) {
        return goto('aEnvoyer', { dossierId: undefined }, 'Absent du parapheur, envoyé à nouveau par un agent')
      },
    },
    verifier: {
      label: 'Vérifier la signature',
      from: 'envoye',
      to: ['recupere', 'refusRecupere'],
      failsTo: 'erreurSuivi',
      every: '1 min x 10, 5 min x 12, 15 min',
      within: '30 d',
      late: 'erreurSuivi',
      pastell: 'verif-iparapheur',
      async run({ inputs, data, connector }, goto) {
        const status = await connector.status(data.dossierId ?? '')
        if (status.is === 'pending') return wait(status.message)
        if (status.is === 'refused')
          return goto(
            'refusRecupere',
            { motifRefus: status.reason, bordereau: status.bordereau },
            `Signature refusée : ${status.reason}`,
          )
        return goto(
          'recupere',
          {
            signe: status.document,
            signatureDetachee: status.signature,
            bordereau: status.bordereau,
            historique: status.history,
            annexesAjoutees: added(status.annexes, inputs.annexes),
            annexesSignees: status.signedAnnexes,
            dateSignature: status.signedOn,
          },
          `Document signé récupéré (${status.document.name})`,
        )
      },
    },
    // What the book erases is fetched and committed first: these two run after that commit, and an unknown folder is a success.
    classer: {
      label: 'Classer le dossier au parapheur',
      from: 'recupere',
      to: 'signe',
      failsTo: 'erreurSuivi',
      async run({ data, connector }, goto) {
        await connector.close(data.dossierId ?? '')
        return goto('signe')
      },
    },
    classerRefus: {
      label: 'Classer le dossier refusé',
      from: 'refusRecupere',
      to: 'refuse',
      failsTo: 'erreurSuivi',
      async run({ data, connector }, goto) {
        await connector.close(data.dossierId ?? '')
        return goto('refuse', {}, `Signature refusée : ${data.motifRefus ?? 'sans motif'}`)
      },
    },
  },
})
