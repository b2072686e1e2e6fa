import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { PermanentError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import { sampleDocument, type SampleOptions } from './conformance-document.ts'
import { connectForTest } from './connect.ts'

/**
 * What every connector that computes fields owes the hub.
 * @param configOf settings of an instance that computes these fields by these Twig expressions
 */
export const transformationConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'transformation'>,
  configOf: (expressions: Readonly<Record<string, string>>) => Readonly<Record<string, unknown>>,
): void => {
  const transformed = async (expressions: Readonly<Record<string, string>>, sample: SampleOptions = {}) => {
    await using connected = await connectForTest(definition, configOf(expressions))
    const contents = await sampleDocument(connected.context.files, sample)
    const before = structuredClone(contents.values)
    const values = await connected.connector.transformation.transform(contents)
    expect(contents.values).toEqual(before)
    return values
  }

  describe(`${name} tient le contrat des transformations`, () => {
    test('chaque champ reçoit un texte calculé sur le document', async () => {
      expect(
        await transformed({ objet: 'Acte {{ numero }}', nature: "{{ jour starts with '2026' ? '3' : '1' }}" }),
      ).toEqual({ objet: 'Acte 2026_012', nature: '3' })
    })

    test('tout est calculé sur les valeurs d’avant : l’ordre des champs ne compte pas', async () => {
      expect(await transformed({ objet: '{{ numero }}', numero: '{{ objet }}' }, { title: 'Bail' })).toEqual({
        objet: '2026_012',
        numero: 'Bail',
      })
    })

    test('un champ désigné par son nom de Pastell est rendu sous le nôtre', async () => {
      expect(await transformed({ numero_de_lacte: 'A1' })).toEqual({ numero: 'A1' })
    })

    test('une valeur vide est une valeur', async () => {
      expect(await transformed({ numero: '{{ inconnu }}' })).toEqual({ numero: '' })
    })

    test('un champ que ce flux n’a pas est laissé de côté', async () => {
      expect(await transformed({ sous_type: 'x', numero: 'A1' })).toEqual({ numero: 'A1' })
    })

    test('une expression qui ne se calcule pas nomme le champ et l’expression, et rien n’est rendu', async () => {
      const failing = transformed({ numero: 'A1', objet: "{{ xpath('acte', '//x') }}" })
      await expect(failing).rejects.toThrow(PermanentError)
      await expect(failing).rejects.toThrow(/« objet ».*xpath\('acte', '\/\/x'\)/u)
    })

    test('le bouton « Tester » dit combien de champs sont calculés', async () => {
      await using connected = await connectForTest(definition, configOf({ objet: 'a', numero: 'b' }))
      expect(await connected.connector.check()).toMatch(/2 champs/u)
    })
  })
}
