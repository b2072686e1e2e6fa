import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Document } from '#core'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { createChorusSimulator, type ChorusSimulator } from '#core/testing'

let hub: WholeHub
let chorus: ChorusSimulator
let instanceId: string

beforeAll(async () => {
  chorus = await createChorusSimulator()
  hub = await startWholeHub({ worker: 'here' })
  const { connectors } = hub.hub.cradle
  const at = { entityId: hub.town, userId: hub.users.admin }
  const created = await connectors.create(at, { connector: 'chorus-pro', label: 'Chorus Pro', config: chorus.config })
  instanceId = created.id
  for (const step of ['chorus', 'suivi'])
    await connectors.associate(at, { flow: 'facture-cpp', slot: `${step}:portailFactures`, instanceId })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await chorus.close()
})

const collect = () =>
  hub.hub.cradle.connectors.run({ entityId: hub.town, userId: hub.users.admin }, instanceId, 'relever')

const everything = () => true

const documentAt = (documentId: string, state: string): Promise<Document> =>
  vi.waitFor(
    async () => {
      const document = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId })
      expect([document.state, document.message].join(' ')).toContain(state)
      return document
    },
    { timeout: 10_000, interval: 50 },
  )

const invoice = (numero: string): Promise<string> =>
  vi.waitFor(
    async () => {
      const rows = await hub.hub.cradle
        .db('document_index')
        .where({ field: 'numero', value: numero })
        .select('documentId')
      expect(rows).toHaveLength(1)
      return String((rows[0] as { readonly documentId: unknown }).documentId)
    },
    { timeout: 10_000, interval: 50 },
  )

test('une facture de Chorus Pro devient un document entier, mandaté ici puis payé là-bas', async () => {
  const id = chorus.receive({ number: 'F-HUB-1', market: 'M-2026-3' })
  await collect()
  const documentId = await invoice('F-HUB-1')
  const arrived = await documentAt(documentId, 'orientation.aOrienter')
  // Everything that the connector delivers is taken: a value left out would be told in the journal.
  const told = JSON.stringify(await hub.hub.cradle.db('journal').where({ documentId }).select('message'))
  expect(told).not.toMatch(/n'a pas été repris|non reprise/u)
  expect(arrived.data).toMatchObject({
    surPortail: true,
    idFacture: String(id),
    statut: 'MISE_A_DISPOSITION',
    origine: 'CPP',
    montantTtc: '120.00',
    numeroEngagement: 'BC-2026-17',
    numeroMarche: 'M-2026-3',
    codeService: 'COMPTA',
    cadre: 'A1',
    pivot: { type: 'application/xml' },
    pdf: { name: 'facture.pdf' },
    original: { name: 'facture.pdf' },
    annexes: [{ name: 'bon de livraison été.txt' }],
    historiqueFichier: { name: 'histo_statut_cpp.json' },
  })

  const { documents } = hub.hub.cradle
  const where = { entityId: hub.town, documentId, by: hub.users.agent }
  await documents.edit({ ...where, values: { 'chorus.numeroMandat': '2026-55' } })
  await documents.act({ ...where, action: 'chorus.mandater', may: everything })
  await vi.waitFor(
    () =>
      expect(chorus.sent('factures/v1/traiter/recue')).toMatchObject([
        { nouveauStatut: 'MANDATEE', numeroDPMandat: '2026-55' },
      ]),
    {
      timeout: 10_000,
    },
  )
  await vi.waitFor(async () => expect((await documents.get(where)).data['statut']).toBe('MANDATEE'), {
    timeout: 10_000,
  })
  await documentAt(documentId, 'orientation.aOrienter')

  chorus.move(id, 'MISE_EN_PAIEMENT')
  await documents.act({ ...where, action: 'poursuivre', may: everything })
  await documentAt(documentId, 'suivi.enCours')
  await documents.act({ ...where, action: 'suivi.suivre', may: everything })
  const paid = await documentAt(documentId, 'termine')
  expect(paid.data['historique']).toMatchObject([
    { statut: 'Mise en paiement' },
    { statut: 'Mandatée' },
    { statut: 'Mise à disposition' },
  ])
})

test('le pivot reçu est proposé à la lecture, page comprise', async () => {
  chorus.receive({ number: 'F-HUB-2' })
  await collect()
  const documentId = await invoice('F-HUB-2')
  const { data } = await documentAt(documentId, 'orientation.aOrienter')
  const { sha256 } = data['pivot'] as { readonly sha256: string }
  const address = `${hub.origin}/api/v3/entites/${hub.town}/documents/${documentId}/fichiers/pivot/${sha256}/vues`
  const headers = { authorization: `Basic ${Buffer.from(`agent:${HUB_PASSWORD}`).toString('base64')}` }
  expect(await (await fetch(address, { headers })).json()).toEqual({
    items: [{ id: 'facture', label: 'Voir la facture' }],
  })
  const page = await (await fetch(`${address}/facture`, { headers })).text()
  expect(page).toContain('<h1>Facture F-HUB-2</h1>')
})

test('chaque relève apporte au dossier ce qui a changé à Chorus Pro, et rien deux fois', async () => {
  const id = chorus.receive({ number: 'F-HUB-3' })
  await collect()
  const documentId = await invoice('F-HUB-3')
  await documentAt(documentId, 'orientation.aOrienter')
  const { documents, db } = hub.hub.cradle
  const where = { entityId: hub.town, documentId, by: hub.users.agent }
  const asked = () => chorus.sent('factures/v1/consulter/historique').length
  chorus.move(id, 'SUSPENDUE', { comment: 'bon absent', at: new Date(Date.now() + 60_000) })
  const before = asked()
  await collect()
  expect(asked() - before).toBe(1)
  const told = await documents.get(where)
  expect(told).toMatchObject({ state: 'orientation.aOrienter', data: { statut: 'SUSPENDUE', annulee: true } })
  expect(told.data['historique']).toMatchObject([
    { statut: 'Suspendue', commentaire: 'bon absent' },
    { statut: 'Mise à disposition' },
  ])
  const lines = await db('journal').where({ documentId, event: 'chorus.nouvelles' }).select('message')
  expect(lines).toMatchObject([{ message: expect.stringContaining('motif : bon absent') as string }])

  // Another instance delivered nothing under this key: it cannot speak of this document.
  const stranger = hub.hub.cradle.inbox({ instanceId: '987654', entityId: hub.town })
  const news = { externalId: `facture-${id}`, signal: 'nouvelles', says: {} }
  expect(await stranger.tell(news)).toBe('unknown')

  // Nothing moved: the lists are read, and no more.
  await collect()
  expect(asked() - before).toBe(1)
  expect((await documents.get(where)).version).toBe(told.version)

  // Completed by its supplier, it comes back as another document; this one keeps its own end.
  chorus.move(id, 'COMPLETEE', { at: new Date(Date.now() + 120_000) })
  await collect()
  expect((await documents.get(where)).version).toBe(told.version)
  const rows = await db('document_index')
    .where({ field: 'idFacture', value: String(id) })
    .select('documentId')
  expect(rows).toHaveLength(2)
})
