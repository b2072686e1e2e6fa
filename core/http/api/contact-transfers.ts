import { Readable } from 'node:stream'
import Type from 'typebox'
import { tell } from '../../connectors/tell.ts'
import { exportContacts } from '../../contacts/export.ts'
import { readContacts, type CsvContact } from '../../contacts/csv-lines.ts'
import { applyImport, planImport, type ImportLine, type ImportPlan } from '../../contacts/import.ts'
import { EDIT_CONTACTS } from '../../contacts/rights.ts'
import { inTransaction } from '../../db/unit-of-work.ts'
import { UnreadableFile } from '../../documents/batches/csv.ts'
import { errors } from '../../errors.ts'
import { readableSize } from '../../files/errors.ts'
import { disposition } from '../download.ts'
import type { IncomingRequest } from '../incoming.ts'
import { route, stream } from '../route.ts'
import { mayRead } from './contacts.ts'
import { ImportReport } from './contacts-schemas.ts'
import { EntityParams } from './schemas.ts'

/** Bytes: five thousand contacts and their groups hold in it. It is read whole, since Excel does not say its encoding. */
const LARGEST = 2_000_000

const receive = async ({ stream: body }: IncomingRequest): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST) throw errors.fileTooLarge({ detail: `Le maximum est ${readableSize(LARGEST)}.` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const contactsIn = async (content: Buffer): Promise<readonly CsvContact[]> => {
  const contacts: CsvContact[] = []
  try {
    for await (const contact of readContacts(async () => Readable.from([content]))) contacts.push(contact)
  } catch (error) {
    throw error instanceof UnreadableFile ? errors.badInput({ detail: error.message, cause: error }) : error
  }
  if (contacts.length === 0) throw errors.badInput({ detail: 'Ce fichier ne contient aucun contact.' })
  return contacts
}

const reportOf = ({ lines, newGroups }: ImportPlan, rehearsal: boolean) => {
  const count = (status: ImportLine['status']) => lines.filter(line => line.status === status).length
  return {
    rehearsal,
    created: count('cree'),
    changed: count('modifie'),
    unchanged: count('inchange'),
    refused: count('refuse'),
    newGroups,
    lines,
  }
}

export const contactTransferRoutes = [
  route({
    method: 'POST',
    path: '/entites/:entityId/annuaire/import',
    summary: 'Ajouter à l’annuaire les contacts d’un CSV, ou essayer sans rien écrire',
    description:
      'CSV (UTF-8, UTF-16 ou Windows-1252 ; séparateur « ; », « , » ou tabulation) dont la première ligne nomme les colonnes « courriel », « nom » et « groupes » (séparés par « | ») ; sans cette ligne, l’adresse, le nom, puis un groupe par colonne. Un contact connu par son adresse est complété, rien n’est retiré, et les groupes absents sont créés. Une ligne refusée n’empêche pas les autres.',
    params: EntityParams,
    query: Type.Object({
      essai: Type.Boolean({ default: false, description: 'Dire ce que ferait chaque ligne, sans rien écrire.' }),
    }),
    can: EDIT_CONTACTS,
    upload: 'text/csv',
    refusals: [errors.badInput, errors.conflict],
    response: ImportReport,
    async handle({ params: { entityId }, query: { essai }, caller, request, services: { db, clock } }) {
      const contacts = await contactsIn(await receive(request))
      if (essai) return reportOf(await planImport(db, entityId, contacts), true)
      return inTransaction(db, async trx => {
        const plan = await planImport(trx, entityId, contacts)
        const report = reportOf(plan, false)
        await applyImport(trx, entityId, plan)
        const message = `Annuaire importé d'un CSV : ${report.created} contact(s) ajouté(s), ${report.changed} complété(s), ${report.refused} ligne(s) refusée(s).`
        await tell(trx, entityId, { by: caller.id, now: clock.now() }, 'annuaire', message)
        return report
      })
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/annuaire/export',
    summary: 'Télécharger les contacts d’une entité en CSV',
    description: 'UTF-8, point-virgule ; colonnes « courriel », « nom », « groupes » (séparés par « | »).',
    params: EntityParams,
    can: mayRead,
    produces: 'text/csv',
    handle: ({ params, services: { db } }) =>
      stream({
        open: () => Readable.from(exportContacts(db, params.entityId)),
        headers: {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': disposition('annuaire.csv'),
        },
      }),
  }),
]
