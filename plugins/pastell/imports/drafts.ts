import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { errors, type Services } from '#core'
import { lineOf } from './studio/format.ts'
import type { StudioImport } from './studio/import.ts'

export const refuse = (detail: string, cause?: unknown) => errors.badInput({ detail, cause })

/** @throws errors.badInput */
export const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw refuse(`« ${path} » ne peut pas être lu : vérifier son nom et ses droits.`, cause)
  }
}

/** What follows the name of an import of flows. @throws errors.badInput */
export const argumentsOf = (args: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { id: { type: 'string' }, publier: { type: 'boolean' } },
      allowPositionals: true,
    })
    return { ...values, path: positionals[0] }
  } catch (cause) {
    throw refuse(`Les options « ${args.join(' ')} » ne sont pas comprises : --id <identifiant>, --publier.`, cause)
  }
}

/**
 * Keeps an imported flow as a draft of the studio, and publishes it when that is asked and nothing is wrong with it.
 * @returns the report
 */
export const keepDraft = async (
  { flow, remarks }: StudioImport,
  { studio }: Pick<Services, 'studio'>,
  publish: 'publish' | 'draft',
): Promise<readonly string[]> => {
  const created = await studio.create(flow, undefined)
  const faults = created.faults.map(({ at, message }) => `à corriger avant de publier : ${message} (${at})`)
  const lines = [...remarks.map(lineOf), ...faults]
  if (publish === 'draft' || faults.length > 0)
    return [...lines, `Le flux « ${flow.label} » (${flow.id}) est en brouillon dans le studio.`]
  await studio.publish({ id: flow.id, revision: created.revision, by: undefined })
  return [...lines, `Le flux « ${flow.label} » (${flow.id}) est publié.`]
}
