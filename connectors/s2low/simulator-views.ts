import { localDay } from '#core'
import type { SimResponse } from '#core/testing'
import { codeOf, sizeOf, type SimTransaction } from './simulator-acte.ts'
import { ko } from './simulator-answers.ts'
import { natureOf } from './simulator-classification.ts'

/** How the platform tells its transactions: one by one, by state, and those of the préfecture that nobody read. */
export const statusAnswer = (transaction: SimTransaction): SimResponse => {
  const code = codeOf(transaction)
  const rest =
    code === 4 ? (transaction.ar ?? Buffer.alloc(0)) : Buffer.from(code === -1 ? transaction.message : '', 'latin1')
  return { headers: { 'content-type': 'text/plain' }, body: Buffer.concat([Buffer.from(`OK\n${code}\n`), rest]) }
}

const HAS_FILES = (transaction: SimTransaction) => transaction.workflow.some(({ code }) => ![1, 2, 3].includes(code))

export const filesAnswer = (transaction: SimTransaction): SimResponse =>
  HAS_FILES(transaction)
    ? {
        json: transaction.files.map(file => ({
          id: String(file.id),
          name: file.name,
          posted_filename: file.posted,
          mimetype: file.mimetype,
          size: String(sizeOf(file)),
          sign: '',
          code_pj: file.type,
        })),
      }
    : ko("Pas d'acquittement recu")

/** A page of the transactions in one state, newest first. */
export const listAnswer = (transactions: readonly SimTransaction[], query: URLSearchParams): SimResponse => {
  const state = Number(query.get('status_id') ?? 0)
  const [offset, limit] = [Number(query.get('offset') ?? 0), Number(query.get('limit') ?? 100)]
  const since = query.get('min_date') ?? ''
  const matching = transactions
    .filter(each => codeOf(each) === state && localDay(each.workflow.at(-1)?.at ?? new Date()) >= since)
    .reverse()
    .slice(offset, offset + limit)
  return {
    json: {
      status_id: state,
      authority_id: 3,
      offset,
      limit,
      transactions: matching.map(({ id, subject, number, date, nature, classification, type }) => ({
        id: String(id),
        subject,
        number,
        date,
        nature_descr: natureOf(nature)?.label ?? '',
        classification,
        type: String(type),
      })),
    },
  }
}

/** Letters only: our answers to them are never unread. */
export const unreadOf = (transactions: readonly SimTransaction[]): readonly SimTransaction[] =>
  transactions.filter(({ type, read }) => type >= 2 && type <= 5 && !read)

export const unreadAnswer = (transactions: readonly SimTransaction[]): SimResponse => ({
  json: unreadOf(transactions).map(({ id, type, related, number, uniqueId, workflow }) => ({
    id: String(id),
    type: String(type),
    related_transaction_id: related === undefined ? null : String(related),
    number,
    unique_id: uniqueId,
    last_status_id: String(workflow.at(-1)?.code ?? ''),
  })),
})
