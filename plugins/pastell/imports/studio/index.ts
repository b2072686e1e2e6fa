import { flowImporter, flowImportRoute, type FlowFormat } from '../flow-import.ts'
import { refuse } from '../files.ts'
import { importStudio } from './import.ts'

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refuse("Ce fichier n'est pas du JSON : vérifier que c'est l'export du studio de Pastell.", cause)
  }
}

/** What Pastell's studio exports. */
const format: FlowFormat = {
  id: 'pastell-studio',
  usage: '<fichier.json> [--id autre-nom] [--essai | --publier]',
  help: 'reprend un type de dossier du studio de Pastell, et dit ligne à ligne ce qui ne peut pas l’être',
  wanted: 'Donner le fichier exporté par le studio de Pastell.',
  route: {
    path: '/studio/import-pastell',
    summary: 'Importer un type de dossier exporté par le studio de Pastell',
    description: 'Donne un brouillon du même nom, et une ligne par chose qui n’a pas pu être reprise telle quelle.',
    example: { text: '{"id_type_dossier":"essai","raw_data":{"nom":"Essai"}}' },
  },
  read: (text, id, steps) => importStudio(parsed(text), steps, id),
}

export const studioImporter = flowImporter(format)
export const studioImportRoute = flowImportRoute(format)
