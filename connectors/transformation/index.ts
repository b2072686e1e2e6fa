import { defineConnector, fieldNamed, longText, PermanentError, renderTemplate, type DocumentContents } from '#core'
import { readDefinition } from './definition.ts'

const FILES: ReadonlySet<string> = new Set(['file', 'files', 'pieceTypes'])

/** @throws PermanentError when the field holds what a text cannot be */
const assertWritable = (contents: DocumentContents, name: string): void => {
  const field = contents.fields[name]
  if (!field || !FILES.has(field.kind)) return
  throw new PermanentError(
    `Le champ « ${field.label} » (${name}) contient des fichiers : une transformation ne peut pas le calculer. Retirez-le de la définition.`,
  )
}

/** Fields of a document computed from its other fields and files, by expressions. No remote: everything happens in the hub. */
export default defineConnector({
  id: 'transformation',
  version: 1,
  label: 'Transformation (calcul de champs)',
  provides: ['transformation'],
  pastell: ['transformation-generique'],
  pace: { concurrency: 4 },
  config: {
    definition: longText('Définition', {
      required: true,
      help: 'En JSON, une expression par champ : {"objet": "Arrêté {{ numero }}"}. Le bouton « Tester » vérifie chaque expression.',
      pastell: 'definition',
    }),
  },

  connect({ config, files, clock, log }) {
    return {
      transformation: {
        async transform(contents) {
          const values: Record<string, string> = {}
          for (const [wanted, expression] of readDefinition(config.definition)) {
            const field = fieldNamed(contents, wanted)
            if (field === undefined) {
              // An instance serves several flows, which do not have the same fields.
              log.info({ document: contents.id, field: wanted }, 'transformation: the flow has no such field')
              continue
            }
            assertWritable(contents, field)
            values[field] = await renderTemplate(expression, contents, {
              files,
              now: clock.now(),
              label: `Champ « ${wanted} »`,
            })
          }
          return values
        },
      },
      async check() {
        const names = readDefinition(config.definition).map(([field]) => field)
        return `La définition est bien écrite : ${names.length} ${names.length > 1 ? 'champs calculés' : 'champ calculé'} (${names.join(', ')}).`
      },
    }
  },
})
