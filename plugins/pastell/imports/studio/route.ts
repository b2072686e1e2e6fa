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
  example: { file: { id_type_dossier: 'essai', raw_data: { nom: 'Essai' } } },
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
    const { flow, remarks } = importStudio(body.file, steps, body.id)
    const { id, faults } = await studio.create(flow, caller.id)
    return { id, remarks, faults }
  },
})
