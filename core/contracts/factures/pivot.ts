import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../../authoring/context.ts'
import { PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { isZip, withFolder, withZip } from '../../files/unzip.ts'
import { base64Decoder } from './base64.ts'
import { pivotReader, type PivotEvent } from './pivot-events.ts'

/** Hub value → element below `CPPFacturePivotUnitaire` (`flows/factures.md`, « CPPFacturePivot extraction »). */
export const PIVOT_VALUES = {
  id_facture_cpp: 'DonneesFacture/IdCPRO',
  type_identifiant: 'Fournisseur/TypeIdentifiant',
  fournisseur: 'Fournisseur/Identifiant',
  fournisseur_raison_sociale: 'Fournisseur/RaisonSociale',
  fournisseur_code_pays: 'Fournisseur/CodePays',
  fournisseur_mode_emission: 'Fournisseur/ModeEmission',
  fournisseur_ref_bancaire_type: 'Fournisseur/ReferenceBancaire@Type',
  fournisseur_ref_bancaire_compte: 'Fournisseur/ReferenceBancaire/Compte',
  fournisseur_ref_bancaire_etablissement: 'Fournisseur/ReferenceBancaire/Etablissement',
  siret: 'Debiteur/Identifiant',
  destinataire_nom: 'Debiteur/Nom',
  service_destinataire_code: 'Debiteur/CodeService',
  no_facture: 'DonneesFacture/Id',
  type_facture: 'DonneesFacture/Type',
  facture_cadre: 'DonneesFacture/Cadre',
  date_facture: 'DonneesFacture/DateEmissionFacture',
  facture_date_reception: 'DonneesFacture/DateReception',
  facture_devise: 'DonneesFacture/Devise',
  facture_mode_paiement_code: 'DonneesFacture/ModePaiement/Code',
  facture_mode_paiement_libelle: 'DonneesFacture/ModePaiement/Libelle',
  facture_montant_ht: 'DonneesFacture/Montants/MontantHT',
  montant_ttc: 'DonneesFacture/Montants/MontantTTC',
  facture_montant_net: 'DonneesFacture/Montants/MontantNetAPayer',
  facture_numero_marche: 'DonneesFacture/Engagement/NumeroMarche',
  facture_numero_engagement: 'DonneesFacture/Engagement/NumeroEngagement',
} as const

export type PivotValue = keyof typeof PIVOT_VALUES

export interface PieceFacture {
  /** `01` the invoice itself, `02` an attachment. */
  readonly type: string
  readonly file: FileRef
}

/** One invoice of a pivot. */
export interface FacturePivot {
  readonly values: Readonly<Partial<Record<PivotValue, string>>>
  readonly pieces: readonly PieceFacture[]
}

const NAMES = new Map<string, PivotValue>(
  Object.entries(PIVOT_VALUES).map(([name, path]) => [path, name as PivotValue]),
)

/** As the XML declaration says; only its ASCII head is looked at, before anything can be parsed. */
const charsetOf = (head: Uint8Array): string =>
  /^[^<]{0,3}<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/u.exec(
    Buffer.from(head.subarray(0, 200)).toString('latin1'),
  )?.[1] ?? 'utf-8'

async function* eventsOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<PivotEvent> {
  const reader = pivotReader()
  let decoder: TextDecoder | undefined
  for await (const bytes of content) {
    decoder ??= new TextDecoder(charsetOf(bytes), { fatal: true })
    yield* reader.write(decoder.decode(bytes, { stream: true }))
  }
  yield* reader.write(decoder?.decode() ?? '')
  yield* reader.close()
}

/** A zip that carries files of invoices; beyond, something else is going on. */
export const CARRIER_LIMITS = { files: 1_000, bytes: 1024 ** 3 }

/** The content of a piece is its file, or a zip made to carry it. A zip of several files, or one that is said to be one, is kept as it is. */
const storePiece = async (path: string, name: string, files: Files): Promise<FileRef> => {
  const asItIs = () => files.save(createReadStream(path), name)
  if (!(await isZip(path))) return asItIs()
  return withZip(path, CARRIER_LIMITS, async entries => {
    const [only] = entries
    const carries = only && entries.length === 1 && (!/\.zip$/iu.test(name) || /\.zip$/iu.test(only.name))
    // Office documents are zips too, of many files: what is carried has one.
    return carries ? files.save(await only.open(), name) : asItIs()
  })
}

/** One piece while it is read: its content goes to disk, its name may come after. */
const pieceWriter = async (path: string) => {
  const file = await open(path, 'w')
  const decoder = base64Decoder()
  return {
    values: new Map<string, string>(),
    write: async (text: string) => void (await file.write(decoder.push(text))),
    async close() {
      try {
        await file.write(decoder.end())
      } finally {
        await file.close()
      }
    },
    abandon: () => file.close(),
  }
}

/** @throws whatever keeps it from being read */
const read = async (content: AsyncIterable<Uint8Array>, folder: string, files: Files): Promise<FacturePivot[]> => {
  const units: { values: Partial<Record<PivotValue, string>>; pieces: PieceFacture[] }[] = []
  let piece: Awaited<ReturnType<typeof pieceWriter>> | undefined
  const path = join(folder, 'piece')
  try {
    for await (const event of eventsOf(content)) {
      if (event.is === 'unit') units.push({ values: {}, pieces: [] })
      else if (event.is === 'pieceBegins') piece = await pieceWriter(path)
      else if (event.is === 'content') await piece?.write(event.text)
      else if (event.is === 'value') {
        const [name, unit] = [NAMES.get(event.path), units.at(-1)]
        if (piece) piece.values.set(event.path.replace(/^PJ\//u, ''), event.value)
        else if (name && unit) unit.values[name] ??= event.value
      } else if (piece) {
        const { values, close } = piece
        piece = undefined
        await close()
        const name = values.get('NomPJ') ?? values.get('NomPJOrigine') ?? 'piece-jointe'
        const file = await storePiece(path, name, files)
        if (file.size > 0) units.at(-1)?.pieces.push({ type: values.get('TypePJ') ?? '02', file })
      }
    }
  } finally {
    await piece?.abandon()
  }
  return units
}

/**
 * The invoices of a `CPPFacturePivot` (formats/factures.md §1), their pieces already in the store. Streamed: a pivot of 120 MB costs no memory.
 * @throws PermanentError when it is no pivot, or is damaged
 */
export const readPivot = async (files: Files, ref: FileRef): Promise<readonly FacturePivot[]> => {
  const unreadable = (why: string, cause?: unknown) =>
    new PermanentError(
      `Le fichier « ${ref.name} » n'est pas un pivot Chorus Pro utilisable : ${why}. Demandez à nouveau la facture au portail, ou au fournisseur si cela persiste.`,
      { cause },
    )
  let lost: { readonly error: unknown } | undefined
  async function* stored(): AsyncGenerator<Uint8Array> {
    try {
      yield* files.open(ref) as AsyncIterable<Uint8Array>
    } catch (error) {
      lost = { error }
      throw error
    }
  }
  const units = await withFolder(folder => read(stored(), folder, files)).catch((cause: unknown) => {
    // What the store says of its own failures is more use than « unreadable ».
    throw lost ? lost.error : unreadable('il est incomplet ou mal formé', cause)
  })
  if (units.length === 0) throw unreadable('il ne contient aucune facture')
  return units
}

/**
 * What the first invoice of a pivot says, without its pieces: it fills a form.
 * @throws Error when it is no pivot, is damaged, or holds no invoice
 */
export const readPivotValues = async (content: AsyncIterable<Uint8Array>): Promise<FacturePivot['values']> => {
  let values: Partial<Record<PivotValue, string>> | undefined
  for await (const event of eventsOf(content)) {
    if (event.is === 'unit') {
      if (values) break
      values = {}
    } else if (event.is === 'value' && values) {
      const name = NAMES.get(event.path)
      if (name) values[name] ??= event.value
    }
  }
  if (!values) throw new Error('no invoice in this pivot')
  return values
}

/** What an agent looks at: the first PDF among the main pieces, else the attachment whose name begins with `PJ00`. */
export const pdfOf = ({ pieces }: FacturePivot): FileRef | undefined => {
  const isPdf = ({ file }: PieceFacture) => file.type === 'application/pdf'
  return (
    pieces.find(piece => piece.type === '01' && isPdf(piece)) ??
    pieces.find(piece => piece.type === '02' && piece.file.name.startsWith('PJ00'))
  )?.file
}
