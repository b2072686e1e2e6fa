import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { load } from './loader.ts'

const { steps } = await load({ sources: dirname(dirname(fileURLToPath(import.meta.url))) })

/** `dossierId`, `transactionId`, `numeroDepot`… : what a partner calls the document. */
const IDENTIFIER = /(?:Id|identifiant|Identifiant)$/u

test('tout identifiant qu’un partenaire donne se retrouve par la recherche', () => {
  const given = [...steps.values()].flatMap(({ id, fields }) =>
    Object.entries(fields).flatMap(([name, { kind, options }]) =>
      kind === 'text' && options.computed === true && IDENTIFIER.test(name)
        ? [{ name: `${id}.${name}`, index: options.index }]
        : [],
    ),
  )
  expect(given.length).toBeGreaterThan(5)
  expect(given.filter(({ index }) => index !== true)).toEqual([])
})
