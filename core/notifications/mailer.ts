import { createTransport } from 'nodemailer'
import { isIP } from 'node:net'
import { certificateFault } from '../connectors/certificate-fault.ts'
import { MAIL_PORTS, type MailSettings } from './mail-address.ts'

export interface Mail {
  /** The same for each try. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Page where the person chooses what to receive; none for what one cannot refuse. */
  readonly settings?: string
  readonly date: Date
}

/** `refused`: this letter will never pass; `unavailable`: nothing passes for now. Reasons are French sentences, without secret. */
export type Posted =
  | { readonly is: 'sent' }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'postponed'; readonly reason: string }
  | { readonly is: 'unavailable'; readonly reason: string }

export interface Mailer {
  send(mail: Mail): Promise<Posted>
}

interface Failure extends Error {
  readonly code?: string
  readonly command?: string
  readonly response?: string
  readonly responseCode?: number
}

const TIMEOUT = 20_000

/** What the transport is asked, from an address that `isMailAddress` accepts. */
const transportOf = (address: URL) => {
  const { protocol, hostname, port, username, password } = address
  const host = hostname.replace(/^\[(.*)\]$/u, '$1')
  return {
    host,
    port: Number(port) || MAIL_PORTS[protocol],
    secure: protocol === 'smtps:',
    requireTLS: protocol === 'smtp:',
    ignoreTLS: protocol === 'smtp+clair:',
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: 60_000,
    ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    ...(isIP(host) ? {} : { tls: { servername: host } }),
    // What a person wrote is content: never an address to fetch or a file of this server.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** The sentence of the server, on one line. */
const said = ({ response }: Failure): string =>
  response ? ` Il répond : « ${response.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300)} ».` : ''

const outcomeOf = (failure: Failure, host: string, to: string): Posted => {
  const { responseCode = 0, command = '', code } = failure
  const ofLetter = ['RCPT TO', 'DATA'].includes(command) || code === 'EENVELOPE' || code === 'EMESSAGE'
  if (ofLetter && (responseCode >= 500 || responseCode === 0))
    return { is: 'refused', reason: `Le serveur ${host} refuse ce courriel pour « ${to} ».${said(failure)}` }
  if (ofLetter)
    return {
      is: 'postponed',
      reason: `Le serveur ${host} remet à plus tard le courriel pour « ${to} ».${said(failure)}`,
    }
  const certificate = certificateFault(failure, host)
  if (certificate !== undefined) return { is: 'unavailable', reason: certificate }
  if (code === 'EAUTH')
    return { is: 'unavailable', reason: `Le serveur ${host} refuse le compte de PASSEUR_MAIL_URL.${said(failure)}` }
  return {
    is: 'unavailable',
    reason: `Le serveur de messagerie ${host} n'est pas disponible.${said(failure)} Vérifiez PASSEUR_MAIL_URL et le réseau.`,
  }
}

/** Sends one letter at a time through the mail server of the platform. */
export const createMailer = ({ url, from }: MailSettings): Mailer => {
  const options = transportOf(new URL(url))
  const domain = from.slice(from.lastIndexOf('@') + 1)
  return {
    async send({ id, to, subject, text, html, settings, date }) {
      const transport = createTransport(options)
      try {
        await transport.sendMail({
          from: { name: 'Passeur', address: from },
          to: { name: '', address: to },
          subject,
          text,
          html,
          date,
          messageId: `<${id}.passeur@${domain}>`,
          headers: {
            'Auto-Submitted': 'auto-generated',
            ...(settings === undefined ? {} : { 'List-Unsubscribe': `<${settings}>` }),
          },
        })
        return { is: 'sent' }
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return outcomeOf(error, options.host, to)
      } finally {
        transport.close()
      }
    },
  }
}
