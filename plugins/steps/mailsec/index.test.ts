import { expect, test } from 'vitest'
import { defineFlow, files, TemporaryError, text, type MailAEnvoyer, type Mailsec } from '#core'
import { fileNamed, testHub, type TestDocument } from '#core/testing'
import { mailsec, recipientsIn, type Recipient } from './index.ts'

const flow = defineFlow({
  id: 'courrier',
  version: 1,
  label: 'Courrier',
  family: 'Courriers',
  fields: { objet: text('Objet', { required: true, title: true }), pieces: files('Pièces') },
  steps: ({ objet, pieces }) => [mailsec({ titre: objet, documents: pieces })],
})

/** A mail server that keeps what it takes, and obeys. */
const server = () => {
  const sent: MailAEnvoyer[] = []
  const refused = new Set<string>()
  const busy = new Set<string>()
  let cutAt: number | undefined
  const connector: Mailsec = {
    send(mail) {
      if (refused.has(mail.to)) return Promise.resolve({ is: 'refused', reason: 'adresse inconnue' })
      if (busy.has(mail.to)) return Promise.reject(new TemporaryError('Le serveur remet à plus tard.'))
      sent.push(mail)
      if (sent.length === cutAt) return Promise.reject(new TemporaryError('Coupure.', { maybeSent: true }))
      return Promise.resolve({ is: 'sent', messageId: `<${mail.key}.${mail.round}@ville.example>` })
    },
  }
  return { connector, sent, refused, busy, cutAfter: (count: number) => void (cutAt = count) }
}

const posted = async (
  values: Readonly<Record<string, unknown>>,
  reglages?: Readonly<Record<string, number>>,
  prepare: (mails: ReturnType<typeof server>) => void = () => undefined,
) => {
  const mails = server()
  prepare(mails)
  const hub = testHub(flow, [mailsec], {
    mailsec: mails.connector,
    ...(reglages ? { reglages: { lire: () => Promise.resolve(reglages) } } : {}),
  })
  const document = await hub.create({ objet: 'Convocation', pieces: [fileNamed('ordre-du-jour.pdf')], ...values })
  await document.submit()
  return { hub, mails, document }
}

const rowsOf = (document: TestDocument): readonly Recipient[] =>
  recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
const read = (document: TestDocument, adresse: string) =>
  document.signal('mailsec.lecture', { acces: rowsOf(document).find(each => each.adresse === adresse)?.acces })

test('chacun reçoit son propre courriel, avec un lien à lui ; une adresse répétée n’en reçoit qu’un', async () => {
  const { mails, document } = await posted({
    'mailsec.to': '"Durand, Camille" <camille@exemple.fr>, luc@exemple.fr',
    'mailsec.cc': 'LUC@exemple.fr; mairie@exemple.fr',
  })
  expect(document.state).toBe('mailsec.envoye')
  expect(mails.sent.map(mail => mail.to)).toHaveLength(3)
  expect(rowsOf(document).map(({ adresse, nom, role, etat }) => [adresse, nom, role, etat])).toEqual([
    ['camille@exemple.fr', 'Durand, Camille', 'to', 'envoye'],
    ['luc@exemple.fr', undefined, 'to', 'envoye'],
    ['mairie@exemple.fr', undefined, 'cc', 'envoye'],
  ])
  expect(new Set(mails.sent.map(mail => mail.link)).size).toBe(3)
  for (const mail of mails.sent) expect(mail.key).toMatch(/^[a-z0-9]{8,40}$/u)
  // The link opens the page: nothing that is stored does.
  for (const mail of mails.sent) expect(JSON.stringify(document.data)).not.toContain(mail.link.split('/').at(-1))
})

test('une coupure au milieu de cinquante destinataires ne renvoie à personne d’autre, et sous le même numéro', async () => {
  const addresses = Array.from({ length: 50 }, (_, rank) => `elu${rank}@exemple.fr`)
  const { hub, mails, document } = await posted({ 'mailsec.to': addresses.join(', ') }, undefined, each =>
    each.cutAfter(25),
  )
  await hub.advance('1 h')
  expect(document.state).toBe('mailsec.envoye')
  const counts = new Map<string, number>()
  for (const mail of mails.sent) counts.set(mail.to, (counts.get(mail.to) ?? 0) + 1)
  expect(counts.size).toBe(50)
  expect([...counts.values()].filter(count => count > 1)).toHaveLength(1)
  expect(mails.sent.every(mail => mail.round === 1)).toBe(true)
})

