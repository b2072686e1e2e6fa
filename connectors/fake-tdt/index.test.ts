import { expect, test } from 'vitest'
import { ConfigurationError, readActesReceipt } from '#core'
import { connectForTest, sampleAcquit, samplePes } from '#core/testing'
import { buffer, text } from 'node:stream/consumers'
import tdt from './index.ts'

const connected = (config: Readonly<Record<string, unknown>>) =>
  connectForTest(tdt, { departement: '034', siren: '213400005', ...config })

const acteOf = async ({ context: { files } }: Awaited<ReturnType<typeof connected>>) => ({
  key: 'clé-1',
  nature: '1' as const,
  numero: 'D2026_01',
  objet: 'Budget',
  date: '2026-01-15',
  classification: '7.1',
  papier: false,
  acte: { file: await files.save('acte', 'acte.txt'), type: '99_DE' },
  annexes: [],
})

test('un acte est acquitté après le nombre d’interrogations voulu, puis annulé', async () => {
  await using simulated = await connected({ attente: 1 })
  const { tdtActes } = simulated.connector
  const { files } = simulated.context
  expect(await tdtActes.classification()).toContainEqual({ value: '7.1', label: '7.1 Décisions budgétaires' })
  expect(await tdtActes.typologies({ nature: '1' })).toContainEqual({ value: '99_DE', label: 'Délibération (99_DE)' })
  const acte = await acteOf(simulated)
  expect(await tdtActes.find(acte)).toBeUndefined()
  const sending = await tdtActes.send(acte)
  const id = sending.is === 'sent' ? sending.id : ''
  expect(await tdtActes.find(acte)).toBe(id)
  expect((await tdtActes.status(id)).is).toBe('pending')
  const status = await tdtActes.status(id)
  if (status.is !== 'acknowledged') throw new Error(status.is)
  expect(status.acteId).toBe('034-213400005-20260115-D2026_01-DE')
  expect(readActesReceipt(await buffer(files.open(status.ar)), 'ARActe')).toEqual({
    acteId: status.acteId,
    receivedOn: status.receivedOn,
  })
  expect(await tdtActes.findCancellation(id)).toBeUndefined()
  const cancelling = await tdtActes.cancel(id)
  const cancellationId = cancelling.is === 'sent' ? cancelling.id : ''
  expect(await tdtActes.findCancellation(id)).toBe(cancellationId)
  expect((await tdtActes.cancellationStatus(cancellationId)).is).toBe('pending')
  expect((await tdtActes.cancellationStatus(cancellationId)).is).toBe('cancelled')
})

test('un PES reçoit un acquit qui accepte ses bordereaux', async () => {
  await using simulated = await connected({})
  const { tdtHelios } = simulated.connector
  const pes = await simulated.context.files.save(samplePes(), 'PES.xml')
  const sending = await tdtHelios.send({ key: 'clé-2', pes })
  const status = await tdtHelios.status(sending.is === 'sent' ? sending.id : '', pes.name)
  expect(status).toMatchObject({ is: 'answered', acquit: { name: 'PES_ACK.xml' }, reading: { outcome: 'accepted' } })
})

test('un motif de refus refuse tout, avec ces mots', async () => {
  await using simulated = await connected({ refus: 'Objet illisible' })
  const { tdtActes } = simulated.connector
  const sending = await tdtActes.send(await acteOf(simulated))
  const status = await tdtActes.status(sending.is === 'sent' ? sending.id : '')
  expect(status).toEqual({ is: 'refused', reason: 'Objet illisible' })
})

test('des réglages refusés sont dits, « Tester » compris', async () => {
  await using simulated = await connected({ panne: 'reglages' })
  await expect(simulated.connector.check()).rejects.toThrow(ConfigurationError)
})

test('l’accusé, l’acte tamponné, le bordereau et l’acquit sont ceux que l’administrateur a choisis', async () => {
  const acquit = sampleAcquit({ nomFic: 'PES', elements: [{ accepted: false }] })
  await using simulated = await connected({
    ar: Buffer.from('accusé'),
    acteTamponne: Buffer.from('tamponné'),
    bordereau: Buffer.from('bordereau'),
    acquit,
  })
  const { tdtActes, tdtHelios } = simulated.connector
  const { files } = simulated.context
  const acte = await acteOf(simulated)
  const sending = await tdtActes.send(acte)
  const id = sending.is === 'sent' ? sending.id : ''
  const status = await tdtActes.status(id)
  const stamped = await tdtActes.stamped(id, { acte: acte.acte.file, annexes: [] })
  const returned = [status.is === 'acknowledged' ? status.ar : undefined, stamped.acte, stamped.bordereau]
  const contents = returned.map(async file => (file ? text(files.open(file)) : ''))
  expect(await Promise.all(contents)).toEqual(['accusé', 'tamponné', 'bordereau'])
  expect(stamped.acte?.name).toBe('tampon-acte.txt')
  const pes = await files.save(samplePes(), 'PES.xml')
  const sent = await tdtHelios.send({ key: 'clé-3', pes })
  const answer = await tdtHelios.status(sent.is === 'sent' ? sent.id : '', pes.name)
  if (answer.is !== 'answered') throw new Error(answer.is)
  expect(await buffer(files.open(answer.acquit))).toEqual(acquit)
  expect(answer.reading.outcome).toBe('refused')
})
