import { streamXml } from './xml-stream.ts'

/** Parts of a PES_Aller, in the order of the schema (formats/pes-v2.md §2). */
const DOMAINS = ['PES_DepenseAller', 'PES_RecetteAller', 'PES_Facture', 'PES_Marche', 'PES_PJ'] as const
export type PesDomain = (typeof DOMAINS)[number]

export interface PesBordereau {
  readonly domain: PesDomain | undefined
  readonly exercice: string
  readonly id: string
}

/** What the hub reads in a PES_Aller. Texts are empty when absent; lists hold distinct values, in their order, `MOST_VALUES` at most. */
export interface PesAller {
  /** As the XML declaration names it, in capitals. */
  readonly encoding: string | undefined
  /** Local name of the root: `PES_Aller` when it is one. */
  readonly root: string
  readonly typFic: string
  /** What the treasury knows the file by: it never takes the same twice. */
  readonly nomFic: string
  readonly dteStr: string
  readonly idPost: string
  /** SIRET. */
  readonly idColl: string
  readonly codCol: string
  readonly codBud: string
  readonly libelleColBud: string
  readonly domains: readonly PesDomain[]
  readonly exercices: readonly string[]
  readonly bordereaux: readonly PesBordereau[]
  /** `IdUnique` of the pieces held by the file. */
  readonly pjs: readonly string[]
  readonly pieces: readonly string[]
  readonly natures: readonly string[]
  readonly fonctions: readonly string[]
  /** Number of `Signature` elements, wherever they are. */
  readonly signatures: number
}

/** Beyond this, values are no longer kept: a PES of 100 MB may name hundreds of thousands of pieces. */
export const MOST_VALUES = 10_000

const HEADER = ['IdPost', 'IdColl', 'CodCol', 'CodBud', 'DteStr', 'LibelleColBud'] as const
const PARAMETERS = ['NomFic', 'TypFic'] as const
type HeaderName = (typeof HEADER)[number] | (typeof PARAMETERS)[number]

/** Lists and where their values are: the end of the path, and the name under which they are gathered. */
const LISTS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  Exercice: [['PES_PJ/PJ/RefCompta/Exercice', 'exercicesOfPieces']],
  IdUnique: [['PES_PJ/PJ/IdUnique', 'pjs']],
  IdPce: [['Bordereau/Piece/BlocPiece/InfoPce/IdPce', 'pieces']],
  Nature: [
    ['Bordereau/Piece/LigneDePiece/BlocLignePiece/InfoLignePce/Nature', 'naturesOfExpenses'],
    ['Bordereau/Piece/LigneDePiece/BlocLignePiece/InfoLignePiece/Nature', 'naturesOfRevenues'],
  ],
  Fonction: [
    ['Bordereau/Piece/LigneDePiece/BlocLignePiece/InfoLignePce/Fonction', 'fonctionsOfExpenses'],
    ['Bordereau/Piece/LigneDePiece/BlocLignePiece/InfoLignePiece/Fonction', 'fonctionsOfRevenues'],
  ],
}

const endsWith = (path: readonly string[], end: string): boolean => {
  const names = end.split('/')
  return path.length >= names.length && names.every((name, rank) => path[path.length - names.length + rank] === name)
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name)

const collector = () => {
  const lists = new Map<string, Set<string>>()
  return {
    add(list: string, value: string | undefined) {
      if (!value) return
      const known = lists.get(list) ?? new Set<string>()
      lists.set(list, known)
      if (known.size < MOST_VALUES) known.add(value)
    },
    of: (list: string, otherwise?: string): readonly string[] => [
      ...(lists.get(list) ?? (otherwise === undefined ? undefined : lists.get(otherwise)) ?? []),
    ],
  }
}

/**
 * Reads a PES_Aller as it goes by: 100 MB cost no more memory than 10 kB, save for the distinct values kept.
 * `readPesAller(files.open(pes))`.
 * @throws UnreadableXml when it is not well-formed XML, what `source` throws; another root or missing parts are for `pesFaults` to tell
 */
export const readPesAller = async (source: AsyncIterable<unknown>): Promise<PesAller> => {
  const header: Partial<Record<HeaderName, string>> = {}
  const { add, of } = collector()
  const domains = new Set<PesDomain>()
  const bordereaux: PesBordereau[] = []
  let root = ''
  let signatures = 0
  let current = { exercice: '', id: '' }

  const encoding = await streamXml(source, {
    open(name, { V: value }, path) {
      root ||= name
      const parent = path[path.length - 2]
      if (isOneOf(DOMAINS, name) && path.length === 2) domains.add(name)
      if (parent === 'EnTetePES' && isOneOf(HEADER, name)) header[name] ??= value ?? ''
      else if (parent === 'Parametres' && isOneOf(PARAMETERS, name)) header[name] ??= value ?? ''
      else if (name === 'Bordereau') current = { exercice: '', id: '' }
      else if (name === 'Exer' && endsWith(path, 'Bordereau/BlocBordereau/Exer')) {
        current.exercice = value ?? ''
        add('exercices', value)
      } else if (name === 'IdBord' && endsWith(path, 'Bordereau/BlocBordereau/IdBord')) current.id = value ?? ''
      else if (name === 'Signature') signatures += 1
      else for (const [end, list] of LISTS[name] ?? []) if (endsWith(path, end)) add(list, value)
    },
    close(name, path) {
      if (name !== 'BlocBordereau' || bordereaux.length >= MOST_VALUES) return
      const domain = path.find(each => isOneOf(DOMAINS, each))
      bordereaux.push({ domain, ...current })
    },
  })

  return {
    encoding,
    root,
    typFic: header.TypFic ?? '',
    nomFic: header.NomFic ?? '',
    dteStr: header.DteStr ?? '',
    idPost: header.IdPost ?? '',
    idColl: header.IdColl ?? '',
    codCol: header.CodCol ?? '',
    codBud: header.CodBud ?? '',
    libelleColBud: header.LibelleColBud ?? '',
    domains: [...domains],
    exercices: of('exercices', 'exercicesOfPieces'),
    bordereaux,
    pjs: of('pjs'),
    pieces: of('pieces'),
    natures: of('naturesOfExpenses', 'naturesOfRevenues'),
    fonctions: of('fonctionsOfExpenses', 'fonctionsOfRevenues'),
    signatures,
  }
}

const joined = (values: readonly string[]): string => [...new Set(values.filter(Boolean))].join(', ')

/** The extraction table (flows/steps.md, TdT HELIOS): distinct values joined by a comma, empty when absent. */
export const pesExtraction = (pes: PesAller) => ({
  idColl: pes.idColl,
  dteStr: pes.dteStr,
  codBud: pes.codBud,
  exercice: joined(pes.exercices),
  idBordereau: joined(pes.bordereaux.map(({ id }) => id)),
  idPj: joined(pes.pjs),
  idPce: joined(pes.pieces),
  idNature: joined(pes.natures),
  idFonction: joined(pes.fonctions),
  nomFic: pes.nomFic,
  libelleColBud: pes.libelleColBud,
})
