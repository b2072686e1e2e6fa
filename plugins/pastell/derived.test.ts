import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CompiledFlow } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { derivedOf, type Held } from './derived.ts'
import { clientOf } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
let acts: CompiledFlow
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  const found = hub.hub.cradle.flows.current('ls-actes')
  if (!found) throw new Error('ls-actes is not installed')
  acts = found
})
afterAll(() => hub[Symbol.asyncDispose]())

/** What a document that holds this shows under derived names. */
const shown = (data: Held['data'], flow = acts, state = 'brouillon', message = '') =>
  Object.fromEntries(derivedOf(flow).map(({ name, value }) => [name, value({ data, state, message })]))

const file = (name: string) => ({ sha256: name, name, size: 1, type: 'application/pdf' })

test('une étape obligatoire a sa case, toujours cochée', () => {
  expect(shown({})).toMatchObject({ envoi_transformation: '1', envoi_transformation_fixe: '1' })
  expect(shown({})).not.toHaveProperty('envoi_signature')
})

test('les pages de Pastell s’ouvrent quand ce qu’elles montrent est là', () => {
  const empty = shown({})
  for (const mark of ['has_signature', 'has_bordereau', 'has_annulation', 'has_ged_document_id', 'sae_show'])
    expect(empty[mark], mark).toBeUndefined()
  expect(
    shown({
      'signature.historique': file('historique.xml'),
      'tdtActes.ar': file('ar.xml'),
      'tdtActes.annulationId': '12',
      'ged.identifiants': file('ged_document_id.json'),
      'sae.journal': file('journal.json'),
      'sae.journalFin': '2026-03-01',
    }),
  ).toMatchObject({
    has_signature: '1',
    has_bordereau: '1',
    has_annulation: '1',
    has_ged_document_id: '1',
    sae_show: '1',
    date_cloture_journal_iso8601: '2026-03-01',
  })
})

test('la page du parapheur suit la case de la signature', () => {
  expect(shown({ envoiSignature: true })['envoi_iparapheur']).toBe('1')
  expect(shown({ envoiSignature: false })['envoi_iparapheur']).toBeUndefined()
})

test('le type du parapheur est le début du circuit, et le circuit a un second nom', () => {
  const circuit = { value: 'Actes/Arrêté', label: 'Actes / Arrêté' }
  expect(shown({ 'signature.circuit': circuit })).toMatchObject({
    iparapheur_type: 'Actes',
    fast_parapheur_circuit: 'Arrêté',
  })
  expect(shown({ 'signature.circuit': { value: 'c1', label: 'Maire seule' } })['iparapheur_type']).toBeUndefined()
})

test('la dernière nouvelle du parapheur est celle du suivi, puis le motif ou la date', () => {
  const news = (data: Held['data'], state: string, message = '') =>
    shown(data, acts, state, message)['parapheur_last_message']
  expect(news({}, 'signature.envoye', 'En cours : visa du DGS')).toBe('En cours : visa du DGS')
  expect(news({ 'signature.motifRefus': 'Article 2 à revoir' }, 'brouillon')).toBe('Article 2 à revoir')
  expect(news({ 'signature.dateSignature': '2026-02-12' }, 'tdtActes.envoye', 'Transmis')).toBe('Signé le 12/02/2026')
  expect(news({}, 'brouillon', 'Brouillon')).toBeUndefined()
})

test('des annexes signées prennent la place de celles qui ont été déposées, une pour une', () => {
  const [a, b, signed] = [file('a.pdf'), file('b.pdf'), file('a-signé.pdf')]
  const originals = (annexes: readonly unknown[], copies: readonly unknown[]) =>
    shown({ annexes, 'signature.annexesSignees': copies })['multi_document_original']
  expect(originals([a], [signed])).toEqual([a])
  expect(originals([a, b], [signed])).toBeUndefined()
})

test('la définition du type de dossier les décrit, et le document les rend', async () => {
  const { json } = await api('GET', '/flux/ls-actes')
  expect(json).toMatchObject({
    has_signature: { type: 'text', 'read-only': true, 'no-show': true },
    has_date_limite: { type: 'checkbox' },
    multi_document_original: { type: 'file', multiple: true, 'read-only': true },
    fast_parapheur_circuit: { type: 'externalData', 'choice-action': 'iparapheur-sous-type' },
  })
  expect((await api('GET', '/flux/ls-actes/action')).json).toMatchObject({
    'cheminement-change': { rule: { role_id_e: 'no-role' } },
    'iparapheur-sous-type': { rule: { role_id_e: 'no-role' } },
  })
})

test('décocher la date limite l’efface, et les deux noms du circuit sont un seul champ', async () => {
  const documents = `/entite/${hub.town}/document`
  const born = (await api('POST', documents, { body: 'type=ls-actes' })).json as { readonly id_d: string }
  const path = `${documents}/${born.id_d}`
  const patch = async (body: string) =>
    ((await api('PATCH', path, { body })).json as { content: { data: Record<string, unknown> } }).content.data
  const dated = await patch('envoi_signature=on&date_limite=2026-12-24&fast_parapheur_circuit=Maire seule')
  expect(dated).toMatchObject({
    date_limite: '2026-12-24',
    has_date_limite: '1',
    envoi_iparapheur: '1',
    iparapheur_sous_type: 'Maire seule',
    fast_parapheur_circuit: 'Maire seule',
  })
  const undated = await patch('has_date_limite=off&date_limite=2026-12-25&fast_parapheur_circuit=')
  expect(undated).not.toHaveProperty('date_limite')
  expect(undated).toMatchObject({ iparapheur_sous_type: 'Maire seule' })
  const refused = await api('POST', `${path}/action/cheminement-change`)
  expect(refused).toMatchObject({
    status: 400,
    json: { 'error-message': "L'action « cheminement-change »  n'est pas permise : role_id_e n'est pas vérifiée" },
  })
})
