import type { DocumentContents } from '../authoring/context.ts'
import { choice, date, file, files as filesField, flag, text } from '../authoring/fields.ts'
import type { StoredFiles } from '../files/files.ts'

const FIELDS = {
  objet: text('Objet', { required: true, pastell: 'objet' }),
  numero: text('Numéro', { pastell: 'numero_de_lacte' }),
  nature: choice('Nature', { '1': 'Délibération', '3': 'Arrêté individuel' }, { pastell: 'acte_nature' }),
  jour: date('Date de la décision'),
  acte: file('Acte', { pastell: 'arrete' }),
  annexes: filesField('Annexes', { pastell: 'autre_document_attache' }),
  'tdtActes.ar': file('Accusé de réception'),
  envoiGed: flag('Verser à la GED'),
}

export interface SampleOptions {
  readonly id?: string
  readonly title?: string
  readonly values?: Readonly<Record<string, unknown>>
}

/** An acte as connectors that carry documents away receive it: accents, two annexes of the same name, an acknowledgement. */
export const sampleDocument = async (
  files: StoredFiles,
  { id = 'd-0001', title = 'Délibération n° 12 : école & cantine', values = {} }: SampleOptions = {},
): Promise<DocumentContents> => ({
  id,
  title,
  flow: { id: 'ls-actes', label: 'Actes' },
  entity: { id: 'e-1', name: 'Ville de Démonstration', siren: '213400017' },
  createdAt: new Date('2026-07-01T08:00:00Z'),
  fields: FIELDS,
  values: {
    objet: title,
    numero: '2026_012',
    nature: '1',
    jour: '2026-06-30',
    acte: await files.save(`%PDF-1.4\n${id} délibération\n%%EOF\n`, 'délibération 12.pdf'),
    annexes: [
      await files.save(`%PDF-1.4\n${id} plan\n%%EOF\n`, 'annexe.pdf'),
      await files.save(`%PDF-1.4\n${id} budget\n%%EOF\n`, 'annexe.pdf'),
    ],
    'tdtActes.ar': await files.save(`<?xml version="1.0"?><ARActe id="${id}"/>`, 'ar.xml'),
    envoiGed: true,
    ...values,
  },
})
