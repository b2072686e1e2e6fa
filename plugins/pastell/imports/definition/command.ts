import { basename, dirname, extname, resolve } from 'node:path'
import type { Importer } from '#core'
import { argumentsOf, keepDraft, readText, refuse } from '../drafts.ts'
import { importDefinition } from './import.ts'

/** A module is a folder that bears its identifier; a definition set apart is a file that does. */
const idOf = (path: string): string => {
  const name = basename(path, extname(path))
  return name === 'definition' ? basename(dirname(resolve(path))) : name
}

/** `passeur import pastell-definition module/courrier/definition.yml`: a draft of our studio, and a line for each thing of the file. */
export const definitionImporter: Importer = {
  id: 'pastell-definition',
  usage: '<definition.yml> [--id identifiant] [--publier]',
  help: 'reprend un module de Pastell écrit à la main, et dit ligne à ligne ce qu’il devient',
  async run(args, services) {
    const { path, id, publier } = argumentsOf(args)
    if (path === undefined) throw refuse('Donner le fichier « definition.yml » du module de Pastell.')
    const imported = importDefinition(await readText(path), id ?? idOf(path), services.steps)
    return keepDraft(imported, services, publier ? 'publish' : 'draft')
  },
}
