/** Messages that come back, for the tests and for the simulator. Made up after RFC 3464 and what servers really write. */

export const KEY = 'k3f9a0c17be2d4856'

interface DsnOptions {
  readonly key?: string
  readonly subject?: string
  readonly messageId?: string
  /** The last group of the notification. */
  readonly recipient?: readonly string[]
  readonly envelopeId?: string | undefined
  /** How the original comes back. */
  readonly returned?: 'headers' | 'message' | 'none'
}

const ORIGINAL = (key: string) =>
  [
    'From: Ville <ne-pas-repondre@ville.example>',
    'To: elodie@exemple.fr',
    `X-Pastell-Document: ${key}`,
    'Subject: Un document',
  ].join('\n')

/** As Postfix and Exim write it. */
export const dsn = ({
  key = KEY,
  subject = 'Undelivered Mail Returned to Sender',
  messageId = `<${subject.replaceAll(' ', '-')}-${key}@mx.exemple.fr>`,
  recipient = [
    'Final-Recipient: rfc822; elodie@exemple.fr',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 <elodie@exemple.fr>: Recipient address rejected:',
    '    User unknown',
  ],
  envelopeId,
  returned = 'headers',
}: DsnOptions = {}): string => `Return-Path: <>
From: MAILER-DAEMON@mx.exemple.fr (Mail Delivery System)
To: retours@ville.example
Subject: ${subject}
Message-ID: ${messageId}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.exemple.fr.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.exemple.fr
${envelopeId === undefined ? '' : `Original-Envelope-Id: ${envelopeId}\n`}Arrival-Date: Thu, 15 Jan 2026 09:00:00 +0100 (CET)

${recipient.join('\n')}

${
  returned === 'none'
    ? ''
    : `--B
Content-Type: ${returned === 'headers' ? 'text/rfc822-headers' : 'message/rfc822'}

${ORIGINAL(key)}
${returned === 'message' ? '\nBonjour,\nvoici le lien.\n' : ''}
`
}--B--
`

/** An old server: no notification, the message in the text. */
export const plainBounce = (key = KEY): string => `Return-Path: <>
From: MAILER-DAEMON@vieux.exemple.fr
To: retours@ville.example
Subject: failure notice
Message-ID: <vieux-1@vieux.exemple.fr>

Hi. I'm afraid I wasn't able to deliver your message.

<elodie@exemple.fr>:
Sorry, no mailbox here by that name.

--- Below this line is a copy of the message.

${ORIGINAL(key)}

Bonjour
`

/** Somebody is away: it comes to the address of the key, and must not pass for a bounce. */
export const outOfOffice = (key = KEY): string => `From: Elodie <elodie@exemple.fr>
To: retours+${key}@ville.example
Subject: Absence du bureau
Message-ID: <absence-1@exemple.fr>
Auto-Submitted: auto-replied

Je suis absente jusqu'au 3 mars.
> X-Pastell-Document: ${key}
`

/** A receipt of reading, which is a report too (RFC 8098). */
export const readingReceipt = (key = KEY): string => `From: Elodie <elodie@exemple.fr>
To: retours+${key}@ville.example
Subject: Lu : un document
Message-ID: <lu-1@exemple.fr>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="B"

--B
Content-Type: text/plain

Votre message a ete lu.

--B
Content-Type: message/disposition-notification

Final-Recipient: rfc822;elodie@exemple.fr
Disposition: manual-action/MDN-sent-manually; displayed

--B--
`

export const unrelated = (): string => `From: Fournisseur <pub@exemple.fr>
To: retours@ville.example
Subject: Nos offres de janvier
Message-ID: <pub-1@exemple.fr>

Bonjour, voici nos offres.
`
