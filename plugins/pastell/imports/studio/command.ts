import type { Importer } from '#core'
import { argumentsOf, keepDraft, readText, refuse } from '../drafts.ts'
import { importStudio } from './import.ts'

const read = async (path: string): Promise<unknown> => {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse(`« ${path} » n'est pas du JSON : vérifier que c'est l'export du studio.`, cause)
  }
}

/** `passeur import pastell-studio file.json`: a draft of our studio, and a line for each thing that is not quite the same. */
export const studioImporter: Importer = {
  id: 'pastell-studio',
  usage: '<fichier.json> [--id autre-nom] [--publier]',
  help: 'reprend un type de dossier du studio de Pastell, et dit ligne à ligne ce qui ne peut pas l’être',
  async run(args, services) {
    const { path, id, publier } = argumentsOf(args)
    if (path === undefined) throw refuse('Donner le fichier exporté par le studio de Pastell.')
    return keepDraft(importStudio(await read(path), services.steps, id), services, publier ? 'publish' : 'draft')
  },
}
