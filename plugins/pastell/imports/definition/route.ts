import Type from 'typebox'
import { errors, route } from '#core'
import { importDefinition } from './import.ts'

/** The same import through the API. */
export const definitionImportRoute = route({
  method: 'POST',
  path: '/studio/import-pastell-definition',
  summary: 'Importer une définition de Pastell (definition.yml)',
  description:
    'Donne un brouillon du studio, et une ligne par chose du fichier : reprise, adaptée, ou non reprise. Une action dont le programme est propre au module devient une tâche d’agent.',
  can: 'system:edition',
  body: Type.Object(
    {
      text: Type.String({ maxLength: 1_000_000, description: 'Le texte du fichier.' }),
      id: Type.String({ minLength: 1, maxLength: 45, description: 'Celui du module : le nom de son dossier.' }),
    },
    { additionalProperties: false, title: 'PastellDefinitionImport' },
  ),
  example: { id: 'courrier', text: 'nom: Courrier\nformulaire: {}\n' },
  refusals: [errors.conflict],
  status: 201,
  response: Type.Object({
    id: Type.String({ description: 'Identifiant du brouillon.' }),
    remarks: Type.Array(
      Type.Object({
        at: Type.String({ description: 'Pointeur JSON dans le flux.' }),
        is: Type.String({ description: 'Ce qu’il en est : repris, adapté ou laissé.' }),
        message: Type.String({ description: 'Phrase à lire.' }),
      }),
      { description: 'Une ligne par chose du fichier dont il y a quelque chose à dire.' },
    ),
    faults: Type.Array(
      Type.Object({
        at: Type.String({ description: 'Pointeur JSON dans le flux.' }),
        message: Type.String({ description: 'Ce qui ne va pas, et quoi faire.' }),
      }),
      { description: 'Tout ce qui empêcherait de publier le brouillon ; vide : rien.' },
    ),
  }),
  async handle({ body, caller, services: { studio, steps } }) {
    const { flow, remarks } = importDefinition(body.text, body.id, steps)
    const { id, faults } = await studio.create(flow, caller.id)
    return { id, remarks, faults }
  },
})
