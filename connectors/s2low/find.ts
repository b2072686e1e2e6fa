import { PermanentError, TemporaryError, toLatin1, type ActeATransmettre } from '#core'
import { readAnswer, type S2lowWire } from './wire.ts'

interface Line {
  readonly id: string | number
  readonly number: string
  readonly subject: string
  /** Day of the decision. */
  readonly date: string
  readonly type: string | number
}

/**
 * States an acte goes through, in their order, so that one that moves during the search is met further on. Left out: those in
 * error (-1) and cancelled (0), which transmitted nothing that could be taken for a new sending.
 */
const STATES = [18, 17, 1, 2, 3, 4, 5, 6, 19, 12, 15, 13, 14, 20, 22, 16]
const PAGE = 100

const plain = (text: string): string => toLatin1(text).replace(/\s+/gu, ' ').trim()

/**
 * The transaction that transmits this acte. S²LOW lists by state, newest first; dates bound the search, since nothing is
 * posted before it is decided. Old versions ignore the dates: the search is then only longer.
 */
export const findTransaction = async (
  wire: S2lowWire,
  acte: Pick<ActeATransmettre, 'numero' | 'date' | 'objet'>,
): Promise<string | undefined> => {
  const isThisOne = (line: Line) =>
    String(line.type) === '1' &&
    line.number === acte.numero &&
    line.date.slice(0, 10) === acte.date &&
    plain(line.subject) === plain(acte.objet)
  for (const state of STATES)
    for (let offset = 0; ; offset += PAGE) {
      const { transactions } = await wire.json<{ readonly transactions?: readonly Line[] | false }>(
        '/modules/actes/api/list_actes.php',
        {
          status_id: state,
          offset,
          limit: PAGE,
          min_date: acte.date,
        },
      )
      const lines = transactions || []
      const found = lines.find(isThisOne)
      if (found) return String(found.id)
      if (lines.length < PAGE) break
    }
  return undefined
}

/** The cancellation asked for a transaction, unless it failed: lines `type-state-id` of what relates to it, none when nothing does. */
export const findCancellation = async (wire: S2lowWire, id: string): Promise<string | undefined> => {
  const text = await wire.maybeEmpty('/modules/actes/actes_transac_get_document.php', { id })
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
  const related = lines.map(line => /^(\d+)-(-?\d+)-(\d+)$/u.exec(line))
  if (lines.length > 0 && !related[0]) throw notALine(text)
  return related.findLast(match => match?.[1] === '6' && match[2] !== '-1')?.[3]
}

const notALine = (text: string): Error => {
  const answer = readAnswer(text)
  return answer.is === 'ko'
    ? new PermanentError(`S²LOW refuse : ${answer.reason}`)
    : new TemporaryError('La réponse de S²LOW est illisible. Un nouvel essai aura lieu.')
}
