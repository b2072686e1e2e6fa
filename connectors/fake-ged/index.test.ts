import { expect, test } from 'vitest'
import { TemporaryError } from '#core'
import { connectForTest, sampleDocument } from '#core/testing'
import ged from './index.ts'

const deposit = async (config: Readonly<Record<string, unknown>>) => {
  await using connected = await connectForTest(ged, config)
  const { files } = connected.context
  const values = { acte: await files.save('acte', 'acte.txt') }
  return await connected.connector.ged.deposit(await sampleDocument(files, { values }), 'clé-1')
}

test('un dépôt réussit, toujours sous les mêmes identifiants', async () => {
  const first = await deposit({})
  expect(first.ids).toMatchObject({ 'acte.txt': expect.stringMatching(/^simulation-clé-1-\d+$/u) as unknown })
  expect(first.location).toMatch(/aucun fichier/u)
  expect(await deposit({})).toEqual(first)
})

test('un motif de refus refuse tout, avec ces mots', () =>
  expect(deposit({ refus: 'Disque plein' })).rejects.toThrow('Disque plein'))

test('une panne passagère fait réessayer', () =>
  expect(deposit({ panne: 'passagere' })).rejects.toThrow(TemporaryError))
