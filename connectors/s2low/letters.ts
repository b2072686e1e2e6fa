import { createGunzip } from 'node:zlib'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { TemporaryError, type FileRef, type Files, type HttpResponse, type Inbox } from '#core'
import type { S2lowWire } from './wire.ts'

interface Letter {
  readonly id: string | number
  readonly type: string | number
  readonly related_transaction_id: string | number | null
  readonly number: string | null
}

const TYPES: Readonly<Record<string, string>> = {
  '2': 'Courrier simple de la préfecture',
  '3': 'Demande de pièces complémentaires de la préfecture',
  '4': "Lettre d'observations de la préfecture",
  '5': 'Déféré au tribunal administratif',
}

const MOST_FILES = 500

/** Stores the files of an envelope (`tar.gz`) one after the other, never whole in memory. */
export const unpackEnvelope = async (response: HttpResponse, files: Files): Promise<readonly FileRef[]> => {
  const stored: FileRef[] = []
  const archive = extract()
  const reading = pipeline(response.stream(), createGunzip(), archive)
  try {
    for await (const entry of archive) {
      if (stored.length >= MOST_FILES) throw new Error('too many files')
      if (entry.header.type === 'file')
        stored.push(await files.save(Readable.from(entry, { objectMode: false }), basename(entry.header.name)))
      else entry.resume()
    }
    await reading
  } catch (cause) {
    reading.catch(() => undefined)
    throw new TemporaryError(
      "L'enveloppe d'un courrier de la préfecture est incomplète ou illisible. Elle sera demandée à nouveau.",
      { cause },
    )
  }
  return stored
}

const plural = (count: number, one: string, many: string): string => `${count} ${count > 1 ? many : one}`

/**
 * Brings the unread letters of the préfecture to their actes. A letter is marked as read once it is committed here, and only
 * then: what is marked leaves the list for ever. One that speaks of no acte of ours stays unread.
 */
export const collectLetters = async (wire: S2lowWire, files: Files, inbox: Inbox): Promise<string> => {
  const letters = await wire.json<readonly Letter[] | null>('/modules/actes/api/list_document_prefecture.php')
  const counts = { attached: 0, known: 0, unknown: 0 }
  for (const letter of letters ?? []) {
    const id = String(letter.id)
    const response = await wire.download('/modules/actes/actes_transac_get_document.php', { id })
    const attached = await inbox.attach({
      about: String(letter.related_transaction_id ?? ''),
      externalId: `courrier-prefecture-${id}`,
      message:
        `${TYPES[String(letter.type)] ?? 'Courrier de la préfecture'} reçu sur S²LOW (n° ${id}) pour l'acte ${letter.number ?? ''}`.trim(),
      files: await unpackEnvelope(response, files),
    })
    counts[attached] += 1
    if (attached !== 'unknown')
      await wire.json('/modules/actes/api/document_prefecture_mark_as_read.php', { transaction_id: id })
  }
  if (counts.attached + counts.known + counts.unknown === 0) return 'Aucun courrier non lu de la préfecture.'
  return [
    `${plural(counts.attached, 'courrier rattaché', 'courriers rattachés')} à son acte`,
    ...(counts.known ? [plural(counts.known, 'déjà connu', 'déjà connus')] : []),
    ...(counts.unknown
      ? [`${plural(counts.unknown, 'laissé non lu', 'laissés non lus')} sur S²LOW, faute d'acte correspondant ici`]
      : []),
  ]
    .join(', ')
    .concat('.')
}
