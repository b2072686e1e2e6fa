import { createGunzip } from 'node:zlib'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { localDay, NATURE_CODES, TemporaryError, type FileRef, type Files, type HttpResponse, type Inbox } from '#core'
import type { S2lowWire } from './wire.ts'

interface Letter {
  readonly id: string | number
  readonly type: string | number
  readonly related_transaction_id: string | number | null
  readonly number: string | null
  readonly unique_id?: string | null
  readonly last_status_id?: string | number | null
}

interface Kind {
  readonly label: string
  /** As Pastell names the archive. */
  readonly archive: string
}

const KINDS: Readonly<Record<string, Kind>> = {
  '2': { label: 'Courrier simple de la préfecture', archive: 'courrier_simple' },
  '3': { label: 'Demande de pièces complémentaires de la préfecture', archive: 'demande_piece_complementaire' },
  '4': { label: "Lettre d'observations de la préfecture", archive: 'lettre_observation' },
  '5': { label: 'Déféré au tribunal administratif', archive: 'defere_tribunal_administratif' },
}
const kindOf = ({ type }: Letter): Kind =>
  KINDS[String(type)] ?? { label: 'Courrier de la préfecture', archive: 'courrier' }

/** The last word of an identifier (`034-213400000-20260115-D1-DE`) says the nature. */
const natureIn = (acteId: string | null | undefined): string | undefined => {
  const code = acteId?.split('-').at(-1)
  return Object.entries(NATURE_CODES).find(([, short]) => short === code)?.[0]
}

const MOST_FILES = 500

interface Envelope {
  readonly archive: FileRef
  readonly files: readonly FileRef[]
}

/** Stores an envelope (`tar.gz`), then its files one after the other, never whole in memory. */
const unpackEnvelope = async (response: HttpResponse, files: Files, name: string): Promise<Envelope> => {
  const stored: FileRef[] = []
  const tar = extract()
  let reading: Promise<void> | undefined
  try {
    const archive = await files.save(response.stream(), name)
    reading = pipeline(files.open(archive), createGunzip(), tar)
    for await (const entry of tar) {
      if (stored.length >= MOST_FILES) throw new Error('too many files')
      if (entry.header.type === 'file')
        stored.push(await files.save(Readable.from(entry, { objectMode: false }), basename(entry.header.name)))
      else entry.resume()
    }
    await reading
    return { archive, files: stored }
  } catch (cause) {
    reading?.catch(() => undefined)
    throw new TemporaryError(
      "L'enveloppe d'un courrier de la préfecture est incomplète ou illisible. Elle sera demandée à nouveau.",
      { cause },
    )
  }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count > 1 ? many : one}`

interface Destination {
  readonly files: Files
  readonly inbox: Inbox
  /** The flow of the letters, by its identifier or its name in Pastell. Left out: they are only attached to their actes. */
  readonly flow?: string | undefined
  readonly now: Date
}

/** A document of its own for a letter, linked to the acte; in the entity of the acte, else in that of the instance. */
const deliver = async (
  letter: Letter,
  envelope: Envelope,
  { inbox, flow, now }: Destination & { readonly flow: string },
) => {
  const id = String(letter.id)
  const { label } = kindOf(letter)
  await inbox.deliver({
    flow,
    externalId: `reponse-prefecture-${id}`,
    message: `${label}, relevé sur S²LOW (n° ${id})`,
    values: {
      acte_nature: natureIn(letter.unique_id),
      numero_de_lacte: letter.number ?? '',
      type_reponse: String(letter.type),
      related_transaction_id: String(letter.related_transaction_id ?? ''),
      transaction_id: id,
      last_status_id: String(letter.last_status_id ?? ''),
      date: localDay(now),
      reponse_prefecture: envelope.archive,
      reponse_prefecture_unzip: envelope.files,
    },
    then: { whenValid: 'envoyer' },
    about: { value: String(letter.related_transaction_id ?? ''), label: { there: label, here: 'Acte' } },
  })
}

/**
 * Brings the unread letters of the préfecture to their actes, and to the flow that answers them. A letter is marked as read once it is
 * committed here, and only then: what is marked leaves the list for ever. Without that flow, one that speaks of no acte of ours stays unread.
 */
export const collectLetters = async (wire: S2lowWire, to: Destination): Promise<string> => {
  const letters = await wire.json<readonly Letter[] | null>('/modules/actes/api/list_document_prefecture.php')
  if (!letters || letters.length === 0) return 'Aucun courrier non lu de la préfecture.'
  const { files, inbox } = to
  const form = to.flow ? await inbox.form(to.flow) : undefined
  const counts = { attached: 0, known: 0, unknown: 0 }
  for (const letter of letters) {
    const id = String(letter.id)
    const { label, archive } = kindOf(letter)
    const response = await wire.download('/modules/actes/actes_transac_get_document.php', { id })
    const envelope = await unpackEnvelope(response, files, `${archive}.tar.gz`)
    if (form) await deliver(letter, envelope, { ...to, flow: form.id })
    const attached = await inbox.attach({
      about: String(letter.related_transaction_id ?? ''),
      externalId: `courrier-prefecture-${id}`,
      message: `${label} reçu sur S²LOW (n° ${id}) pour l'acte ${letter.number ?? ''}`.trim(),
      files: envelope.files,
    })
    counts[attached] += 1
    if (form || attached !== 'unknown')
      await wire.json('/modules/actes/api/document_prefecture_mark_as_read.php', { transaction_id: id })
  }
  const without = form
    ? "sans acte correspondant ici, dans l'entité de ce connecteur"
    : `${counts.unknown > 1 ? 'laissés non lus' : 'laissé non lu'} sur S²LOW, faute d'acte correspondant ici`
  return [
    `${plural(counts.attached, 'courrier rattaché', 'courriers rattachés')} à son acte`,
    ...(counts.known ? [plural(counts.known, 'déjà connu', 'déjà connus')] : []),
    ...(counts.unknown ? [`${counts.unknown} ${without}`] : []),
  ]
    .join(', ')
    .concat('.')
}
