import { afterAll, beforeAll, expect, test } from 'vitest'
import { HUB_PASSWORD } from '#core/conformance'
import { posting, recipientsOf, startMailTown, type MailTown } from './mail-town.fixture.ts'

let town: MailTown
beforeAll(async () => {
  town = await startMailTown()
})
afterAll(() => town[Symbol.asyncDispose]())

const authorization = `Basic ${Buffer.from(`agent:${HUB_PASSWORD}`).toString('base64')}`
/** A call as business software makes it. */
const call = async (path: string, options: RequestInit = {}) => {
  const answer = await town.visit(path, { ...options, headers: { ...options.headers, authorization } })
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> }
}
const MOMENT = /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/u

test('un formulaire de destinataires ne se commence par aucune API : la phrase dit quoi créer à la place', async () => {
  const body = JSON.stringify({ flow: 'ls-mailsec-bidir-reponse', values: {} })
  const native = await call(`/api/v3/entites/${town.whole.town}/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect([native.status, native.body['code'], native.body['detail']]).toEqual([
    409,
    'conflit',
    expect.stringContaining('Créez un document du flux qui envoie le message.'),
  ])
  const former = await call(`/api/v2/entite/${town.whole.town}/document`, posting({ type: 'ls-mailsec-destinataire' }))
  expect([former.status, former.body['error-message']]).toEqual([
    400,
    expect.stringContaining('est un formulaire pour les destinataires'),
  ])
  expect(await town.whole.hub.cradle.db('documents').whereLike('flow_id', '%mailsec%')).toEqual([])
})

test('les destinataires et leurs réponses se lisent sous leurs noms de Pastell, à la seconde près', async () => {
  const { id } = await town.sendMail('ls-mailsec-bidir', {
    'mailsec.to': '"Durand, Camille" <camille@exemple.fr>',
    'mailsec.cc': 'copie@exemple.fr',
  })
  const detail = () => call(`/api/v2/entite/${town.whole.town}/document/${id}`)
  const before = (await detail()).body
  expect(before['email_info']).toEqual([
    {
      id_de: expect.any(Number) as number,
      id_d: id,
      email: 'camille@exemple.fr',
      lu: 0,
      date_envoie: expect.stringMatching(MOMENT) as string,
      date_lecture: '1970-01-01 00:00:00',
      type_destinataire: 'to',
      date_renvoi: '0000-00-00 00:00:00',
      nb_renvoi: 0,
      reponse: '',
      has_error: 0,
      last_error: '',
      non_recu: 0,
    },
    expect.objectContaining({ email: 'copie@exemple.fr', type_destinataire: 'cc' }),
  ])
  expect(before).not.toHaveProperty('email_reponse')

  const page = town.pageOf('camille@exemple.fr')
  await town.visit(`${page}/consulter`, { method: 'POST' })
  const answer = new FormData()
  answer.set('reponse', 'Je serai là.')
  answer.append('documents', new Blob(['%PDF-1.4 pouvoir'], { type: 'application/pdf' }), 'pouvoir.pdf')
  await town.visit(`${page}/reponse`, { method: 'POST', body: answer })
  const [recipient] = recipientsOf(await town.inState(id, 'mailsec.luPartiel'))
  const after = (await detail()).body as { readonly email_info: readonly { readonly id_de: number }[] }
  const number = after.email_info[0]?.id_de ?? 0
  // The same number as before, and one that 32 bits hold: clients keep it.
  expect(before['email_info']).toMatchObject([{ id_de: number }, {}])
  expect(number).toBeLessThan(2 ** 31)
  expect(after.email_info[0]).toMatchObject({ lu: 1, date_lecture: expect.stringMatching(MOMENT) as string })
  expect(after).toMatchObject({
    email_reponse: {
      [number]: {
        id_de: number,
        id_d_reponse: recipient?.reponse,
        is_lu: 0,
        date_reponse: recipient?.reponduLe,
        has_date_reponse: 1,
        titre: 'Je serai là.',
      },
    },
  })
  // Read once somebody has opened a file of the answer here, by any door.
  const answers = `/api/v2/entite/${town.whole.town}/document/${recipient?.reponse ?? ''}`
  const given = (await call(answers)).body['data'] as Readonly<Record<string, unknown>>
  const [field = ''] = Object.entries(given).find(([, value]) => Array.isArray(value)) ?? []
  await town.visit(`${answers}/file/${field}`, { headers: { authorization } })
  expect((await detail()).body).toMatchObject({ email_reponse: { [number]: { is_lu: 1 } } })
})

test('l’API native dit ce que chacun a fait, sans rien de ce qui ouvre sa page', async () => {
  const { id } = await town.sendMail('ls-mailsec', {
    'mailsec.to': 'natif@exemple.fr',
    'mailsec.motDePasse': 'grand-pavois',
  })
  const { body } = await call(`/api/v3/entites/${town.whole.town}/documents/${id}`)
  const [recipient] = recipientsOf(await town.get(id))
  const text = JSON.stringify(body)
  expect(text).toContain('natif@exemple.fr')
  for (const hidden of [recipient?.cle, recipient?.acces]) expect(text).not.toContain(hidden)
  expect(body['secretsSet']).toEqual(['mailsec.motDePasse'])
  expect(text).not.toContain('argon2')
})

test('par l’API de Pastell, « to » prend un groupe de l’annuaire, une liste fausse est dite, et chaque membre reçoit son courriel', async () => {
  const { town: entity } = town.whole
  const add = async (what: string, body: object) => {
    const answer = await town.visit(`/api/v3/entites/${entity}/annuaire/${what}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`admin:${HUB_PASSWORD}`).toString('base64')}`,
      },
      body: JSON.stringify(body),
    })
    return (await answer.json()) as { readonly id: string }
  }
  const group = await add('groupes', { name: 'Élus' })
  await add('contacts', { email: 'elue@exemple.fr', name: 'Une élue', groups: [group.id] })
  await add('contacts', { email: 'elu@exemple.fr', groups: [group.id] })

  const created = await call(`/api/v2/entite/${entity}/document`, posting({ type: 'ls-mailsec' }))
  const path = `/api/v2/entite/${entity}/document/${String(created.body['id_d'])}`
  const write = (values: Readonly<Record<string, string>>) => call(path, { ...posting(values), method: 'PATCH' })
  expect((await write({ objet: 'Conseil', to: 'n’importe quoi' })).body).toMatchObject({
    formulaire_ok: 0,
    message: "Le formulaire est incomplet : le champ «Destinataires» ne contient pas une liste d'email valide.",
  })
  expect((await write({ to: 'groupe: "Élus", presse@exemple.fr' })).body).toMatchObject({ formulaire_ok: 1 })
  await call(`${path}/action/orientation`, { method: 'POST' })
  const sent = await town.inState(String(created.body['id_d']), 'mailsec.envoye')
  expect(recipientsOf(sent).map(({ adresse, nom }) => [adresse, nom])).toEqual([
    ['elu@exemple.fr', undefined],
    ['elue@exemple.fr', 'Une élue'],
    ['presse@exemple.fr', undefined],
  ])
  expect(new Set(['elu', 'elue', 'presse'].map(name => town.pageOf(`${name}@exemple.fr`))).size).toBe(3)
})
