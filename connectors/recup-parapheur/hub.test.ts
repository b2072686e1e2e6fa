import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Document, FileRef } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { createSimulator, type RecupSimulator } from './simulator.ts'

let hub: WholeHub
let parapheur: RecupSimulator
let instanceId: string

/** The administrator has the folders collected here go on to document management. */
beforeAll(async () => {
  parapheur = await createSimulator()
  hub = await startWholeHub({ worker: 'here' })
  const { connectors } = hub.hub.cradle
  const at = { entityId: hub.town, userId: hub.users.admin }
  const make = async (connector: string, config: Readonly<Record<string, unknown>>) =>
    (await connectors.create(at, { connector, label: connector, config })).id
  instanceId = await make('recup-parapheur', parapheur.config)
  const flow = 'ls-recup-parapheur'
  const transformation = await make('transformation', { definition: '{"envoi_depot": "1"}' })
  await connectors.associate(at, { flow, slot: 'transformation:transformation', instanceId: transformation })
  await connectors.associate(at, { flow, slot: 'ged:ged', instanceId: await make('fake-ged', {}) })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await parapheur.close()
})

const collect = () =>
  hub.hub.cradle.connectors.run({ entityId: hub.town, userId: hub.users.admin }, instanceId, 'relever')

const documentOf = (folder: string, state: string): Promise<Document> =>
  vi.waitFor(
    async () => {
      const { db, documents } = hub.hub.cradle
      const rows = await db('document_index')
        .where({ field: 'dossierId', value: folder })
        .select<{ documentId: string }[]>('documentId')
      expect(rows).toHaveLength(1)
      const document = await documents.get({ entityId: hub.town, documentId: String(rows[0]?.documentId) })
      expect([document.state, document.message].join(' ')).toContain(state)
      return document
    },
    { timeout: 10_000, interval: 50 },
  )

const textOf = (file: FileRef | undefined) => text(hub.hub.cradle.files.open(file ?? { sha256: '' }))

test('un dossier fini au parapheur arrive entier, part seul en GED, et n’est pris qu’une fois', async () => {
  const { id } = parapheur.add('Convention été')
  await collect()
  const document = await documentOf(id, 'termine')
  const { data } = document
  expect([document.flowId, document.title, parapheur.count('dossier')]).toEqual([
    'ls-recup-parapheur',
    'Convention été',
    0,
  ])
  expect(data).toMatchObject({
    documentsSignes: [{ name: 'convention.pdf' }],
    annexes: [{ name: 'plan.pdf' }],
    bordereau: { name: 'Convention été_bordereau.pdf' },
    premis: { type: 'application/xml' },
    envoiDepot: true,
  })
  expect(await textOf((data['documentsSignes'] as readonly FileRef[])[0])).toBe('%PDF-1.7 signé')
  const ids = JSON.parse(await textOf(data['ged.identifiants'] as FileRef)) as object
  expect(Object.keys(ids)).toEqual(
    expect.arrayContaining(['convention.pdf', 'plan.pdf', 'Convention été_bordereau.pdf']),
  )
  // Everything that the connector delivers is taken: a value left out would be told in the journal.
  const told = await hub.hub.cradle.db('journal').where({ documentId: document.id }).select('message')
  expect(JSON.stringify(told)).not.toMatch(/n'a pas été repris|non reprise/u)
  await collect()
  await documentOf(id, 'termine')
})

test('un dossier sans bordereau reste en brouillon, où un agent le complète et l’envoie', async () => {
  const { id } = parapheur.add('Sans bordereau', {
    entries: { 'Documents principaux/convention.pdf': Buffer.from('%PDF-1.7 signé') },
  })
  await collect()
  const draft = await documentOf(id, 'brouillon')
  expect(draft.message).toContain('Bordereau de signature')
  const { documents, files } = hub.hub.cradle
  const where = { entityId: hub.town, documentId: draft.id, by: hub.users.agent }
  await documents.putFile({ ...where, field: 'bordereau', file: await files.save('%PDF-1.7', 'bordereau.pdf') })
  await documents.act({ ...where, action: 'envoyer', may: () => true })
  expect((await documentOf(id, 'termine')).data['ged.emplacement']).toContain('Simulation')
})
