import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

test('le suivi dure trente jours sans changement, ou ce que veut l’administrateur', async () => {
  const { connector } = await connectForTest(definition, {})
  expect(await connector.reglages.lire()).toEqual({ sansSuivi: false, joursSansChangement: 30 })
  expect(await connector.check()).toContain('30 jours')
  expect(await (await connectForTest(definition, { sansSuivi: true })).connector.check()).toContain('n’est pas suivi')
})
