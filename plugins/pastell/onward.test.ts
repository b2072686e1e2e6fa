import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { goesOnAsDraft, onwardNames } from './onward.ts'
import { clientOf } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const flowOf = (id: string) => {
  const flow = hub.hub.cradle.flows.current(id)
  if (!flow) throw new Error(`${id} is not installed`)
  return flow
}

const create = async (type: string): Promise<string> => {
  const created = await api('POST', `/entite/${hub.town}/document?type=${type}`)
  const path = `/entite/${hub.town}/document/${(created.json as { readonly id_d: string }).id_d}`
  await api('PATCH', path, { body: 'objet=Bail&envoi_ged=1' })
  return path
}
const actions = async (path: string) =>
  ((await api('GET', path)).json as { readonly action_possible: readonly string[] }).action_possible

test('un logiciel envoie un ancien dossier par le nom de ce que fait la première étape', async () => {
  const path = await create('actes-generique')
  const early = await api('POST', `${path}/action/send-ged`)
  expect([early.status, early.text]).toEqual([400, expect.stringContaining('document_is_valide')])
  await api('POST', `${path}/file/arrete`, {
    body: `file_name=arrete.pdf&file_content=${encodeURIComponent('%PDF-1.4')}`,
  })
  // As in Pastell, what says what the acte is comes with it, wherever it goes.
  expect(await actions(path)).not.toContain('send-ged')
  const described = await api('PATCH', path, {
    body: 'acte_nature=2&numero_de_lacte=ARR_2026_7&date_de_lacte=2026-01-15&classification=6.1&type_acte=99_AR',
  })
  expect((described.json as { readonly content: { readonly data: object } }).content.data).toMatchObject({
    acte_nature: '2',
    numero_de_lacte: 'ARR_2026_7',
    date_de_lacte: '2026-01-15',
    classification: '6.1',
    type_acte: '99_AR',
  })
  expect(await actions(path)).toContain('send-ged')
  const wrong = await api('POST', `${path}/action/send-tdt`)
  expect(wrong.status).toBe(400)
  const sent = await api('POST', `${path}/action/send-ged`)
  expect([sent.status, sent.json]).toEqual([201, { result: true, message: expect.any(String) as string }])
  const { last_action: last } = (await api('GET', path)).json as { readonly last_action: { readonly action: string } }
  expect(last.action).toBe('preparation-send-ged')
})

test('après une étape, c’est le nom de la suivante qui la fait continuer, selon les cases', () => {
  const flow = flowOf('actes-generique')
  const signed = { state: 'signature.signe', data: { envoiTdt: true, envoiSae: true } }
  expect(onwardNames(flow, signed)).toEqual(['send-tdt'])
  expect(onwardNames(flow, { ...signed, data: { envoiSae: true } })).toContain('send-archive')
  expect(onwardNames(flow, { state: 'ged.depose', data: { envoiSae: false } })).toEqual([])
})

test('un flux du studio garde « orientation » pour seul nom', () => {
  expect(onwardNames(flowOf('ls-actes'), { state: 'brouillon', data: { envoiDepot: true } })).toEqual([])
})

test('une facture que Chorus Pro a lue se complète et s’envoie comme dans Pastell, sans la rouvrir', async () => {
  const states = hub.hub.cradle.flows
    .list()
    .flatMap(flow =>
      Object.keys(flow.states).flatMap(state => (goesOnAsDraft(flow, { state }) ? [flow.id, state] : [])),
    )
  expect(states).toEqual(['facture-chorus-fournisseur', 'lecture.lue'])
  const path = await create('facture-chorus-fournisseur')
  const [id = ''] = path.split('/').slice(-1)
  await hub.hub.cradle
    .db('documents')
    .where({ id })
    .update({ state: 'lecture.lue', trail: JSON.stringify([{ state: 'lecture.lue', at: new Date() }]) })
  expect(await actions(path)).toEqual(expect.arrayContaining(['modification', 'supression', 'send-chorus']))
  expect((await api('POST', `${path}/action/send-chorus`)).text).toContain('document_is_valide')
  const changed = await api('PATCH', path, { body: 'numero_facture=F-2026-1' })
  expect(changed.json).toMatchObject({
    result: 'ok',
    content: { data: { numero_facture: 'F-2026-1' }, last_action: { action: 'modification' } },
  })
})

const COMPLETE =
  'numero_facture=F-2026-2&date_facture=2026-01-12&code_destinataire=21340172201787&montant_ht_total=100&montant_tva=20&montant_a_payer=120'

test.each([
  ['un PDF que Chorus Pro doit lire', 'f.pdf', '%PDF-1.4', '', 'deposer-pdf'],
  ['un PDF dont tout est saisi', 'f.pdf', '%PDF-1.4', COMPLETE, 'send-chorus'],
  [
    'un fichier structuré',
    'f.xml',
    '<?xml version="1.0"?><Invoice/>',
    'depot_type=UPLOAD_API&syntaxe_flux_in=IN_DP_E1_UBL_INVOICE&numero_facture=F-2026-3',
    'pre-deposer-xml',
  ],
])('%s part par le nom que Pastell lui donne', async (_what, name, content, body, action) => {
  const path = await create('facture-chorus-fournisseur')
  await api('PATCH', path, { body })
  await api('POST', `${path}/file/fichier_facture_pdf`, {
    body: `file_name=${name}&file_content=${encodeURIComponent(content)}`,
  })
  expect(await actions(path)).toContain(action)
  const sent = await api('POST', `${path}/action/${action}`)
  expect([sent.status, sent.json]).toEqual([201, { result: true, message: expect.any(String) as string }])
  expect(await actions(path)).not.toContain('modification')
})

test('une facture lue reçoit un fichier, se complète et part par « send-chorus »', async () => {
  const path = await create('facture-chorus-fournisseur')
  const [id = ''] = path.split('/').slice(-1)
  await hub.hub.cradle
    .db('documents')
    .where({ id })
    .update({ state: 'lecture.lue', trail: JSON.stringify([{ state: 'lecture.lue', at: new Date() }]) })
  const given = await api('POST', `${path}/file/fichier_facture_pdf`, {
    body: `file_name=f.pdf&file_content=${encodeURIComponent('%PDF-1.4')}`,
  })
  expect(given).toMatchObject({ status: 201, json: { content: { data: { fichier_facture_pdf: ['f.pdf'] } } } })
  await api('PATCH', path, { body: COMPLETE })
  expect(await actions(path)).toContain('send-chorus')
  const sent = await api('POST', `${path}/action/send-chorus`)
  expect([sent.status, sent.json]).toEqual([201, { result: true, message: expect.any(String) as string }])
})
