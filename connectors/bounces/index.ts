import { ConfigurationError, defineConnector, number, secret, secretFile, text, type Network, type Values } from '#core'
import { openMailbox, type Mailbox } from './mailbox.ts'
import { forgetCursor, readNew, type PassOptions } from './pass.ts'

const FOLDER = {
  regex: '^[^%*"\\\\\\p{Cc}]{1,100}$',
  message: 'Un nom de dossier, sans « % », « * », guillemet ni barre inverse.',
}

const fields = {
  cheminRetour: text('Adresse de retour', {
    required: true,
    pattern: {
      regex: '^[^\\s<>@",;:]+@[^\\s<>@",;:]+$',
      message: 'Une adresse seule, par exemple « retours@ville.fr ».',
    },
    help: 'Celle que « Courriel sécurisé (SMTP) » donne comme adresse de retour.',
    pastell: 'return_path',
  }),
  serveur: text('Serveur IMAP', { required: true, pastell: 'imap_server' }),
  port: number('Port', { default: 993, min: 1, max: 65_535, help: 'IMAP sur TLS : 993.', pastell: 'imap_port' }),
  identifiant: text('Identifiant', { help: "Vide : l'adresse de retour.", pastell: 'imap_login' }),
  motDePasse: secret('Mot de passe', { required: true, pastell: 'imap_password' }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: 'Fichier PEM, seulement si le certificat du serveur vient d’une autorité interne.',
  }),
  boite: text('Boîte', { default: 'INBOX', pattern: FOLDER, pastell: 'imap_mailbox' }),
  dossierTraites: text('Dossier des avis traités', {
    default: 'Passeur-traites',
    pattern: FOLDER,
    help: 'Créé au besoin. Les avis y sont déplacés une fois rattachés à leur document.',
  }),
  dossierAutres: text('Dossier des autres messages', {
    pattern: FOLDER,
    help: 'Vide : les messages sans rapport (absences, publicités…) restent dans la boîte, non lus. Rien n’est jamais supprimé.',
  }),
  entete: text("Nom de l'en-tête de suivi", {
    default: 'X-PASTELL-DOCUMENT',
    pattern: {
      regex: '^X-[A-Za-z0-9-]{1,60}$',
      message: 'Un nom qui commence par « X- », lettres, chiffres et tirets.',
    },
    help: 'Le même que dans « Courriel sécurisé (SMTP) ».',
  }),
}

type Settings = Values<typeof fields>

const optionsOf = ({ entete, cheminRetour, dossierTraites, dossierAutres, boite }: Settings): PassOptions => {
  if ([dossierTraites, dossierAutres].includes(boite))
    throw new ConfigurationError('Les dossiers de rangement doivent être autres que la boîte relevée.')
  return { header: entete, returnPath: cheminRetour, treated: dossierTraites, others: dossierAutres }
}

/** The same mailbox, each operation told in a line for the recording of an exchange. */
const told = (mailbox: Mailbox, trace: (line: string) => void): Mailbox => ({
  ...mailbox,
  async since(uid) {
    const found = await mailbox.since(uid)
    trace(`Messages depuis ${uid} → ${found.length}`)
    return found
  },
  async read(uid) {
    const letter = await mailbox.read(uid)
    trace(`Message ${uid} → ${letter ? 'lu' : 'disparu'}`)
    return letter
  },
  async move(uid, folder) {
    const moved = await mailbox.move(uid, folder)
    trace(`Message ${uid} vers « ${folder} » → ${moved ? 'rangé' : 'laissé'}`)
    return moved
  },
})

const opened = async <T>(
  {
    config,
    network,
    trace,
  }: { readonly config: Settings; readonly network: Network; readonly trace: (line: string) => void },
  work: (mailbox: Mailbox) => Promise<T>,
): Promise<T> => {
  const mailbox = await openMailbox({ ...config, identifiant: config.identifiant ?? config.cheminRetour }, network)
  trace(`« ${config.boite} » ouverte : ${mailbox.total} message(s), UIDVALIDITY ${mailbox.uidValidity}`)
  try {
    return await work(told(mailbox, trace))
  } finally {
    await mailbox.close()
  }
}

export default defineConnector({
  id: 'bounces',
  version: 1,
  label: 'Courriels non remis (IMAP)',
  provides: [],
  pastell: ['undelivered-mail'],
  config: fields,
  schedules: {
    relever: {
      label: 'Relever les avis',
      every: '5 min',
      run: context => opened(context, mailbox => readNew(mailbox, optionsOf(context.config), context)),
    },
    relireTout: {
      label: 'Relire toute la boîte',
      async run(context) {
        await forgetCursor(context.memory)
        return opened(context, mailbox => readNew(mailbox, optionsOf(context.config), context))
      },
    },
  },

  connect: context => ({
    check: () =>
      opened(context, async mailbox => {
        const { config } = context
        const { treated } = optionsOf(config)
        const folder = (await mailbox.hasFolder(treated)) ? 'existe' : 'sera créé'
        const moving = mailbox.canMove
          ? `le dossier « ${treated} » ${folder}`
          : 'le serveur ne sait pas déplacer un message sans risque : les avis traités resteront dans la boîte'
        return `Connecté à ${config.serveur} comme « ${config.identifiant ?? config.cheminRetour} » : ${mailbox.total} message(s) dans « ${config.boite} », ${moving}.`
      }),
  }),
})
