import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '#core'
import { connectForTest } from '#core/testing'
import { readHeaders, readNotification, sentenceOf, type Outcome } from './dsn.ts'
import bounces from './index.ts'
import { recognise, type Letter } from './recognise.ts'
import { KEY } from './samples.ts'

const NOTIFICATION = `Reporting-MTA: dns; mx.exemple.fr
Original-Envelope-Id: k3f9+2Bx+3D
Arrival-Date: Thu, 15 Jan 2026 09:00:00 +0100

Final-Recipient: rfc822; e@exemple.fr
Original-Recipient: rfc822;elodie@exemple.fr
Action: delayed
Status: 4.4.1 (connection timed out)
Will-Retry-Until: Sat, 17 Jan 2026 09:00:00 +0100

Final-Recipient: rfc822; autre@exemple.fr
Action: Failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox
  full
`
const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  action: 'failed',
  status: '5.1.1',
  recipient: 'elodie@exemple.fr',
  diagnostic: '550 5.1.1 User unknown',
  retryUntil: undefined,
  ...change,
})
const letter = (change: Partial<Letter> = {}): Letter => ({
  headers: readHeaders('From: Mail Delivery System <MAILER-DAEMON@mx.exemple.fr>\nTo: retours@ville.example'),
  notification: undefined,
  returned: undefined,
  text: '',
  ...change,
})
const OPTIONS = { header: 'X-PASTELL-DOCUMENT', returnPath: 'retours@ville.example' }

describe('un avis (RFC 3464)', () => {
  test('est lu avec ses lignes repliées ; le pire des destinataires l’emporte', () => {
    expect(readNotification(NOTIFICATION.replaceAll('\n', '\r\n'))).toEqual({
      envelopeId: 'k3f9+x=',
      reportedBy: 'mx.exemple.fr',
      outcome: outcome({ status: '5.2.2', recipient: 'autre@exemple.fr', diagnostic: '552 5.2.2 Mailbox full' }),
    })
  })
  test("sans destinataire, ou d'une action inconnue, il ne conclut rien", () => {
    expect(readNotification('Reporting-MTA: dns; x').outcome).toBeUndefined()
    expect(readNotification('Reporting-MTA: dns; x\n\nAction: perdu\nStatus: 5.0.0').outcome).toBeUndefined()
    expect(readNotification('').outcome).toBeUndefined()
  })
  test.each([
    ['5.1.1', "l'adresse n'existe pas"],
    ['5.1.2', "le domaine n'existe pas"],
    ['5.1.10', "n'accepte pas de courriel"],
    ['5.2.2', 'boîte est pleine'],
    ['5.7.1', 'refuse ce message'],
    ['4.4.2', "n'est pas joignable"],
  ])('le statut %s se dit « %s »', (status, words) => {
    expect(sentenceOf(outcome({ status }), '')).toContain(words)
  })
  test('chaque issue a sa phrase', () => {
    expect(sentenceOf(outcome(), 'mx')).toBe(
      "Le courriel n'a pas été remis à elodie@exemple.fr : l'adresse n'existe pas ou est mal écrite, 5.1.1, « 550 5.1.1 User unknown ». Vérifiez l'adresse, puis envoyez à nouveau.",
    )
    const said = (action: Outcome['action']) => sentenceOf(outcome({ action, retryUntil: 'samedi' }), 'mx.exemple.fr')
    expect(said('delayed')).toMatch(/est retardée.*jusqu'à : samedi\.$/u)
    expect(said('delivered')).toBe('Le courriel a été remis à elodie@exemple.fr (mx.exemple.fr).')
    expect(said('relayed')).toContain("n'envoie pas d'avis")
    expect(said('expanded')).toContain('liste')
    expect(sentenceOf(outcome({ recipient: '', status: '', diagnostic: '' }), '')).toContain('à son destinataire. V')
  })
})

describe('ce qui nous concerne', () => {
  const notification = readNotification(NOTIFICATION)
  test.each([
    ["l'en-tête du message rendu", { notification, returned: readHeaders(`x-pastell-document: ${KEY}`) }],
    ["l'identifiant d'enveloppe", { notification: { ...notification, envelopeId: KEY } }],
    ["l'en-tête recopié dans le texte", { text: `> X-Pastell-Document: ${KEY}\n` }],
    [
      "l'adresse de retour",
      { headers: readHeaders(`From: postmaster@mx.fr\nDelivered-To: <Retours+${KEY}@ville.example>`) },
    ],
  ])('se reconnaît par %s', (_name, change) => {
    expect(recognise(letter(change), OPTIONS)?.keys).toEqual([KEY])
  })
  test.each([
    ['sans clé', {}],
    ['une clé qui n’en est pas une', { text: 'X-Pastell-Document: ../../x\n' }],
    [
      'une autre adresse de retour',
      { headers: readHeaders(`From: postmaster@mx.fr\nTo: retoursX${KEY}@ville.example`) },
    ],
    [
      'une absence',
      {
        headers: readHeaders(
          `From: Postmaster <elodie@exemple.fr>\nTo: retours+${KEY}@ville.example\nSubject: Absence du bureau`,
        ),
      },
    ],
    ['une personne', { headers: readHeaders(`From: elodie@exemple.fr\nTo: retours+${KEY}@ville.example`) }],
    [
      'un avis sans issue',
      { notification: { ...notification, outcome: undefined }, returned: readHeaders(`X-Pastell-Document: ${KEY}`) },
    ],
  ])('rien : %s', (_name, change) => {
    expect(recognise(letter(change), OPTIONS)).toBeUndefined()
  })
})

test("n'atteint pas un réseau interne que la plateforme n'autorise pas", async () => {
  const config = { cheminRetour: 'retours@ville.example', serveur: '127.0.0.1', motDePasse: 'x' }
  await using connected = await connectForTest(bounces, config, { allowLoopback: false })
  await expect(connected.connector.check()).rejects.toThrow(ConfigurationError)
})
