import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

test('les réglages sont ceux de l’administrateur, avec la virgule du format national', async () => {
  const { connector } = await connectForTest(definition, { siret: '21340172201787', prefecture: 'PREF034' })
  expect(await connector.reglages.lire()).toMatchObject({
    siret: '21340172201787',
    prefecture: 'PREF034',
    separateur: 'virgule',
    fichiers: 'acte',
  })
  expect(await connector.check()).toContain(
    'SIRET 21340172201787, un fichier de données par acte, sans adresse publique',
  )
})
