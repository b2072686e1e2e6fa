import { Readable } from 'node:stream'
import { eachPj, PJ_CONTENT, pjListener, streamXml, textTap, type Files, type FileRef, type PesPj } from '#core'

/** What a PES of public contracts holds. */
export interface PesMarche {
  /** Of the first contract, else of the first concession (`flows/helios.md`, pes-marche); empty without any. */
  readonly idContrat: string
  readonly pjs: readonly PesPj[]
}

/** Contracts first: a concession counts only in a file that has no contract. */
const CONTRACTS = ['Marche/IdentifiantMarche/IdContrat', 'Concession/IdentifiantConcession/IdContrat']

/** @throws UnreadableXml when it is not well formed; what `source` throws */
export const readMarche = async (source: AsyncIterable<unknown>): Promise<PesMarche> => {
  const tap = textTap([PJ_CONTENT])
  const pjs: PesPj[] = []
  const contracts: string[] = []
  const ofPjs = pjListener(tap, pj => pjs.push(pj))
  await streamXml(tap.through(source), {
    open(name, attributes, path) {
      ofPjs.open(name, attributes, path)
      if (name !== 'IdContrat') return
      const rank = CONTRACTS.indexOf(path.slice(-3).join('/'))
      if (rank !== -1) contracts[rank] ??= attributes['V'] ?? ''
    },
    close: ofPjs.close,
  })
  return { idContrat: contracts.find(Boolean) ?? '', pjs }
}

/** More than a PES may weigh once decompressed: what inflates beyond is no supporting piece. */
export const LARGEST_INFLATED = 1_000_000_000

/** The pieces weigh too much once decompressed. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch'
}

/** Stores the supporting pieces under their names, in one reading of the PES. @throws TooMuch beyond `most` bytes in all */
export const savePjs = async (
  files: Files,
  pes: FileRef,
  pjs: readonly PesPj[],
  most = LARGEST_INFLATED,
): Promise<readonly FileRef[]> => {
  const saved: FileRef[] = []
  let total = 0
  async function* counted(content: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      total += chunk.length
      if (total > most) throw new TooMuch('supporting pieces too large')
      yield chunk
    }
  }
  await eachPj(files.open(pes), pjs, async (pj, content) => {
    saved[pj.rank - 1] = await files.save(Readable.from(counted(content)), pj.name || `piece-${pj.rank}`)
  })
  return saved
}
