import { basename, dirname, extname, resolve } from 'node:path'
import { flowImporter, flowImportRoute, type FlowFormat } from '../flow-import.ts'
import { refuse } from '../files.ts'
import { importDefinition } from './import.ts'

/** A module written by hand. */
const format: FlowFormat = {
  id: 'pastell-definition',
  usage: '<definition.yml> [--id identifiant] [--essai | --publier]',
  help: 'reprend un module de Pastell écrit à la main, et dit ligne à ligne ce qu’il devient',
  wanted: 'Donner le fichier « definition.yml » du module de Pastell.',
  route: {
    path: '/studio/import-pastell-definition',
    summary: 'Importer une définition de Pastell (definition.yml)',
    description:
      'Donne un brouillon du studio, et une ligne par chose du fichier : reprise, adaptée, ou non reprise. Une action dont le programme est propre au module devient une tâche d’agent. « id » est celui du module : le nom de son dossier.',
    example: { id: 'courrier', text: 'nom: Courrier\nformulaire: {}\n' },
  },
  read: (text, id, steps) => {
    if (id === undefined)
      throw refuse('Une définition ne dit pas son identifiant : donner celui du module, le nom de son dossier.')
    return importDefinition(text, id, steps)
  },
  // A module is a folder that bears its identifier; a definition set apart is a file that does.
  idOf: path => {
    const name = basename(path, extname(path))
    return name === 'definition' ? basename(dirname(resolve(path))) : name
  },
}

export const definitionImporter = flowImporter(format)
export const definitionImportRoute = flowImportRoute(format)
