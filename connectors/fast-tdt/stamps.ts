import { PermanentError, splitName, TemporaryError, type FileRef, type StampedPieces } from '#core'
import type { ActesDepot } from './depot.ts'

interface Asked {
  readonly id: string
  readonly acte: FileRef
  readonly annexes: readonly FileRef[]
  /** SHA-256 of what was sent, when it is remembered. */
  readonly sent: readonly string[] | undefined
  /** Whether a stamped acte is sure to come. */
  readonly wait: boolean
}

const stampedName = (name: string): string => `${splitName(name).base}-tampon.pdf`

/** [A] Number of the piece at the end of the name, as in the names of the files sent; a name without one is the acte. */
const rankOf = (name: string): number => Number(/_(\d+)\.pdf$/iu.exec(name)?.[1] ?? 1) - 1

/** The stamped copies laid in the folder: any PDF whose name begins with the identifier. */
export const stampedPieces = async (
  depot: ActesDepot,
  { id, acte, annexes, sent, wait }: Asked,
): Promise<StampedPieces> => {
  const pieces = [acte, ...annexes]
  const foreign = () =>
    new PermanentError(
      `Les fichiers de l'acte ${id} ne sont pas ceux qui ont été envoyés : les exemplaires tamponnés ne peuvent pas être attribués sans risque d'erreur.`,
    )
  const stamped = (await depot.names()).filter(name => name.startsWith(id) && /\.pdf$/iu.test(name))
  if (sent && sent.join() !== pieces.map(({ sha256 }) => sha256).join()) throw foreign()
  const ranks = stamped.map(rankOf)
  if (new Set(ranks).size !== ranks.length || ranks.some(rank => rank < 0 || rank >= pieces.length)) throw foreign()
  if (!ranks.includes(0) && wait)
    throw new TemporaryError(
      `FAST n'a pas encore déposé l'exemplaire tamponné de l'acte ${id}. Un nouvel essai aura lieu.`,
    )
  const copies: (FileRef | undefined)[] = []
  for (const [rank, piece] of pieces.entries()) {
    const name = stamped[ranks.indexOf(rank)]
    const copy = name === undefined ? undefined : await depot.fetch(name, stampedName(piece.name))
    if (copy && copy.type !== 'application/pdf')
      throw new TemporaryError(`FAST n'a pas rendu le fichier « ${copy.name} » attendu. Un nouvel essai aura lieu.`)
    copies.push(copy)
  }
  return { acte: copies[0], annexes: copies.slice(1) }
}
