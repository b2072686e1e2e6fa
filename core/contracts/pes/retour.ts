import { streamXml } from './xml-stream.ts'

/** What a PES_Retour says, counted by kind of return (formats/pes-v2.md §7). Texts are empty when absent. */
export interface PesRetour {
  /** Local name of the root: `PES_Retour` when it is one. */
  readonly root: string
  readonly nomFic: string
  readonly dteStr: string
  readonly idPost: string
  /** SIRET of the collectivity that it is for. */
  readonly idColl: string
  readonly codCol: string
  readonly codBud: string
  /** Parts of the file (`PES_DepenseRetour`…) in their order, with the number of elements each holds besides its header. */
  readonly parts: readonly { readonly name: string; readonly elements: number }[]
}

const HEADER = ['DteStr', 'IdPost', 'IdColl', 'CodCol', 'CodBud'] as const
const MOST_PARTS = 50

/**
 * Reads a PES_Retour as it goes by. Shared by the connectors, which give it to the entity it is for, and by the flow that receives it.
 * @throws UnreadableXml when it is not well-formed XML; what `source` throws
 */
export const readRetour = async (source: AsyncIterable<unknown>): Promise<PesRetour> => {
  const header: Partial<Record<(typeof HEADER)[number] | 'NomFic', string>> = {}
  const parts: { name: string; elements: number }[] = []
  let root = ''
  await streamXml(source, {
    open(name, { V: value = '' }, path) {
      root ||= name
      const known = HEADER.find(each => each === name)
      if (known && path.at(-2) === 'EnTetePES') header[known] ??= value
      else if (name === 'NomFic' && path.at(-2) === 'Parametres') header.NomFic ??= value
      else if (path.length === 2 && name.startsWith('PES_') && parts.length < MOST_PARTS)
        parts.push({ name, elements: 0 })
      else if (path.length === 3 && path[1]?.startsWith('PES_') && !name.startsWith('EnTete')) {
        const part = parts.at(-1)
        if (part) part.elements += 1
      }
    },
  })
  return {
    root,
    nomFic: header.NomFic ?? '',
    dteStr: header.DteStr ?? '',
    idPost: header.IdPost ?? '',
    idColl: header.IdColl ?? '',
    codCol: header.CodCol ?? '',
    codBud: header.CodBud ?? '',
    parts,
  }
}
