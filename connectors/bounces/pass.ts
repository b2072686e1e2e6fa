import { createHash } from 'node:crypto'
import type { Files, Inbox, Log, Memory } from '#core'
import { sentenceOf, type Action } from './dsn.ts'
import type { Mailbox } from './mailbox.ts'
import { recognise, type Letter, type Recognised } from './recognise.ts'

export interface PassOptions {
  readonly header: string
  readonly returnPath: string
  /** Where notifications go once their document has them. */
  readonly treated: string
  /** Where the rest goes; left where it is when missing. */
  readonly others: string | undefined
}

interface Cursor {
  readonly uidValidity: string
  /** Last number that was looked at. */
  readonly uid: number
}

const CURSOR = 'curseur'
/** Messages looked at in one pass: a mailbox left alone for months is read in several. */
const MOST = 500

const NAMES: Readonly<Record<Action, string>> = {
  failed: 'avis-de-non-remise.eml',
  delayed: 'avis-de-retard.eml',
  delivered: 'avis-de-remise.eml',
  relayed: 'avis-de-remise.eml',
  expanded: 'avis-de-remise.eml',
}

/** What became of the message, for the step that sent it. */
const DELIVERIES: Readonly<Record<Action, string>> = {
  failed: 'echec',
  delayed: 'retard',
  delivered: 'faite',
  relayed: 'faite',
  expanded: 'faite',
}

/** What the inbox knows a notification by: its own number, wherever it lies and however often it is read. */
const identityOf = ({ headers }: Letter, keys: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([headers.get('message-id') ?? [...headers.entries()], keys]))
    .digest('hex')

const attach = async (
  uid: number,
  letter: Letter,
  { keys, outcome, reportedBy }: Recognised,
  {
    mailbox,
    inbox,
    files,
  }: { readonly mailbox: Mailbox; readonly inbox: Pick<Inbox, 'attach'>; readonly files: Files },
): Promise<'attached' | 'known' | 'unknown'> => {
  const file = await mailbox.save(uid, files, NAMES[outcome.action])
  if (!file) return 'unknown'
  const message = sentenceOf(outcome, reportedBy)
  for (const about of keys) {
    const done = await inbox.attach({
      about,
      externalId: identityOf(letter, keys),
      message,
      files: [file],
      says: { remise: DELIVERIES[outcome.action] },
    })
    if (done !== 'unknown') return done
  }
  return 'unknown'
}

/** From the beginning again at the next pass: what is known stays known. */
export const forgetCursor = (memory: Memory): Promise<void> => memory.set(CURSOR, undefined)

/**
 * Reads what arrived since the last pass. A notification is given to its document, and only once that is committed moved to the folder of
 * those treated; any other mail stays as it is, unread, or goes to the folder of the settings. Nothing is ever deleted.
 * @returns the sentence for the administrator
 */
export const readNew = async (
  mailbox: Mailbox,
  options: PassOptions,
  {
    inbox,
    files,
    memory,
    log,
  }: { readonly inbox: Pick<Inbox, 'attach'>; readonly files: Files; readonly memory: Memory; readonly log: Log },
): Promise<string> => {
  const kept = await memory.get<Cursor>(CURSOR)
  const from = kept?.uidValidity === mailbox.uidValidity ? kept.uid + 1 : 1
  const waiting = await mailbox.since(from)
  const count = { attached: 0, known: 0, other: 0, stuck: 0 }
  const putAway = async (uid: number, folder: string) => {
    if (!mailbox.canMove || !(await mailbox.move(uid, folder))) count.stuck += 1
  }
  for (const uid of waiting.slice(0, MOST)) {
    const letter = await mailbox.read(uid)
    const recognised = letter && recognise(letter, options)
    const done = letter && recognised ? await attach(uid, letter, recognised, { mailbox, inbox, files }) : 'unknown'
    if (done === 'unknown') {
      count.other += 1
      if (recognised) log.info({ uid, keys: recognised.keys.length }, 'a notification about no document of ours')
      if (letter && options.others !== undefined) await putAway(uid, options.others)
    } else {
      count[done] += 1
      await putAway(uid, options.treated)
    }
    // After the commit and the move: a pass that is cut does the last message again, which the inbox then knows.
    await memory.set(CURSOR, { uidValidity: mailbox.uidValidity, uid } satisfies Cursor)
  }
  const left = waiting.length - MOST
  return [
    `${count.attached} avis rattaché(s) à leur document`,
    ...(count.known > 0 ? [`${count.known} déjà connu(s)`] : []),
    `${count.other} message(s) sans rapport ${options.others === undefined ? 'laissé(s) en place' : `rangé(s) dans « ${options.others} »`}`,
    ...(count.stuck > 0
      ? [`${count.stuck} message(s) resté(s) dans la boîte parce que le serveur ne sait pas les déplacer sans risque`]
      : []),
    ...(left > 0 ? [`${left} message(s) seront lus au prochain passage`] : []),
  ]
    .join(' ; ')
    .concat('.')
}
