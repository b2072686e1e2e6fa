import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { base64Of, type FileRef, type Files } from '#core'

/** What is needed to write a pivot (formats/factures.md §1). Amounts are texts with a point. */
export interface PivotAEcrire {
  readonly id: string
  /** The day of production, `YYYY-MM-DD`. */
  readonly jour: string
  readonly fournisseur: {
    readonly type: string
    readonly identifiant: string
    readonly nom: string
    readonly pays: string
    readonly banque?:
      { readonly type: string; readonly compte: string; readonly etablissement: string | undefined } | undefined
  }
  readonly destinataire: { readonly siret: string; readonly service: string | undefined }
  readonly numero: string
  readonly type: string
  readonly cadre: string
  readonly date: string
  readonly dateReception: string
  readonly devise: string
  readonly modePaiement: { readonly code: string; readonly libelle: string | undefined }
  readonly montants: { readonly ht: string; readonly ttc: string; readonly net: string }
  readonly marche: string | undefined
  readonly engagement: string | undefined
  readonly lignes: readonly LignePivot[]
  readonly pieces: readonly { readonly type: '01' | '02'; readonly nom: string; readonly file: FileRef }[]
}

export interface LignePivot {
  readonly reference: string
  readonly prixUnitaire: string
  readonly quantite: string
  readonly montantHt: string
  readonly taux: string
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
// What XML cannot hold is left out: an agent may have pasted it.
const escape = (value: string): string =>
  value
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '')
    .replaceAll(/[&<>"]/gu, sign => ESCAPES[sign] ?? '')

const element = (name: string, value: string | undefined): string =>
  value === undefined || value === '' ? '' : `<${name}>${escape(value)}</${name}>`

const group = (name: string, ...inside: readonly string[]): string => {
  const content = inside.join('')
  return content === '' ? '' : `<${name}>${content}</${name}>`
}

/** VAT by rate, from the lines. */
const tvaOf = (lignes: readonly LignePivot[]): string => {
  const bases = new Map<string, number>()
  for (const { taux, montantHt } of lignes)
    bases.set(taux, (bases.get(taux) ?? 0) + Math.round(Number(montantHt) * 100))
  return group(
    'TVAs',
    ...[...bases].map(([taux, cents]) =>
      group(
        'TVA',
        element('Taux', taux),
        element('BaseHt', (cents / 100).toFixed(2)),
        element('MontantTVA', (Math.round((cents * Number(taux)) / 100) / 100).toFixed(2)),
      ),
    ),
  )
}

async function* xmlOf(pivot: PivotAEcrire, files: Files): AsyncGenerator<string> {
  const { fournisseur, destinataire, montants, modePaiement } = pivot
  const parametre = (code: string, value: string) =>
    group('ParametreIndiv', element('Code', code), element('Valeurparametre', value))
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<CPPFacturePivot><Enveloppe><EnveloppeUnitaire NumOrdre="1">'
  yield group('Parametres', parametre('DtPrd', pivot.jour), parametre('IdFlx', pivot.id))
  yield `${group('Partenaires', element('Recepteur', 'PASSEUR'), element('Emetteur', 'PASSEUR'))}</EnveloppeUnitaire></Enveloppe>`
  yield '<CPPFactures Compteur="1"><CPPFacturePivotUnitaire NumOrdre="1">'
  const { banque } = fournisseur
  yield group(
    'Fournisseur',
    element('TypeIdentifiant', fournisseur.type),
    element('Identifiant', fournisseur.identifiant),
    element('RaisonSociale', fournisseur.nom),
    element('CodePays', fournisseur.pays),
    element('ModeEmission', 'PDF'),
    banque
      ? `<ReferenceBancaire Type="${escape(banque.type)}">${element('Compte', banque.compte)}${element('Etablissement', banque.etablissement)}</ReferenceBancaire>`
      : '',
  )
  yield group(
    'Debiteur',
    element('TypeIdentifiant', '1'),
    element('Identifiant', destinataire.siret),
    element('CodeService', destinataire.service),
  )
  yield group(
    'DonneesFacture',
    element('Id', pivot.numero),
    element('Type', pivot.type),
    element('Cadre', pivot.cadre),
    element('DateEmissionFacture', pivot.date),
    element('DateReception', pivot.dateReception),
    element('Devise', pivot.devise),
    group('ModePaiement', element('Code', modePaiement.code), element('Libelle', modePaiement.libelle)),
    group(
      'Montants',
      element('MontantHT', montants.ht),
      element('MontantTTC', montants.ttc),
      element('MontantNetAPayer', montants.net),
    ),
    tvaOf(pivot.lignes),
    group('Engagement', element('NumeroMarche', pivot.marche), element('NumeroEngagement', pivot.engagement)),
    group(
      'Lignes',
      ...pivot.lignes.map(ligne =>
        group(
          'Ligne',
          element('ReferenceProduit', ligne.reference),
          element('PrixUnitaire', ligne.prixUnitaire),
          element('Quantite', ligne.quantite),
          element('MontantHT', ligne.montantHt),
          element('TauxTVA', ligne.taux),
        ),
      ),
    ),
  )
  for (const [rank, { type, nom, file }] of pivot.pieces.entries()) {
    const id = String(rank + 1)
    yield `<PJ>${element('IdUnique', id)}${element('IdOriginal', id)}<Contenu>`
    yield* base64Of(files.open(file) as AsyncIterable<Uint8Array>)
    yield `</Contenu>${element('NomPJ', nom)}${element('NomPJOrigine', file.name)}${element('TypePJ', type)}${element('MimeTypePJ', file.type)}</PJ>`
  }
  yield '</CPPFacturePivotUnitaire></CPPFactures></CPPFacturePivot>'
}

/** Writes a pivot to the store, its pieces streamed: by way of a file of its own, since the store wants one content at a time. */
export const writePivot = async (pivot: PivotAEcrire, files: Files, name: string): Promise<FileRef> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-pivot-'))
  try {
    const path = join(folder, 'pivot.xml')
    await pipeline(Readable.from(xmlOf(pivot, files)), createWriteStream(path))
    return await files.save(createReadStream(path), name)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
