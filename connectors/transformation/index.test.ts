import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError } from '#core'
import { transformationConformance } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import transformation from './index.ts'

const configOf = (expressions: object) => ({ definition: JSON.stringify(expressions) })

transformationConformance('La transformation', transformation, configOf)

describe('définition', () => {
  test.each([
    ['{', "ce n'est pas du JSON"],
    ['["objet"]', 'la forme attendue'],
    ['null', 'la forme attendue'],
    ['{}', 'aucun champ'],
    ['{"objet": ["a"]}', "champ « objet », l'expression doit être un texte"],
    ['{"objet": "{{ a"}', 'champ « objet », ligne 1'],
    ['{"objet": "{{ a", "numero": "{% include \'x\' %}"}', 'champ « numero »'],
  ])('%s est refusée par « Tester » et par le calcul, avec sa raison', async (definition, reason) => {
    await using connected = await connectForTest(transformation, { definition })
    const { connector, context } = connected
    const contents = await sampleDocument(context.files)
    for (const refused of [connector.check(), connector.transformation.transform(contents)]) {
      await expect(refused).rejects.toThrow(ConfigurationError)
      await expect(refused).rejects.toThrow(reason)
    }
  })

  test('un nombre ou un oui/non écrit sans guillemets est une constante', async () => {
    await using connected = await connectForTest(transformation, { definition: '{"nature": 3, "envoiGed": true}' })
    const contents = await sampleDocument(connected.context.files)
    expect(await connected.connector.transformation.transform(contents)).toEqual({ nature: '3', envoiGed: 'true' })
  })
})

test('les valeurs viennent aussi des fichiers du document', async () => {
  await using connected = await connectForTest(
    transformation,
    configOf({ objet: "{{ xpath('tdtActes.ar', '/ARActe/@id') }}", numero: "{{ jsonpath('acte', '$.n') }}" }),
  )
  const { files } = connected.context
  const contents = await sampleDocument(files, { values: { acte: await files.save('{"n": 12}', 'meta.json') } })
  expect(await connected.connector.transformation.transform(contents)).toEqual({ objet: 'd-0001', numero: '12' })
})

test('un champ de fichiers ne se calcule pas', async () => {
  await using connected = await connectForTest(transformation, configOf({ acte: 'x' }))
  const contents = await sampleDocument(connected.context.files)
  const refused = connected.connector.transformation.transform(contents)
  await expect(refused).rejects.toThrow(PermanentError)
  await expect(refused).rejects.toThrow('« Acte » (acte) contient des fichiers')
})

test('la date du jour est celle de l’horloge du hub, à Paris', async () => {
  await using connected = await connectForTest(transformation, configOf({ jour: "{{ 'now'|date('Y-m-d') }}" }), {
    clock: { now: () => new Date('2026-06-30T22:30:00Z') },
  })
  const contents = await sampleDocument(connected.context.files)
  expect(await connected.connector.transformation.transform(contents)).toEqual({ jour: '2026-07-01' })
})
