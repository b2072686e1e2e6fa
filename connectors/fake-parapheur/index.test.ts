import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { connectForTest } from '#core/testing'
import parapheur from './index.ts'

const sent = async (config: Readonly<Record<string, unknown>>) => {
  const connected = await connectForTest(parapheur, config)
  const { signature } = connected.connector
  const document = await connected.context.files.save('acte', 'acte.txt')
  const folder = { key: 'clé-1', title: 'Acte', circuit: 'Maire', document, annexes: [] }
  const sending = await signature.send(folder)
  return {
    signature,
    files: connected.context.files,
    document,
    folder,
    id: sending.is === 'sent' ? sending.id : '',
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  }
}

test('le document revient signé après le nombre d’interrogations voulu, et le reste', async () => {
  await using simulated = await sent({ attente: 2, circuits: 'Maire\nDGS' })
  const { signature, document, folder, id } = simulated
  expect(await signature.circuits()).toEqual([
    { value: 'Maire', label: 'Document / Maire' },
    { value: 'DGS', label: 'Document / DGS' },
  ])
  expect(await signature.find('clé-1')).toBe(id)
  expect(await signature.find('autre')).toBeUndefined()
  expect(await signature.send(folder)).toEqual({ is: 'sent', id })
  expect((await signature.status(id)).is).toBe('pending')
  expect((await signature.status(id)).is).toBe('pending')
  expect(await signature.status(id)).toMatchObject({ is: 'signed', document })
  expect((await signature.status(id)).is).toBe('signed')
  await signature.close(id)
  await signature.close(id)
  expect(await signature.find('clé-1')).toBe(id)
})

test('un motif de refus refuse tout, avec ces mots', async () => {
  await using simulated = await sent({ refus: 'Pièce illisible' })
  const { signature, id } = simulated
  expect(await signature.status(id)).toMatchObject({ is: 'refused', reason: 'Pièce illisible' })
})

test.each([
  ['passagere', TemporaryError],
  ['perdue', TemporaryError],
  ['definitive', PermanentError],
  ['reglages', ConfigurationError],
])('la panne « %s » est dite, « Tester » compris', async (panne, kind) => {
  await using connected = await connectForTest(parapheur, { panne })
  await expect(connected.connector.check()).rejects.toThrow(kind)
  await expect(connected.connector.signature.circuits()).rejects.toThrow(kind)
})

test('« Tester » dit que rien n’est transmis', async () => {
  await using connected = await connectForTest(parapheur, {})
  expect(await connected.connector.check()).toMatch(/ne transmet rien/u)
})

test('les fichiers choisis par l’administrateur reviennent à la place de ceux de la simulation', async () => {
  const bytes = (content: string) => Buffer.from(content)
  await using simulated = await sent({
    signe: bytes('signé'),
    detachee: bytes('p7s'),
    bordereau: bytes('bordereau'),
    annexe: bytes('ajoutée'),
  })
  const status = await simulated.signature.status(simulated.id)
  if (status.is !== 'signed') throw new Error(status.is)
  const returned = [status.document, status.signature, status.bordereau, ...(status.annexes ?? [])]
  const contents = returned.map(async file => (file ? text(simulated.files.open(file)) : ''))
  expect(await Promise.all(contents)).toEqual(['signé', 'p7s', 'bordereau', 'ajoutée'])
  expect(returned.map(file => file?.name)).toEqual(['acte.txt', 'acte.txt.p7s', 'bordereau.pdf', 'annexe-ajoutee.pdf'])
})
