import { createReadStream } from 'node:fs'
import type { Files } from '../../authoring/context.ts'
import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { CARRIER_LIMITS } from '../../contracts/factures/pivot.ts'
import { isZip, spill, withFolder, withZip } from '../../files/unzip.ts'
import { answerWithFile } from './answer-file.ts'
import { refusalIn, refusedFor, type Refused } from './failures.ts'
import { numberOf } from './history.ts'
import type { ChorusWire } from './wire.ts'

export type Form = 'pivot' | 'pdf'

const FORMS = {
  pivot: { format: 'PIVOT', extension: '.xml', type: /xml$/u, what: 'le pivot' },
  pdf: { format: 'PDF', extension: '.pdf', type: /^application\/pdf$/u, what: 'la vue PDF' },
} as const

const damaged = (id: string, cause?: unknown) =>
  new TemporaryError(
    `Le fichier de la facture ${id} rendu par Chorus Pro est abîmé ou incomplet. Il sera demandé à nouveau.`,
    { cause },
  )

/** The file of an answer, out of the zip that carries it. */
const store = async (path: string, id: string, form: Form, files: Files): Promise<FileRef> => {
  const { extension, type } = FORMS[form]
  const name = `${id}${extension}`
  const zipped = await isZip(path)
  const stored = zipped
    ? await withZip(path, CARRIER_LIMITS, async entries => {
        const entry = entries.find(each => each.name.toLowerCase().endsWith(extension)) ?? entries[0]
        if (!entry) throw new Error('empty archive')
        return files.save(await entry.open(), name)
      }).catch((cause: unknown) => {
        throw damaged(id, cause)
      })
    : await files.save(createReadStream(path), name)
  if (!type.test(stored.type)) throw damaged(id, `found ${stored.type}`)
  return stored
}

/** @returns what Chorus Pro refuses, when it does */
const fetchForm = async (
  wire: ChorusWire,
  files: Files,
  { id, form, more }: { readonly id: string; readonly form: Form; readonly more: object },
): Promise<FileRef | Refused> => {
  const asked = await wire.fetch('factures/v1/telecharger/groupe', {
    listeFacture: [{ idFacture: numberOf(id) }],
    format: FORMS[form].format,
    ...more,
  })
  if (asked.is === 'refused') return asked
  return withFolder(async folder => {
    const answer = answerWithFile(asked.response.stream() as AsyncIterable<Uint8Array>, 'fichierResultat')
    const path = await spill(answer.content, folder, 'reponse')
    const refused = refusalIn(answer.rest())
    return refused ?? store(path, id, form, files)
  })
}

/**
 * An invoice as Chorus Pro gives it, in the store (chorus-pro.md §3.4). Downloading marks it there as downloaded.
 * @returns `complete` false when it was too large with its attachments, and came without
 */
export const downloadInvoice = async (
  wire: ChorusWire,
  files: Files,
  id: string,
  form: Form,
): Promise<{ readonly file: FileRef; readonly complete: boolean }> => {
  const first = await fetchForm(wire, files, {
    id,
    form,
    more: form === 'pdf' ? { avecPiecesJointesComplementaires: 'NON' } : {},
  })
  if ('sha256' in first) return { file: first, complete: true }
  const without =
    first.code === 413 && form === 'pivot'
      ? await fetchForm(wire, files, { id, form, more: { avecPiecesJointesComplementaires: 'NON' } })
      : first
  if ('sha256' in without) return { file: without, complete: false }
  if (without.code === 413)
    throw new PermanentError(
      `La facture ${id} dépasse la taille que Chorus Pro accepte de rendre, même sans ses pièces jointes. Téléchargez-la depuis le portail.`,
    )
  throw refusedFor(`de rendre ${FORMS[form].what} de la facture ${id}`, without)
}
