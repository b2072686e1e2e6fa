import Type from 'typebox'
import { errors, route } from '#core'
import { importStudio } from './import.ts'

/** The same import from a page: what the studio shows before and after. */
export const studioImportRoute = route({
  method: 'POST',
  path: '/studio/import-pastell',
  summary: 'Importer un type de dossier exporté par le studio de Pastell',
  description: 'Donne un brouillon du même nom, et une ligne par chose qui n’a pas pu être reprise telle quelle.',
  can: 'system:edition',
  body: Type.Object(
    {
      file: Type.Unsafe<object>({ type: 'object', description: 'Le fichier JSON tel que Pastell l’a exporté.' }),
      id: Type.Optional(Type.String({ maxLength: 45, description: 'Un autre identifiant que celui du fichier.' })),
    },
    { additionalProperties: false, title: 'PastellStudioImport' },
  ),
  refusals: [errors.conflict],
  status: 201,
  response: Type.Object({
    id: Type.String(),
    remarks: Type.Array(Type.Object({ at: Type.String(), is: Type.String(), message: Type.String() })),
    faults: Type.Array(Type.Object({ at: Type.String(), message: Type.String() })),
  }),
  async handle({ body, caller, services: { studio, steps } }) {
    const { flow, remarks } = importStudio(body.file, steps, body.id)
    const { id, faults } = await studio.create(flow, caller.id)
    return { id, remarks, faults }
  },
})
