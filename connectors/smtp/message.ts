import { createHash } from 'node:crypto'
import { fileTypeFromBuffer } from 'file-type'
import parseAddresses from 'nodemailer/lib/addressparser'
import MailComposer from 'nodemailer/lib/mail-composer'
import { ConfigurationError, PermanentError, type Files, type MailAEnvoyer } from '#core'
import type { SmtpSettings } from './fields.ts'
import { renderHtml, renderLine, renderText, type Quoted } from './templates.ts'

export interface Message {
  readonly messageId: string
  /** Envelope sender: where bounces go. */
  readonly from: string
  /** Envelope recipient. */
  readonly to: string
  readonly raw: Buffer
}

const ADDRESS = /^[^\s<>@",;:\p{Cc}]+@[^\s<>@",;:\p{Cc}]+$/u

/** The one person of `"Nom" <adresse>`; `undefined` for none, several, a group, or what could be read in two ways. */
export const recipientOf = (to: string): { readonly name: string; readonly address: string } | undefined => {
  // Outside of the quotes of a name, two at signs are two readings.
  const unquoted = to.replace(/"(?:[^"\\]|\\.)*"/gu, '')
  if (/[\r\n]/u.test(to) || unquoted.split('@').length !== 2) return undefined
  const [first, ...others] = parseAddresses(to)
  const written = (/<([^<>]*)>/u.exec(unquoted)?.[1] ?? unquoted).trim()
  if (first?.address !== written) return undefined
  if (others.length > 0 || first.group !== undefined || !ADDRESS.test(first.address)) return undefined
  return { name: first.name.replace(/\p{Cc}+/gu, ' '), address: first.address }
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

/** The same for every try of a message, another for the next round; says nothing of the key, which opens nothing but is nobody's business. */
export const messageIdOf = ({ key, round }: Pick<MailAEnvoyer, 'key' | 'round'>, sender: string): string =>
  `<${createHash('sha256').update(`${key}:${round}`).digest('hex').slice(0, 32)}.passeur@${domainOf(sender)}>`

/** `retour+clé@ville.fr` (VERP): the key comes back with the bounce, however it is written. */
const returnPath = ({ cheminRetour, expediteur, verp }: SmtpSettings, key: string): string => {
  const address = cheminRetour ?? expediteur
  const at = address.lastIndexOf('@')
  return verp ? `${address.slice(0, at)}+${key}${address.slice(at)}` : address
}

const images = async ({ image0, image1, image2, image3 }: SmtpSettings) => {
  const found = []
  for (const [rank, image] of [image0, image1, image2, image3].entries()) {
    if (!image) continue
    const type = await fileTypeFromBuffer(image)
    if (!type?.mime.startsWith('image/'))
      throw new ConfigurationError(`L'image ${rank} du modèle n'est pas une image lisible : déposez un PNG ou un JPEG.`)
    found.push({
      cid: `image${rank}`,
      filename: `image${rank}.${type.ext}`,
      contentType: type.mime,
      content: Buffer.from(image),
    })
  }
  return found
}

/**
 * The whole message of one recipient.
 * @throws PermanentError when the key, the address or a quoted value cannot be used; ConfigurationError when an image cannot be read
 */
export const compose = async (
  mail: MailAEnvoyer,
  settings: SmtpSettings,
  { files, now }: { readonly files: Files; readonly now: Date },
): Promise<Message> => {
  // It goes into a header, an envelope and an address: nothing else than this is safe in the three.
  if (!/^[A-Za-z0-9_-]{8,40}$/u.test(mail.key))
    throw new PermanentError("La clé de ce message n'est pas utilisable dans un courriel : prévenez l'administrateur.")
  const to = recipientOf(mail.to)
  if (!to)
    throw new PermanentError(
      `« ${mail.to.replace(/\p{Cc}+/gu, ' ').slice(0, 200)} » n'est pas l'adresse d'une seule personne : corrigez le destinataire.`,
    )
  const quoted: Quoted = { document: mail.document, link: mail.link, files }
  const { expediteur, repondreA, contenuHtml } = settings
  const messageId = messageIdOf(mail, expediteur)
  const html = contenuHtml && new TextDecoder().decode(contenuHtml)
  const composer = new MailComposer({
    from: { name: await renderLine(settings.expediteurNom, quoted), address: expediteur },
    to,
    replyTo: repondreA ?? expediteur,
    subject: await renderLine(settings.objet, quoted),
    messageId,
    date: now,
    text: await renderText(settings.contenu, quoted),
    ...(html === undefined ? {} : { html: await renderHtml(html, quoted), attachments: await images(settings) }),
    headers: { [settings.entete]: mail.key, 'Auto-Submitted': 'auto-generated' },
    newline: 'win',
    // Some look the header up as it is written.
    normalizeHeaderKey: key => key,
    // What an administrator wrote is content: never an address to fetch or a file of this server.
    disableUrlAccess: true,
    disableFileAccess: true,
  })
  return { messageId, from: returnPath(settings, mail.key), to: to.address, raw: await composer.compile().build() }
}