test('un serveur qui remet à plus tard ne retient pas les autres', async () => {
  const { hub, mails, document } = await posted(
    { 'mailsec.to': 'lent@exemple.fr, a@exemple.fr, b@exemple.fr, c@exemple.fr' },
    undefined,
    each => each.busy.add('lent@exemple.fr'),
  )
  expect(mails.sent.map(mail => mail.to).toSorted()).toEqual(['a@exemple.fr', 'b@exemple.fr', 'c@exemple.fr'])
  expect(document.state).toBe('mailsec.aEnvoyer')
  mails.busy.clear()
  await hub.advance('1 h')
  expect(document.state).toBe('mailsec.envoye')
})

test('sans destinataire, ou avec un groupe inconnu, l’envoi s’arrête avec une phrase et reprend une fois corrigé', async () => {
  const { mails, document } = await posted({})
  expect([document.state, document.message]).toEqual([
    'mailsec.erreurEnvoi',
    'Aucun destinataire : renseignez « Destinataires », « En copie » ou « En copie cachée ».',
  ])
  document.edit({ 'mailsec.to': 'camille@exemple.fr, groupe: "Élus"' })
  await document.ask('mailsec.reprendre')
  expect([document.message, mails.sent]).toEqual(['« groupe: "Élus" » est inconnu.', []])
  document.edit({ 'mailsec.to': 'camille@exemple.fr' })
  await document.ask('mailsec.reprendre')
  expect([document.state, mails.sent.length]).toEqual(['mailsec.envoye', 1])
})

test('une saisie qui n’est pas une liste d’adresses est refusée à son champ', async () => {
  const { document } = await posted({})
  expect(document.edit({ 'mailsec.to': 'pas une adresse' })).toEqual([
    {
      field: 'mailsec.to',
      message:
        "« pas une adresse » n'est ni une adresse de courriel, ni un groupe de l'annuaire : corrigez-le, ou retirez-le.",
    },
  ])
})

test('un groupe devient ses membres au moment de l’envoi : une reprise écrit aux mêmes, même s’il a changé entre-temps', async () => {
  const mails = server()
  const hub = testHub(flow, [mailsec], { mailsec: mails.connector })
  const document = await hub.create({
    objet: 'Convocation',
    'mailsec.to': 'groupe: "Élus"',
    'mailsec.cc': 'B@exemple.fr, presse@exemple.fr',
  })
  const member = (address: string, name?: string) => ({ address, name })
  hub.groups.set('groupe: "Élus"', [member('a@exemple.fr', 'Anne'), member('b@exemple.fr'), member('c@exemple.fr')])
  mails.busy.add('c@exemple.fr')
  await document.submit()
  expect(document.journal).toContain('Envoi à 4 destinataires')
  expect(document.state).toBe('mailsec.aEnvoyer')
  hub.groups.set('groupe: "Élus"', [member('nouveau@exemple.fr')])
  mails.busy.clear()
  await hub.advance('1 h')
  expect(document.state).toBe('mailsec.envoye')
  expect(rowsOf(document).map(({ adresse, nom, role }) => [adresse, nom, role])).toEqual([
    ['a@exemple.fr', 'Anne', 'to'],
    ['b@exemple.fr', undefined, 'to'],
    ['c@exemple.fr', undefined, 'to'],
    ['presse@exemple.fr', undefined, 'cc'],
  ])
  expect(new Set(mails.sent.map(mail => mail.link)).size).toBe(4)
  document.edit({ 'mailsec.renvoyerA': 'groupe: "Élus"' })
  await expect(document.ask('mailsec.renvoyer')).rejects.toThrow('désigne plusieurs personnes')
})

