import { expect, test } from 'vitest'
import { connectForTest } from '#core/testing'
import definition from './index.ts'

const connected = async (config: Readonly<Record<string, number>>) =>
  (await connectForTest(definition, config)).connector

test('les délais sont ceux de l’administrateur, ou ceux de Pastell', async () => {
  expect(await (await connected({})).reglages.lire()).toEqual({ joursRelance: 30, joursFin: 60 })
  expect(await (await connected({ joursRelance: 5 })).reglages.lire()).toEqual({ joursRelance: 5, joursFin: 60 })
})

test('« Tester » refuse une fin de l’attente avant la relance', async () => {
  expect(await (await connected({})).check?.()).toBe("Relance après 30 jours, fin de l'attente après 60 jours.")
  await expect((await connected({ joursRelance: 30, joursFin: 10 })).check?.()).rejects.toThrow('pas de relance')
})
