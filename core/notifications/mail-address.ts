/** Protocols of a mail server, with their usual port. */
export const MAIL_PORTS: Readonly<Record<string, number>> = { 'smtps:': 465, 'smtp:': 587, 'smtp+clair:': 25 }

/** Where the mail of the platform leaves from. */
export interface MailSettings {
  /** `smtps://compte:motdepasse@relais:465`, `smtp://…:587` (STARTTLS demanded), `smtp+clair://…:25`. Holds a password: never shown. */
  readonly url: string
  /** Address of the sender. */
  readonly from: string
  /** Hour of the letter of the day in France, `07:00`. */
  readonly digestAt: string
}

/** Whether this is an address of mail server that can be used. */
export const isMailAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname } = new URL(text)
  return protocol in MAIL_PORTS && hostname !== '' && (pathname === '' || pathname === '/')
}
