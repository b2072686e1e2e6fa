import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPivot, TemporaryError, type Inbox } from '#core'
import { connectForTest } from '#core/testing'
import cpp from './index.ts'

let open: AsyncDisposable[] = []
beforeEach(() => void (open = []))
afterEach(() => Promise.all(open.map(each => each[Symbol.asyncDispose]())))

const connected = async (config: Readonly<Record<string, unknown>> = {}) => {
  const connection = await connectForTest(cpp, config)
  open.push(connection)
  const { connector, context } = connection
  const delivered: Parameters<Inbox['deliver']>[0][] = []
  const inbox: Inbox = {
    form: async flow => (flow === 'facture-cpp' ? { id: flow, label: 'Factures', fields: {} } : undefined),
    async deliver(found) {
      const known = delivered.some(({ externalId }) => externalId === found.externalId)
      if (!known) delivered.push(found)
      return known ? 'known' : 'created'
    },
    attach: async () => 'unknown',
  }
  const collect = async () => cpp.schedules?.['relever']?.run({ ...context, connector, inbox })
  return { portal: connector.portailFactures, files: context.files, delivered, collect, check: connector.check }
}

test('la relève livre des factures lisibles, puis s’arrête au nombre voulu', async () => {
  const { collect, delivered, files, portal } = await connected({ nombre: 2, total: 3, engagement: 'BC & 1' })
  expect(await collect()).toBe('2 facture(s) simulée(s) livrée(s), 2 en tout.')
  expect(await collect()).toBe('1 facture(s) simulée(s) livrée(s), 3 en tout.')
  expect(await collect()).toMatch(/^Aucune facture livrée/u)
  expect(delivered.map(({ externalId }) => externalId)).toEqual([
    'facture-9000001',
    'facture-9000002',
    'facture-9000003',
  ])
  const [unit] = await readPivot(files, await portal.download('9000002', 'pivot'))
  expect(unit?.values).toMatchObject({
    no_facture: 'SIMULATION-2',
    id_facture_cpp: '9000002',
    montant_ttc: '120.00',
    facture_numero_engagement: 'BC & 1',
  })
  expect(unit?.pieces).toMatchObject([{ type: '01', file: { type: 'application/pdf' } }])
  expect(await portal.findReceived({ numeroFacture: 'SIMULATION-2', fournisseur: '00000000000018' })).toEqual({
    id: '9000002',
    statut: 'MISE_A_DISPOSITION',
  })
})

test('le pivot de l’administrateur est livré tel quel', async () => {
  const mine = await connected()
  await mine.collect()
  const pivot = await mine.portal.download('9000001', 'pivot')
  const bytes: Buffer[] = []
  for await (const chunk of mine.files.open(pivot)) bytes.push(chunk as Buffer)
  const other = await connected({ pivot: Buffer.concat(bytes), montant: 7 })
  await other.collect()
  expect((await other.portal.download('9000001', 'pivot')).sha256).toBe(pivot.sha256)
  expect(other.delivered[0]?.values).toMatchObject({ montant_ttc: '120.00' })
})

test('une facture se mandate, puis se paie d’elle-même après les interrogations voulues', async () => {
  const { collect, portal } = await connected({ attente: 1 })
  await collect()
  const pay = () => portal.changeStatus('9000001', ['SERVICE_FAIT', 'MANDATEE'], {})
  expect(await pay()).toEqual({ is: 'done', statut: 'MANDATEE' })
  expect(await pay()).toEqual({ is: 'done', statut: 'MANDATEE' })
  const met: string[] = []
  for (let poll = 0; poll < 7; poll += 1) met.push((await portal.history('9000001')).statut)
  expect([...new Set(met)]).toEqual(['MANDATEE', 'MISE_A_DISPOSITION_COMPTABLE', 'COMPTABILISEE', 'MISE_EN_PAIEMENT'])
  expect(met[0]).toBe('MANDATEE')
  const back = await portal.changeStatus('9000001', 'SUSPENDUE', { reason: 'Erreur' })
  expect(back).toMatchObject({ is: 'refused', statut: 'MISE_EN_PAIEMENT' })
})

test('un dépôt est intégré une seule fois, et suit sa route', async () => {
  const { portal, files } = await connected()
  const file = await files.save('<Invoice/>', 'F-1.xml')
  const flow = { key: 'clé-1', file, syntaxe: 'IN_DP_E1_UBL_INVOICE', signed: false, numeroFacture: 'F-1' }
  expect(await portal.findDeposited({ numeroFacture: 'F-1' })).toBeUndefined()
  expect(await portal.depositFlow(flow)).toEqual({ is: 'sent', id: 'clé-1' })
  const report = await portal.flowReport('clé-1')
  expect(report).toMatchObject({ is: 'integrated', factures: [{ statut: 'DEPOSEE' }] })
  expect(await portal.flowReport('clé-1')).toEqual(report)
  expect(await portal.depositFlow(flow)).toMatchObject({ is: 'known' })
  const id = report.is === 'integrated' ? (report.factures[0]?.id ?? '') : ''
  expect((await portal.history(id)).statut).toBe('MISE_A_DISPOSITION')
})

test('un motif de refus refuse les statuts et les dépôts, avec ces mots', async () => {
  const { portal, collect, files } = await connected({ refus: 'Période close' })
  await collect()
  expect(await portal.changeStatus('9000001', 'SERVICE_FAIT', {})).toMatchObject({ reason: 'Période close' })
  await portal.depositFlow({ key: 'k', file: await files.save('x', 'x.xml'), syntaxe: '', signed: false })
  expect(await portal.flowReport('k')).toEqual({ is: 'rejected', partial: false, reasons: ['Période close'] })
})

test('une panne passagère arrête la relève, une facture inconnue et un flux inconnu se disent', async () => {
  const down = await connected({ panne: 'passagere' })
  await expect(down.collect()).rejects.toThrow(TemporaryError)
  await expect((await connected({ flux: 'absent' })).collect()).rejects.toThrow("« absent » n'existe pas")
  const up = await connected()
  await expect(up.portal.history('9')).rejects.toThrow("n'a pas de facture « 9 »")
  expect(await up.check()).toMatch(/ne transmet rien/u)
})
