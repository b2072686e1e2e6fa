import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

const connected = async (config: Readonly<Record<string, unknown>>) =>
  (await connectForTest(definition, config)).connector

test('la route est celle de l’administrateur, les statuts du dépôt sont ceux de Pastell', async () => {
  expect(await (await connected({ envoiVisa: true, circuit: 'Factures' })).reglages.lire()).toMatchObject({
    envoiVisa: true,
    circuit: 'Factures',
    envoiGed: false,
    statutsDepot: 'MISE_A_DISPOSITION;COMPLETEE;SERVICE_FAIT;MANDATEE',
  })
})

test('« Tester » refuse un statut inconnu, et un visa automatique sans circuit', async () => {
  expect(await (await connected({})).check()).toBe('Les réglages sont cohérents.')
  await expect((await connected({ statutsDepot: 'PAYEE' })).check()).rejects.toThrow(
    '« PAYEE » n’est pas'.replace('’', "'"),
  )
  await expect((await connected({ envoiVisa: true, envoiAuto: true })).check()).rejects.toThrow('aucun circuit')
})
