import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { PermanentError } from '#core'
import { connectForTest } from '#core/testing'
import sae from './index.ts'

const transfer = { transferId: 'V-1 & fils', agency: 'Ville' }
const sent = async (config: Readonly<Record<string, unknown>>) => {
  const connected = await connectForTest(sae, config)
  const file = await connected.context.files.save('x', 'x.xml')
  await connected.connector.sae.send({ ...transfer, bordereau: file, archive: file })
  return {
    archives: connected.connector.sae,
    files: connected.context.files,
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  }
}

test('un versement est accusé, puis accepté après le nombre d’interrogations voulu', async () => {
  await using simulated = await sent({ attente: 1 })
  const { archives } = simulated
  expect(await archives.acknowledgement({ ...transfer, transferId: 'V-2' })).toEqual({ is: 'unknown' })
  expect((await archives.acknowledgement(transfer)).is).toBe('acknowledged')
  expect((await archives.reply(transfer)).is).toBe('pending')
  expect(await archives.reply(transfer)).toMatchObject({ is: 'accepted', archiveId: 'simulation-V-1 & fils' })
  expect((await archives.reply(transfer)).is).toBe('accepted')
})

test('un motif de refus refuse tout, avec ces mots', async () => {
  await using simulated = await sent({ refus: 'Profil inconnu' })
  const { archives } = simulated
  expect(await archives.reply(transfer)).toMatchObject({ is: 'refused', comment: 'Profil inconnu' })
})

test('une panne définitive arrête le dossier', () =>
  expect(sent({ panne: 'definitive' })).rejects.toThrow(PermanentError))

test('l’accusé et la réponse sont ceux que l’administrateur a choisis', async () => {
  await using simulated = await sent({ accuse: Buffer.from('<ACK/>'), reponse: Buffer.from('<ATR/>') })
  const { archives, files } = simulated
  const ack = await archives.acknowledgement(transfer)
  const reply = await archives.reply(transfer)
  if (ack.is !== 'acknowledged' || reply.is !== 'accepted') throw new Error(`${ack.is} ${reply.is}`)
  expect(await text(files.open(ack.ack))).toBe('<ACK/>')
  expect(await text(files.open(reply.reply))).toBe('<ATR/>')
})
