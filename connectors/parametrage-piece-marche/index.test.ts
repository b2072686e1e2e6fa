import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

const connected = async (types: readonly object[]) => (await connectForTest(definition, { types })).connector

test('chaque type de pièce a sa ligne, dont les cases non cochées sont fausses', async () => {
  const connector = await connected([{ type: 'AE', envoiSignature: true, circuit: 'Marchés' }])
  expect(await connector.reglages.lire()).toEqual({
    types: [
      { type: 'AE', envoiSignature: true, circuit: 'Marchés', envoiMailsec: false, envoiGed: false, envoiSae: false },
    ],
  })
  expect(await connector.check()).toBe('1 type de pièce réglé sur 36.')
})

test('« Tester » refuse un code inconnu et un type réglé deux fois', async () => {
  await expect((await connected([{ type: 'ZZ' }])).check()).rejects.toThrow("« ZZ » n'est pas un type de pièce")
  await expect((await connected([{ type: 'AE' }, { type: 'AE' }])).check()).rejects.toThrow('plusieurs lignes')
  expect(await (await connected([])).check()).toContain('chaque agent choisira')
})
