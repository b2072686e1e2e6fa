import Type from 'typebox'
import { errors, may, route } from '#core'
import { DERIVATION } from './box.ts'
import type { Line } from './bringing.ts'
import { bringOver, summaryOf } from './report.ts'

/** Bytes of the largest export: settings and certificates of some hundreds of connectors. */
const LARGEST = 50_000_000

const boundedBuffer = async (content: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of content) {
    size += chunk.length
    if (size > LARGEST) throw errors.badRequest({ detail: `L'export dépasse ${LARGEST / 1_000_000} Mo.` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The same import through the API, as a form: the file, and the password that opens it. */
export const entityImportRoute = route({
  method: 'POST',
  path: '/entites/:entityId/import-pastell',
  summary: 'Importer la configuration d’une entité exportée par Pastell',
  description:
    'Reprend sous cette entité les entités, connecteurs et associations de l’export. Sans « appliquer », dit seulement ce qui serait repris. Ce qui est déjà là, sous le même nom, est laissé tel quel.',
  // Everything it creates could be created one by one with these two rights, and nowhere else.
  can: ({ rights }) => (may(rights, 'entite:edition') ? 'connecteur:edition' : 'entite:edition'),
  params: Type.Object({ entityId: Type.String() }),
  body: Type.Object(
    {
      motDePasse: Type.Optional(Type.String({ maxLength: 1_000, description: 'Celui que Pastell a montré.' })),
      derivation: Type.Optional(
        Type.String({
          pattern: DERIVATION,
          description:
            'Comment la clé vient du mot de passe (« argon2id:passes:Mio »), si ce n’est pas à la façon usuelle.',
        }),
      ),
      appliquer: Type.Optional(
        Type.String({ pattern: '^(?:oui|non)$', description: 'oui : reprendre ; non : dire ce qui le serait.' }),
      ),
    },
    { additionalProperties: false, title: 'PastellEntityImport' },
  ),
  form: 'multipart',
  example: { appliquer: 'non' },
  response: Type.Object({
    summary: Type.String({ description: 'Ce qui est repris, en une phrase.' }),
    lines: Type.Array(
      Type.Object({
        is: Type.Unsafe<Line['is']>({
          type: 'string',
          enum: ['cree', 'present', 'adapte', 'refuse'],
          description: 'Ce qu’il en est : créé, déjà là, adapté ou refusé.',
        }),
        message: Type.String({ description: 'Phrase à lire.' }),
      }),
      { description: 'Une ligne par chose de l’export.' },
    ),
  }),
  async handle({ params, body, files, caller, services }) {
    for await (const { content } of files) {
      const mode = body.appliquer === 'oui' ? 'apply' : 'dry'
      const importing = { parentId: params.entityId, userId: caller.id, mode } as const
      const lines = await bringOver(
        await boundedBuffer(content),
        { password: body.motDePasse, derivation: body.derivation },
        services,
        importing,
      )
      return { summary: summaryOf(lines), lines: [...lines] }
    }
    throw errors.badRequest({ detail: "Il manque le fichier de l'export, dans une part du formulaire." })
  },
})
