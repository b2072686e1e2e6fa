import { date, defineStep, file, localDay, longText, PermanentError, text, wait } from '#core'
import type { FileRef, JournalLine } from '#core'
import { overridden } from './valeurs.ts'

/** The evidence that goes with the archive: the whole history of the document, oldest line first. */
const evidenceOf = (lines: readonly JournalLine[]): string =>
  JSON.stringify(
    lines.map(({ at, event, message, author, hash }) => ({
      date: at.toISOString(),
      evenement: event,
      message,
      auteur: author,
      empreinte: hash,
    })),
    null,
    2,
  )

const day = (at: Date | undefined) => at && localDay(at)

const transferOf = (data: { readonly transfertId: string | undefined; readonly service: string | undefined }) => ({
  transferId: data.transfertId ?? '',
  agency: data.service ?? '',
})

/** What a new package replaces. */
const FORGOTTEN = {
  transfertId: undefined,
  journal: undefined,
  bordereau: undefined,
  archive: undefined,
  ar: undefined,
  arCommentaire: undefined,
  reponse: undefined,
  reponseCommentaire: undefined,
}

/** A stored file that must be there because an earlier state wrote it. */
const kept = (file: FileRef | undefined, label: string): FileRef => {
  if (!file) throw new PermanentError(`Il manque ${label} : générer à nouveau le paquet d'archive.`)
  return file
}

/**
 * Archiving: builds the SEDA slip and its package once, stores them, transfers them, then waits for the acknowledgement and
 * the reply of the archive service (`flows/steps.md`, SAE).
 */
