import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { errors, type Importer } from '#core'
import { lineOf } from './format.ts'
import { importStudio } from './import.ts'

const refuse = (detail: string, cause?: unknown) => errors.badInput({ detail, cause })

const read = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw refuse(`« ${path} » n'est pas du JSON : vérifier que c'est l'export du studio.`, cause)
    throw refuse(`« ${path} » ne peut pas être lu : vérifier son nom et ses droits.`, cause)
  }
}

const argumentsOf = (args: readonly string[]) => {
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

/** `passeur import pastell-studio file.json`: a draft of our studio, and a line for each thing that is not quite the same. */
export const studioImporter: Importer = {
  id: 'pastell-studio',
  usage: '<fichier.json> [--id autre-nom] [--publier]',
  help: 'reprend un type de dossier du studio de Pastell, et dit ligne à ligne ce qui ne peut pas l’être',
  async run(args, { studio, steps }) {
    const { path, id, publier } = argumentsOf(args)
    if (path === undefined) throw refuse('Donner le fichier exporté par le studio de Pastell.')
    const { flow, remarks } = importStudio(await read(path), steps, id)
    const created = await studio.create(flow, undefined)
    const faults = created.faults.map(({ at, message }) => `à corriger avant de publier : ${message} (${at})`)
    const lines = [...remarks.map(lineOf), ...faults]
    if (!publier || faults.length > 0)
      return [...lines, `Le flux « ${flow.label} » (${flow.id}) est en brouillon dans le studio.`]
    await studio.publish({ id: flow.id, revision: created.revision, by: undefined })
    return [...lines, `Le flux « ${flow.label} » (${flow.id}) est publié.`]
  },
}