test('deux mots de passe différents arrêtent l’envoi', async () => {
  const { document } = await posted({
    'mailsec.to': 'a@exemple.fr',
    'mailsec.motDePasse': 'un',
    'mailsec.confirmation': 'deux',
  })
  expect([document.state, document.message]).toEqual([
    'mailsec.erreurEnvoi',
    'Les deux mots de passe ne sont pas les mêmes : saisissez-les à nouveau.',
  ])
})

test('la lecture des uns puis de tous mène le document jusqu’au bout, avec un accusé à chaque fois', async () => {
  const { document } = await posted({ 'mailsec.to': 'a@exemple.fr, b@exemple.fr' })
  await read(document, 'a@exemple.fr')
  expect(document.state).toBe('mailsec.luPartiel')
  const first = document.data['mailsec.accuse']
  expect(first).toMatchObject({ name: 'accuse_notification.pdf' })
  await read(document, 'a@exemple.fr')
  expect(document.data['mailsec.lus']).toBe(1)
  await read(document, 'b@exemple.fr')
  expect(document.state).toBe('termine')
  expect(document.data['mailsec.accuse']).not.toEqual(first)
  expect(document.journal).toContain('Lu par b@exemple.fr')
})

test('ceux qui n’ont pas lu sont relancés au bout de 30 jours, une fois, avec le même lien ; à 60 jours leurs liens se ferment', async () => {
  const { hub, mails, document } = await posted({ 'mailsec.to': 'a@exemple.fr, b@exemple.fr' })
  await read(document, 'a@exemple.fr')
  await hub.advance('29 d')
  expect(mails.sent).toHaveLength(2)
  await hub.advance('2 d')
  expect(document.state).toBe('mailsec.renvoye')
  expect(mails.sent.slice(2).map(({ to, round }) => [to, round])).toEqual([['b@exemple.fr', 2]])
  expect(mails.sent[2]?.link).toBe(mails.sent.find(mail => mail.to === 'b@exemple.fr')?.link)
  await hub.advance('28 d')
  expect(mails.sent).toHaveLength(3)
  await hub.advance('2 d')
  expect(document.state).toBe('termine')
  expect(document.current.trail.map(stop => stop.state)).toContain('mailsec.nonRecu')
  expect(rowsOf(document).map(each => each.etat)).toEqual(['lu', 'non_recu'])
  await expect(read(document, 'b@exemple.fr')).rejects.toThrow('déclaré non reçu')
})

test('les délais sont ceux de l’administrateur', async () => {
  const { hub, mails } = await posted({ 'mailsec.to': 'a@exemple.fr' }, { joursRelance: 2, joursFin: 60 })
  await hub.advance('3 d')
  expect(mails.sent).toHaveLength(2)
})

test('« Renvoyer » va à ceux qui n’ont pas lu, ou à un seul, et l’état ne change pas alors', async () => {
  const { mails, document } = await posted({ 'mailsec.to': 'a@exemple.fr, b@exemple.fr, c@exemple.fr' })
  await read(document, 'a@exemple.fr')
  document.edit({ 'mailsec.renvoyerA': 'inconnu@exemple.fr' })
  await expect(document.ask('mailsec.renvoyer')).rejects.toThrow("n'est pas destinataire")
  document.edit({ 'mailsec.renvoyerA': 'A@exemple.fr' })
  await document.ask('mailsec.renvoyer')
  expect([document.state, mails.sent.at(-1)?.to, mails.sent.length]).toEqual(['mailsec.luPartiel', 'a@exemple.fr', 4])
  await document.ask('mailsec.renvoyer')
  expect(document.state).toBe('mailsec.renvoye')
  expect(
    mails.sent
      .slice(4)
      .map(mail => mail.to)
      .toSorted(),
  ).toEqual(['b@exemple.fr', 'c@exemple.fr'])
})

test('« Déclarer non reçu » ferme les liens de ceux qui n’ont pas lu', async () => {
  const { document } = await posted({ 'mailsec.to': 'a@exemple.fr' })
  await document.ask('mailsec.declarerNonRecu')
  expect(document.state).toBe('termine')
  expect(rowsOf(document)[0]?.etat).toBe('non_recu')
})