export const archivage = defineStep({
  id: 'sae',
  label: 'Archivage',
  needs: ['seda', 'sae'],
  inputs: { valeurs: file('Données du bordereau (JSON)') },
  fields: {
    transfertId: text('Identifiant du transfert', { computed: true, index: true, pastell: 'sae_transfert_id' }),
    service: text('Service versant', { computed: true, hidden: true }),
    journal: file('Journal des événements', { computed: true, pastell: 'journal' }),
    journalDebut: date('Premier événement', { computed: true, pastell: 'date_journal_debut' }),
    journalFin: date('Dernier événement', { computed: true, pastell: 'date_cloture_journal' }),
    bordereau: file('Bordereau SEDA', { computed: true, pastell: 'sae_bordereau' }),
    archive: file("Paquet d'archive", { computed: true, pastell: 'sae_archive' }),
    ar: file('Accusé de réception du SAE', { computed: true, pastell: 'ar_sae' }),
    arCommentaire: longText("Commentaire de l'accusé", { computed: true, pastell: 'sae_ack_comment' }),
    reponse: file('Réponse du SAE', { computed: true, pastell: 'reply_sae' }),
    reponseCommentaire: longText('Commentaire de la réponse', { computed: true, pastell: 'sae_atr_comment' }),
    archiveId: text("Identifiant de l'archive", { computed: true, index: true, pastell: 'sae_archival_identifier' }),
  },
  initial: 'aGenerer',
  states: {
    aGenerer: { label: "Préparation de l'archivage", pastell: 'preparation-send-sae' },
    genere: { label: "Paquet d'archive généré", pastell: 'generate-sip' },
    envoye: { label: 'Transféré au SAE', pastell: 'send-archive' },
    arRecu: { label: 'Accusé de réception du SAE reçu', pastell: 'ar-recu-sae' },
    sansAr: { label: 'Réponse du SAE attendue', pastell: 'ack-not-provided' },
    accepte: { label: 'Archive acceptée', ends: 'next', pastell: 'accepter-sae' },
    refuse: {
      label: 'Archive refusée par le SAE',
      help: "Le service d'archivage a refusé l'archive ; son code et son commentaire sont affichés. Faites corriger ce qu'ils nomment, puis « Générer un nouveau paquet d'archive » : il part sous un nouvel identifiant.",
      ends: 'stop',
      refusal: true,
      deletable: true,
      pastell: 'rejet-sae',
    },
    erreurGeneration: {
      label: "Génération du paquet d'archive impossible",
      help: "Le bordereau d'archivage n'a pas pu être fait, ou n'est pas valide ; chaque faute est nommée, et ce paquet n'est pas parti. L'administrateur corrige le plus souvent le connecteur SEDA, puis « Réessayer » reprend la génération.",
      trouble: true,
      pastell: 'generate-sip-error',
    },
    erreurEnvoi: {
      label: 'Transfert refusé par le SAE',
      help: "Le service d'archivage n'a pas pris le transfert, pour la raison affichée. « Réessayer : Transférer au SAE » lui renvoie le même paquet ; si c'est son contenu qui est refusé, « Générer un nouveau paquet d'archive » en fait un autre, sous un nouvel identifiant.",
      trouble: true,
      pastell: 'erreur-envoie-sae',
    },
    erreurAr: {
      label: "Suivi de l'accusé de réception interrompu",
      help: "Le service d'archivage n'a pas accusé réception dans le délai, ou ne connaît pas ce transfert ; la raison est affichée. « Réessayer : Vérifier l'accusé de réception » reprend l'attente ; s'il n'a rien reçu, « Générer un nouveau paquet d'archive » fait un nouveau transfert.",
      trouble: true,
      pastell: 'verif-sae-erreur',
    },
    erreurReponse: {
      label: 'Suivi de la réponse interrompu',
      help: "Le service d'archivage n'a pas rendu sa décision dans le délai, ou sa réponse ne se lit pas ; la raison est affichée. Demandez-lui où en est le transfert, puis « Réessayer : Vérifier la réponse du SAE » : l'attente reprend, rien n'est renvoyé.",
      trouble: true,
      pastell: 'validation-sae-erreur',
    },
  },
  tasks: {
    generer: {
      label: "Générer le paquet d'archive",
      from: 'aGenerer',
      to: 'genere',
      uses: 'seda',
      failsTo: 'erreurGeneration',
      pastell: 'generate-sip',
      async run({ inputs, connectors, document, files, key }, goto) {
        const contents = await overridden(await document.contents(), inputs.valeurs, files)
        const lines = await document.journal()
        const journal = await files.save(evidenceOf(lines), 'journal.json')
        // The key changes with each passage, so a transfer refused by the service is never sent again under its old name.
        const transferId = `passeur-${key.replaceAll('.', '-')}`
        const sip = await connectors.seda.generate(contents, { journal, lines }, transferId)
        return goto(
          'genere',
          {
            transfertId: sip.transferId,
            service: sip.agency,
            journal,
            journalDebut: day(lines[0]?.at),
            journalFin: day(lines.at(-1)?.at),
            bordereau: sip.bordereau,
            archive: sip.archive,
          },
          `Paquet d'archive généré (${sip.transferId})`,
        )
      },
    },
    envoyer: {
      label: 'Transférer au SAE',
      from: 'genere',
      to: 'envoye',
      uses: 'sae',
      failsTo: 'erreurEnvoi',
      afterCrash: 'find',
      pastell: 'send-archive',
      async find({ connectors, data }, goto) {
        const known = await connectors.sae.acknowledgement(transferOf(data))
        // A service without acknowledgements cannot say it here: its `send` looks the transfer up by itself before sending again.
        if (known.is === 'unknown' || known.is === 'notProvided') return undefined
        return goto('envoye', {}, 'Transfert retrouvé au SAE')
      },
      async run({ connectors, data }, goto) {
        const sent = await connectors.sae.send({
          ...transferOf(data),
          bordereau: kept(data.bordereau, 'le bordereau'),
          archive: kept(data.archive, "le paquet d'archive"),
        })
        if (sent.is === 'refused') throw new PermanentError(sent.reason)
        return goto('envoye', {}, `Transféré au SAE (${data.transfertId ?? ''})`)
      },
    },
    verifierAr: {
      label: "Vérifier l'accusé de réception",
      from: 'envoye',
      to: ['arRecu', 'sansAr'],
      uses: 'sae',
      failsTo: 'erreurAr',
      every: '1 min x 5, 5 min x 12, 1 h',
      within: '30 d',
      late: 'erreurAr',
      pastell: 'verif-sae',
      async run({ connectors, data }, goto) {
        const answer = await connectors.sae.acknowledgement(transferOf(data))
        switch (answer.is) {
          case 'pending':
            return wait(answer.message)
          case 'notProvided':
            return goto('sansAr')
          case 'unknown':
            throw new PermanentError(
              `Le SAE ne connaît pas le transfert « ${data.transfertId ?? ''} » : le transférer à nouveau.`,
            )
          case 'acknowledged':
            return goto('arRecu', { ar: answer.ack, arCommentaire: answer.comment }, 'Accusé de réception du SAE reçu')
        }
      },
    },
    valider: {
      label: 'Vérifier la réponse du SAE',
      from: ['arRecu', 'sansAr'],
      to: ['accepte', 'refuse'],
      uses: 'sae',
      failsTo: 'erreurReponse',
      every: '5 min x 12, 1 h',
      within: '365 d',
      late: 'erreurReponse',
      pastell: 'validation-sae',
      async run({ connectors, data }, goto) {
        const answer = await connectors.sae.reply(transferOf(data))
        if (answer.is === 'pending') return wait(answer.message)
        return answer.is === 'accepted'
          ? goto(
              'accepte',
              { reponse: answer.reply, reponseCommentaire: answer.comment, archiveId: answer.archiveId },
              answer.archiveId === undefined ? 'Archive acceptée' : `Archive acceptée (${answer.archiveId})`,
            )
          : goto(
              'refuse',
              { reponse: answer.reply, reponseCommentaire: answer.comment },
              `Archive refusée par le SAE (code ${answer.code}) : ${answer.comment ?? 'sans commentaire'}`,
            )
      },
    },
    regenerer: {
      label: "Générer un nouveau paquet d'archive",
      from: ['refuse', 'erreurEnvoi', 'erreurAr'],
      to: 'aGenerer',
      trigger: 'agent',
      uses: 'seda',
      failsTo: 'erreurGeneration',
      confirm: "Générer un nouveau paquet d'archive et le transférer sous un nouvel identifiant ?",
      async run(_context, goto) {
        // The package refused and its answers belong to the journal and to the versions of files, not to the new package.
        return goto('aGenerer', FORGOTTEN)
      },
    },
  },
})
