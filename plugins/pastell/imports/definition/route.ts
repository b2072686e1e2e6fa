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
  refusals: [errors.conflict],
  status: 201,
  response: Type.Object({
    id: Type.String(),
    remarks: Type.Array(Type.Object({ at: Type.String(), is: Type.String(), message: Type.String() })),
    faults: Type.Array(Type.Object({ at: Type.String(), message: Type.String() })),
  }),
  async handle({ body, caller, services: { studio, steps } }) {
    const { flow, remarks } = importDefinition(body.text, body.id, steps)
    const { id, faults } = await studio.create(flow, caller.id)
    return { id, remarks, faults }
  },
})
