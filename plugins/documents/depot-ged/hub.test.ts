import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { samplePdf, startWholeHub, type WholeHub } from '#core/conformance'

let folder: string
let hub: WholeHub

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passeur-depot-'))
  await mkdir(join(folder, 'ged'))
  hub = await startWholeHub({ worker: 'here', environment: { PASSEUR_DOSSIERS_LOCAUX: folder } })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const associate = async (flow: string, slot: string, connector: string, config: Readonly<Record<string, unknown>>) => {
  const { connectors } = hub.hub.cradle
  const at = { entityId: hub.town, userId: hub.users.admin }
  const { id } = await connectors.create(at, { connector, label: connector, config })
  await connectors.associate(at, { flow, slot, instanceId: id })
}
const at = (state: string, documentId: string) =>
  vi.waitFor(
    async () => {
      const document = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId })
      expect([document.state, document.message].join(' ')).toContain(state)
      return document
    },
    { timeout: 10_000, interval: 50 },
  )

test('un acte acquitté arrive dans le dossier associé au dépôt, une seule fois, et les deux documents se connaissent', async () => {
  await associate('ls-actes', 'tdtActes:tdtActes', 'fake-tdt', {})
  await associate('depot-ged', 'ged:ged', 'dossier-local', { repertoire: join(folder, 'ged'), metadonnees: 'json' })
  const { documents, files } = hub.hub.cradle
  const acte = await samplePdf(files, 'deliberation.pdf')
  const { id } = await documents.create({
    entityId: hub.town,
    flow: 'ls-actes',
    by: hub.users.agent,
    values: {
      objet: 'Subvention aux Amis du canal',
      envoiTdt: true,
      'tdtActes.nature': '1',
      'tdtActes.numero': 'DEL_2026_7',
      'tdtActes.classification': { value: '7.5', label: '7.5 Subventions' },
    },
  })
  const where = { entityId: hub.town, documentId: id, by: hub.users.agent, may: () => true }
  await documents.putFile({ ...where, field: 'arrete', file: acte })
  await documents.edit({
    ...where,
    values: {
      'tdtActes.typologie': [{ sha256: acte.sha256, name: acte.name, value: '99_DE', label: 'Délibération (99_DE)' }],
    },
  })
  await documents.act({ ...where, action: 'envoyer' })
  await at('tdtActes.envoye', id)
  await documents.act({ ...where, action: 'tdtActes.verifier' })
  const sent = await at('termine', id)
  const depot = await at('termine', String(sent.data['depotAutomatique.depotId']))
  expect(depot.data).toMatchObject({ origineId: id, origineFlux: 'ls-actes' })
  expect(await readdir(join(folder, 'ged'))).toEqual(['Subvention aux Amis du canal'])
  const inside = join(folder, 'ged', 'Subvention aux Amis du canal')
  // The simulated TdT stamps nothing: the acte is there as it was sent, beside what the TdT gave back.
  const { name } = sent.data['tdtActes.ar'] as { readonly name: string }
  expect((await readdir(inside)).toSorted()).toEqual(
    ['bordereau-simulation.txt', 'deliberation.pdf', 'metadata.json', name].toSorted(),
  )
  expect(JSON.parse(await readFile(join(inside, 'metadata.json'), 'utf8'))).toMatchObject({
    titre: 'Subvention aux Amis du canal',
    'tdtActes.numero': 'DEL_2026_7',
    'tdtActes.classification': '7.5',
  })

  const links = await hub.hub.cradle.db('document_relations').where({ documentId: id }).select('otherId', 'label')
  expect(links).toEqual([{ otherId: depot.id, label: 'Dépôt en GED' }])
  const made = await hub.hub.cradle.db('documents').where({ entityId: hub.town, flowId: 'depot-ged' }).select('id')
  expect(made).toHaveLength(1)
})
