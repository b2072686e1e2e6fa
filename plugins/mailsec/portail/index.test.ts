import { createHash } from 'node:crypto'
import yauzl from 'yauzl'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { posting, recipientsOf, startMailTown, type MailTown } from './mail-town.fixture.ts'

let town: MailTown
beforeAll(async () => {
  town = await startMailTown({ PASSEUR_UPLOAD_LIMIT: '50 ko' })
})
afterAll(() => town[Symbol.asyncDispose]())

const everything = () => true

test('un message se lit sur sa page après un geste, et l’émetteur le sait ; suivre le lien ne compte pas', async () => {
  const { id } = await town.sendMail('ls-mailsec', {
    'mailsec.to': 'lecture@exemple.fr',
    message: 'Voici l’ordre du jour.',
  })
  const page = town.pageOf('lecture@exemple.fr')
  const door = await town.visit(page)
  expect(door.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(door.headers.get('referrer-policy')).toBe('no-referrer')
  const doorText = await door.text()
  expect(doorText).toContain('Consulter le message')
  expect(doorText).not.toContain('ordre du jour')
  await town.visit(page, { method: 'HEAD' })
  expect((await town.visit(`${page}/fichiers/0`)).status).toBe(303)
  expect((await town.visit(`${page}/consulter`)).status).toBe(303)
  const unread = await town.inState(id, 'mailsec.envoye')
  expect(unread.data['mailsec.lus']).toBe(0)
  // Whoever reads the database opens no page.
  expect(JSON.stringify(unread.data)).not.toContain(page.replace('/mail/', ''))
  expect((await town.visit(`${page}/consulter`, { method: 'POST' })).status).toBe(303)
  const document = await town.inState(id, 'termine')
  expect(document.data['mailsec.accuse']).toMatchObject({ type: 'application/pdf' })
  const text = await (await town.visit(page)).text()
  expect(text).toContain('Voici l’ordre du jour.')
  expect(text).toMatch(/consultation \(le \d{2}\/\d{2}\/\d{4} à \d{2} h \d{2}\)/u)
  const part = await town.visit(`${page}/fichiers/0`, { headers: { range: 'bytes=0-3' } })
  expect([part.status, await part.text()]).toEqual([206, '%PDF'])
})

test('un mot de passe ferme la page ; il est gardé haché, jamais rendu, et les essais sont comptés', async () => {
  const { id } = await town.sendMail('ls-mailsec', {
    'mailsec.to': 'secret@exemple.fr',
    'mailsec.motDePasse': 'grand-pavois',
  })
  const page = town.pageOf('secret@exemple.fr')
  const held = await town.get(id)
  expect(held.data['mailsec.motDePasse']).toMatch(/^\$argon2id\$/u)
  const contents = await town.whole.hub.cradle.store.contents(
    held,
    town.whole.hub.cradle.flows.get(held.flowId, held.flowVersion),
  )
  expect(JSON.stringify(contents.values)).not.toContain('argon2')
  const wrong = await town.visit(`${page}/consulter`, posting({ motDePasse: 'faux' }))
  expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining('pas le bon')])
  expect((await town.inState(id, 'mailsec.envoye')).data['mailsec.lus']).toBe(0)
  const right = await town.visit(`${page}/consulter`, posting({ motDePasse: 'grand-pavois' }))
  const cookie = right.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect(right.headers.get('set-cookie')).toContain(`Path=${page}; `)
  await town.inState(id, 'termine')
  expect(await (await town.visit(page, { headers: { cookie } })).text()).toContain('Fichiers')
  expect(await (await town.visit(page)).text()).toContain('Mot de passe')
  for (let attempt = 0; attempt < 6; attempt++) await town.visit(`${page}/consulter`, posting({ motDePasse: 'faux' }))
  expect((await town.visit(`${page}/consulter`, posting({ motDePasse: 'grand-pavois' }))).status).toBe(429)
})

test('une réponse avec un fichier devient un document lié au message, une seule fois', async () => {
  const { id } = await town.sendMail('ls-mailsec-bidir', { 'mailsec.to': 'reponse@exemple.fr' })
  const page = town.pageOf('reponse@exemple.fr')
  await town.visit(`${page}/consulter`, { method: 'POST' })
  expect(await (await town.visit(`${page}/reponse`)).text()).toContain('Envoyer la réponse')
  const empty = await town.visit(`${page}/reponse`, { method: 'POST', body: new FormData() })
  expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining('« Réponse » est à renseigner.')])
  const form = () => {
    const body = new FormData()
    body.set('reponse', 'Je serai là.')
    body.append('documents', new Blob(['%PDF-1.4 pouvoir']), 'pouvoir signé.pdf')
    return body
  }
  expect((await town.visit(`${page}/reponse`, { method: 'POST', body: form() })).status).toBe(303)
  const document = await town.get(id)
  const [recipient] = recipientsOf(document)
  expect(recipient?.etat).toBe('repondu')
  const answer = await town.get(recipient?.reponse ?? '')
  expect([answer.flowId, answer.state, answer.title]).toEqual(['ls-mailsec-bidir-reponse', 'termine', 'Je serai là.'])
  expect(answer.data['documents']).toMatchObject([{ name: 'pouvoir signé.pdf' }])
  await town.visit(`${page}/reponse`, { method: 'POST', body: form() })
  const { db } = town.whole.hub.cradle
  expect(await db('documents').where('flow_id', 'ls-mailsec-bidir-reponse')).toHaveLength(1)
  expect(await (await town.visit(page)).text()).toContain('Vous avez répondu')
})

