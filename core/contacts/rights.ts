import { may, type Rights } from '../access/rights.ts'
import type { CompiledFlow } from '../engine/model.ts'

export const READ_CONTACTS = 'annuaire:lecture'
export const EDIT_CONTACTS = 'annuaire:edition'

const asksForRecipients = ({ fields }: CompiledFlow): boolean =>
  Object.values(fields).some(({ kind, options }) => kind === 'mailList' && !options.computed)

/**
 * The right that lets somebody read the address book: reading it, changing it, or writing a document that asks for recipients.
 * @returns the one that is missing when they hold none of them
 */
export const readingRight = (rights: Rights, flows: Iterable<CompiledFlow>): string =>
  [READ_CONTACTS, EDIT_CONTACTS, ...[...flows].filter(asksForRecipients).map(({ id }) => `${id}:edition`)].find(right =>
    may(rights, right),
  ) ?? READ_CONTACTS
