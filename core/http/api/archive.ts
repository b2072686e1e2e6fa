import { Readable } from 'node:stream'
import { filesHeld } from '../../engine/inputs.ts'
import type { Document } from '../../engine/model.ts'
import { errors } from '../../errors.ts'
import { withoutSecrets } from '../../documents/secret-values.ts'
import { cleanName, distinctNames } from '../../files/names.ts'
import { zipOf, type ZipEntry } from '../../files/zip.ts'
import { readJournal, type StoredLine } from '../../journal/read.ts'
import { disposition } from '../download.ts'
import { route, stream } from '../route.ts'
import type { Services } from '../services.ts'
import { DocumentParams, onDocument } from './on-document.ts'

/** Lines asked for at a time. */
const wholeJournal = async ({ db }: Services, document: Document): Promise<readonly StoredLine[]> => {
  const where = { entityId: document.entityId, documentId: document.id }
  const lines: StoredLine[] = []
  for (let after: string | undefined; ;) {
    const page = await readJournal(db, where, { after })
    lines.push(...page.lines)
    if (page.next === null) return lines
    after = page.next
  }
}

const textEntry = (name: string, text: string): ZipEntry => ({
  name,
  size: Buffer.byteLength(text),
  open: () => Readable.from(Buffer.from(text), { objectMode: false }),
})

export const archiveRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/documents/:documentId/archive',
    summary: 'Télécharger tout un document : ses fichiers, ses valeurs et son journal, dans un zip',
    params: DocumentParams,
    can: onDocument('lecture'),
    produces: 'application/zip',
    refusals: [errors.unavailable],
    async handle({ params, services }) {
      const document = await services.documents.get(params)
      const flow = services.documents.flowOf(document)
      const held = Object.values(flow.fields).flatMap(field => filesHeld(document.data[field.name]))
      // Each content once, even when several steps hold it.
      const files = [...new Map(held.map(file => [`${file.sha256} ${file.name}`, file])).values()]
      const names = distinctNames(['document.json', 'journal.json', ...files.map(file => file.name)])
      const { title, state } = document
      const values = withoutSecrets(flow.fields, document.data)
      const summary = { ...params, flow: flow.id, title, state, values }
      const journal = await wholeJournal(services, document)
      const entries = [
        ...files.map((file, n) => ({
          name: names[n + 2] ?? file.name,
          size: file.size,
          open: () => services.files.open(file),
        })),
        textEntry('document.json', JSON.stringify(summary, null, 2)),
        textEntry('journal.json', JSON.stringify(journal, null, 2)),
      ]
      return stream({
        open: () => zipOf(entries, document.updatedAt),
        headers: {
          'Content-Type': 'application/zip',
          'Content-Disposition': disposition(`${cleanName(document.title || document.id)}.zip`),
        },
      })
    },
  }),
]
