import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'

export interface SamplePes {
  /** A text left empty is left out of the file: how the broken variants are made. */
  readonly nomFic?: string
  readonly idPost?: string
  /** SIRET. */
  readonly idColl?: string
  readonly codCol?: string
  readonly codBud?: string
  readonly dteStr?: string
  readonly libelleColBud?: string
  readonly exercice?: string
  /** `pjOnly`: supporting pieces without bordereau; `nothing`: neither. */
  readonly content?: 'depense' | 'recette' | 'pjOnly' | 'nothing'
  readonly bordereaux?: number
  readonly piecesPerBordereau?: number
  /** Supporting pieces held by the file (a PDF each, compressed as the protocol wants). */
  readonly pjs?: number
  /** Weight of one more supporting piece, of noise: how a PES of 100 MB is made. */
  readonly megabytes?: number
  /** As declared and as written. */
  readonly encoding?: 'ISO-8859-1' | 'UTF-8'
}

const NAMESPACE = 'http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller'
const MEGABYTE = 1024 * 1024

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** `<Name V="value"/>`, or nothing when the value is empty. */
export const valued = (name: string, value: string): string => (value === '' ? '' : `<${name} V="${escape(value)}"/>`)
export const allValued = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => valued(name, value))
    .join('')

type Complete = Required<SamplePes>

const DEFAULTS: Complete = {
  nomFic: 'PESALR2_Démonstration_001',
  idPost: '034059',
  idColl: '21340001700017',
  codCol: '123',
  codBud: '00',
  dteStr: '2026-01-15',
  libelleColBud: 'Budget général de la ville',
  exercice: '2026',
  content: 'depense',
  bordereaux: 1,
  piecesPerBordereau: 2,
  pjs: 1,
  megabytes: 0,
  encoding: 'ISO-8859-1',
}

const pjId = (pes: Complete, rank: number): string => `PJ-${pes.nomFic}-${rank}`.slice(0, 50)

const head = (pes: Complete): string =>
  `<?xml version="1.0" encoding="${pes.encoding}"?>\n<n:PES_Aller xmlns:n="${NAMESPACE}">` +
  `<Enveloppe><Parametres>${allValued({ Version: '2', TypFic: 'PESALR2', NomFic: pes.nomFic })}</Parametres>` +
  `<Emetteur>${allValued({ Sigle: 'VILLE', Adresse: "1 place de l'Hôtel de Ville" })}</Emetteur></Enveloppe>` +
  `<EnTetePES>${allValued({
    DteStr: pes.dteStr,
    IdPost: pes.idPost,
    LibellePoste: 'Trésorerie municipale',
    IdColl: pes.idColl,
    FinJur: '12345678901',
    CodCol: pes.codCol,
    CodBud: pes.codBud,
    LibelleColBud: pes.libelleColBud,
  })}</EnTetePES>`

const piece = (pes: Complete, bordereau: number, rank: number): string => {
  const isExpense = pes.content === 'depense'
  const line = isExpense ? 'InfoLignePce' : 'InfoLignePiece'
  const reference =
    rank <= pes.pjs
      ? `<PJRef>${allValued({ Support: '01', IdUnique: pjId(pes, rank), NomPJ: `facture-${rank}.pdf` })}</PJRef>`
      : ''
  return (
    `<Piece><BlocPiece><InfoPce>${allValued({ IdPce: String(bordereau * 1000 + rank), TypPce: '01', NatPce: '01', Obj: 'Fournitures de rentrée' })}${reference}</InfoPce></BlocPiece>` +
    `<LigneDePiece><BlocLignePiece><${line}>${allValued({ IdLigne: '1', Nature: isExpense ? '6067' : '7067', Fonction: '213', MtHT: '123.45' })}</${line}></BlocLignePiece>` +
    `<Tiers><InfoTiers>${allValued({ IdTiers: '36252187900034', NatIdTiers: '01', CatTiers: '20', NatJur: '03', TypTiers: '01', Nom: 'Papeterie de la Forêt' })}</InfoTiers>` +
    `<Adresse>${allValued({ TypAdr: '1', Adr2: '3 rue des Écoles', CP: '34000', Ville: 'Montpellier', CodRes: '0' })}</Adresse></Tiers></LigneDePiece></Piece>`
  )
}

function* bordereaux(pes: Complete): Generator<string> {
  const isExpense = pes.content === 'depense'
  const [part, header] = isExpense ? ['PES_DepenseAller', 'EnTeteDepense'] : ['PES_RecetteAller', 'EnTeteRecette']
  yield `<${part}><${header}>${allValued({ IdVer: '2', InfoDematerialisee: '1' })}</${header}>`
  for (let rank = 1; rank <= pes.bordereaux; rank += 1) {
    const amount = (123.45 * pes.piecesPerBordereau).toFixed(2)
    yield `<Bordereau Id="BORD${rank}"><BlocBordereau>${allValued({
      Exer: pes.exercice,
      IdBord: String(rank),
      DteBordEm: pes.dteStr,
      TypBord: '01',
      NbrPce: String(pes.piecesPerBordereau),
      MtBordHT: amount,
    })}</BlocBordereau>`
    for (let each = 1; each <= pes.piecesPerBordereau; each += 1) yield piece(pes, rank, each)
    yield '</Bordereau>'
  }
  yield `</${part}>`
}

const pjEnd = (pes: Complete, rank: number): string =>
  `</Fichier></Contenu>${allValued({ IdUnique: pjId(pes, rank), NomPJ: `facture-${rank}.pdf`, TypePJ: '003', Description: 'Facture de fournitures' })}` +
  `<RefCompta>${allValued({ Domaine: '01', Exercice: pes.exercice, TypeObjet: '01', Identifiant: '1001' })}</RefCompta></PJ>`

function* pjs(pes: Complete): Generator<string> {
  yield `<PES_PJ><EnTetePES_PJ>${valued('IdVer', '1')}</EnTetePES_PJ>`
  const begin = '<PJ><Contenu><Fichier MIMEType="application/pdf">'
  for (let rank = 1; rank <= pes.pjs; rank += 1)
    yield `${begin}${gzipSync(`%PDF-1.4\n% facture ${rank}\n%%EOF\n`).toString('base64')}${pjEnd(pes, rank)}`
  if (pes.megabytes > 0) {
    const noise = randomBytes((MEGABYTE * 3) / 4).toString('base64')
    yield begin
    for (let rank = 0; rank < pes.megabytes; rank += 1) yield noise
    yield pjEnd(pes, pes.pjs + 1)
  }
  yield '</PES_PJ>'
}

/** A PES_Aller of any weight, piece by piece: `files.save(Readable.from(samplePesChunks({ megabytes: 100 })), 'pes.xml')`. */
export function* samplePesChunks(options: SamplePes = {}): Generator<Buffer> {
  const pes: Complete = { ...DEFAULTS, ...options }
  const encoded = (text: string): Buffer => Buffer.from(text, pes.encoding === 'UTF-8' ? 'utf8' : 'latin1')
  yield encoded(head(pes))
  if (pes.content === 'depense' || pes.content === 'recette') for (const each of bordereaux(pes)) yield encoded(each)
  if (pes.content !== 'nothing' && pes.pjs + pes.megabytes > 0) for (const each of pjs(pes)) yield encoded(each)
  yield encoded('</n:PES_Aller>\n')
}

/** A PES_Aller made by us in the real format (formats/pes-v2.md §2): accents in ISO-8859-1, bordereaux, lines, supporting pieces. */
export const samplePes = (options: SamplePes = {}): Buffer => Buffer.concat([...samplePesChunks(options)])