test('un lien inconnu, et celui d’un message déclaré non reçu, le disent en français', async () => {
  const unknown = await town.visit('/mail/nimporte-quoi')
  expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('ne mène à aucun message')])
  const { id } = await town.sendMail('ls-mailsec', { 'mailsec.to': 'ferme@exemple.fr' })
  const where = { entityId: town.whole.town, documentId: id, by: town.whole.users.agent }
  await town.whole.hub.cradle.documents.act({ ...where, action: 'mailsec.declarerNonRecu', may: everything })
  await town.inState(id, 'termine')
  expect((await town.visit(town.pageOf('ferme@exemple.fr'))).status).toBe(410)
})

test('les fichiers se prennent ensemble, sous des noms distincts, une fois le message consulté', async () => {
  const names = ['ordre du jour.pdf', 'Ordre du jour.pdf', 'plan.pdf']
  await town.sendMail('ls-mailsec', { 'mailsec.to': 'zip@exemple.fr' }, names)
  const page = town.pageOf('zip@exemple.fr')
  expect((await town.visit(`${page}/archive`)).status).toBe(303)
  await town.visit(`${page}/consulter`, { method: 'POST' })
  expect(await (await town.visit(page)).text()).toContain(`${page}/archive`)
  const archive = await town.visit(`${page}/archive`)
  expect([archive.status, archive.headers.get('content-type')]).toEqual([200, 'application/zip'])
  expect(archive.headers.get('content-disposition')).toContain('Convocation.zip')
  const zip = await yauzl.fromBufferPromise(Buffer.from(await archive.arrayBuffer()))
  const entries: string[] = []
  for await (const { fileName } of zip.eachEntry()) entries.push(fileName)
  expect(entries).toEqual(['ordre du jour.pdf', 'Ordre du jour_1.pdf', 'plan.pdf'])
})

test('une réponse trop lourde, trop nombreuse ou coupée est refusée avec une phrase, et rien n’est répondu', async () => {
  const { id } = await town.sendMail('ls-mailsec-bidir', { 'mailsec.to': 'limites@exemple.fr' })
  const page = town.pageOf('limites@exemple.fr')
  await town.visit(`${page}/consulter`, { method: 'POST' })
  const answer = async (sizes: readonly number[]) => {
    const body = new FormData()
    body.set('reponse', 'Voici.')
    sizes.forEach((size, rank) => body.append('documents', new Blob(['x'.repeat(size)]), `${rank}.pdf`))
    const given = await town.visit(`${page}/reponse`, { method: 'POST', body })
    return [given.status, await given.text()]
  }
  expect(await answer([60_000])).toEqual([413, expect.stringContaining('0.pdf')])
  expect(await answer(Array.from({ length: 21 }, () => 10))).toEqual([
    400,
    expect.stringContaining('20 fichiers au plus'),
  ])
  const cut = await town.visit(`${page}/reponse`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: '--b\r\nContent-Disposition: form-data; name="reponse"\r\n\r\nVoi',
  })
  expect([cut.status, await cut.text()]).toEqual([400, expect.stringContaining('recommencez')])
  const unknown = await town.visit(`${page}/reponse`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'a/b' },
  })
  expect([unknown.status, await unknown.text()]).toEqual([400, expect.stringContaining('forme connue')])
  const [recipient] = recipientsOf(await town.get(id))
  expect(recipient?.reponduLe).toBeUndefined()
})

test('les liens donnés par Pastell disent de redemander le message, ou y mènent quand leur clé a été reprise', async () => {
  const key = '0cc175b9c0f1b6a831c399e269772661'
  for (const path of [`/mail/${key}/captcha`, `/mail/${key}`, `/mailsec/index.php?key=${key}`]) {
    const former = await town.visit(path)
    expect([path, former.status, await former.text()]).toEqual([
      path,
      410,
      expect.stringContaining('ancienne plateforme'),
    ])
  }
  const { id } = await town.sendMail('ls-mailsec', { 'mailsec.to': 'repris@exemple.fr' })
  // What an import of the recipients of Pastell would write: the digest of their key.
  const acces = createHash('sha256').update(key).digest('hex')
  const { data } = await town.get(id)
  const destinataires = recipientsOf({ data }).map(each => ({ ...each, acces }))
  const { db } = town.whole.hub.cradle
  await db('documents')
    .where({ id })
    .update({ data: JSON.stringify({ ...data, 'mailsec.destinataires': destinataires, 'mailsec.acces': acces }) })
  await db('document_index').where({ documentId: id, field: 'mailsec.acces' }).update({ value: acces })
  const page = await town.visit(`/mail/${key}`)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Consulter le message')])
  expect((await town.visit(`/mail/${key}/captcha`)).headers.get('location')).toBe(`/mail/${key}`)
  await town.visit(`/mail/${key}/consulter`, { method: 'POST' })
  expect((await town.visit(`/mail/${key}/downloadFile?field=documents&num=0`)).headers.get('location')).toBe(
    `/mail/${key}`,
  )
})