test('un avis de non-remise marque le destinataire ; quand tous reviennent, le document s’arrête et repart une fois corrigé', async () => {
  const { mails, document } = await posted({ 'mailsec.to': 'a@exemple.fr, b@exemple.fr' })
  const back = (rank: number, remise = 'echec') =>
    document.signal('mailsec.retour', {
      about: rowsOf(document)[rank]?.cle,
      message: 'La boîte est pleine.',
      files: [fileNamed('avis.eml')],
      remise,
    })
  await back(0, 'retard')
  expect(rowsOf(document)[0]?.etat).toBe('envoye')
  await back(0)
  expect(rowsOf(document)[0]).toMatchObject({ etat: 'erreur', erreur: 'La boîte est pleine.' })
  expect(document.state).toBe('mailsec.envoye')
  await back(1)
  expect(document.state).toBe('mailsec.erreur')
  expect(document.data['mailsec.retours']).toHaveLength(3)
  document.edit({ 'mailsec.to': 'a@exemple.fr, nouvelle@exemple.fr' })
  await document.ask('mailsec.reprendre')
  expect(document.state).toBe('mailsec.envoye')
  expect(
    mails.sent
      .slice(2)
      .map(({ to, round }) => [to, round])
      .toSorted(),
  ).toEqual([
    ['a@exemple.fr', 2],
    ['nouvelle@exemple.fr', 1],
  ])
})

test('des adresses toutes refusées par le serveur arrêtent le document', async () => {
  const { document } = await posted({ 'mailsec.to': 'a@exemple.fr' }, undefined, each =>
    each.refused.add('a@exemple.fr'),
  )
  expect(document.state).toBe('mailsec.erreur')
  expect(rowsOf(document)[0]?.erreur).toBe('adresse inconnue')
})

test('une adresse refusée parmi d’autres est dite avec le compte des envois et celui des lectures', async () => {
  const { document, hub } = await posted({ 'mailsec.to': 'a@exemple.fr, b@exemple.fr' }, undefined, each =>
    each.refused.add('b@exemple.fr'),
  )
  expect(document.state).toBe('mailsec.envoye')
  expect(document.journal).toContain('Envoyé à 2 destinataires, dont 1 non remis')
  await hub.advance('1 d')
  expect(document.message).toContain('Lu par 0 sur 2, dont 1 non remis.')
})

test('une lecture qui arrive pendant l’envoi aux autres n’est pas perdue', async () => {
  const { hub, mails, document } = await posted({ 'mailsec.to': 'a@exemple.fr, lent@exemple.fr' }, undefined, each =>
    each.busy.add('lent@exemple.fr'),
  )
  expect(document.state).toBe('mailsec.aEnvoyer')
  await read(document, 'a@exemple.fr')
  expect(document.state).toBe('mailsec.aEnvoyer')
  mails.busy.clear()
  await hub.advance('1 h')
  expect(document.state).toBe('mailsec.envoye')
  expect(rowsOf(document).map(each => each.luLe !== undefined)).toEqual([true, false])
  await read(document, 'lent@exemple.fr')
  expect(document.state).toBe('termine')
})

test('une réponse se donne une fois, après lecture, et jamais par une personne en copie', async () => {
  const { document } = await posted({ 'mailsec.to': 'a@exemple.fr', 'mailsec.cc': 'copie@exemple.fr' })
  const answer = (rank: number) =>
    document.signal('mailsec.reponse', { acces: rowsOf(document)[rank]?.acces, created: 'rep1', createdTitle: 'Oui' })
  await expect(answer(0)).rejects.toThrow('consulté avant de répondre')
  await read(document, 'a@exemple.fr')
  await read(document, 'copie@exemple.fr')
  expect(document.state).toBe('termine')
  await answer(0)
  expect(rowsOf(document)[0]).toMatchObject({ etat: 'repondu', reponse: 'rep1', titreReponse: 'Oui' })
  await expect(answer(0)).rejects.toThrow('déjà été envoyée')
  await expect(answer(1)).rejects.toThrow('destinataires principaux')
})
