import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

test('les valeurs sont celles de l’administrateur, en euros par défaut', async () => {
  const { connector } = await connectForTest(definition, { siret: '21340172201787' })
  expect(await connector.reglages.lire()).toMatchObject({ siret: '21340172201787', devise: 'EUR' })
  expect(await connector.check()).toContain('21340172201787, en EUR')
})
