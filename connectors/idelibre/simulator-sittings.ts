import { randomUUID } from 'node:crypto'
import { PDFDocument } from 'pdf-lib'
import type { SimFile } from '#core/testing'
import type { Called, Item, Named, User } from './client.ts'

/** A séance as the server keeps it. */
export interface SimSitting {
  readonly id: string
  readonly type: Named
  date: Date
  place: string
  isRemoteAllowed: boolean
  convocationFile: Named
  invitationFile: Named | undefined
  projects: readonly Item[]
  otherdocs: readonly Item[]
  readonly called: (Called & { readonly id: string })[]
}

const uuidOf = (rank: number): string => `5d0b2c1e-0000-4000-8000-${String(rank).padStart(12, '0')}`

const member = (
  rank: number,
  firstName: string,
  lastName: string,
  role: string,
): User & { readonly username: string } => ({
  id: uuidOf(100 + rank),
  username: `${lastName.toLowerCase()}@demo`,
  firstName,
  lastName,
  email: `${lastName.toLowerCase()}@ville.example`,
  isActive: true,
  role: { name: role },
})

/** The town of the demonstration. */
export const TOWN = {
  structure: { id: uuidOf(1), name: 'Ville de Démonstration' },
  types: [
    { id: uuidOf(11), name: 'Conseil municipal' },
    { id: uuidOf(12), name: 'Bureau municipal' },
  ] as Named[],
  themes: [
    { id: uuidOf(21), name: 'Finances', fullName: 'Finances' },
    { id: uuidOf(22), name: 'Budget', fullName: 'Finances, Budget' },
  ],
  users: [
    member(1, 'Anne', 'Batte', 'Actor'),
    member(2, 'Bruno', 'Élie', 'Actor'),
    member(3, 'Chloé', 'Secrétaire', 'Secretary'),
  ],
} as const

const opens = async (file: SimFile): Promise<boolean> => {
  const bytes = await file.bytes()
  if (bytes.subarray(0, 4).toString('latin1') !== '%PDF') return false
  return PDFDocument.load(bytes, { ignoreEncryption: true }).then(
    () => true,
    () => false,
  )
}

const seen = new Map<string, Promise<boolean>>()

/** What the server wants of a file: a header, and a document that opens. Each content is opened once. */
export const isPdf = (file: SimFile): Promise<boolean> => {
  const known = seen.get(file.sha256) ?? opens(file)
  seen.set(file.sha256, known)
  return known
}

export const fileOf = (name: string): Named => ({ id: randomUUID(), name })

/** Calls the members of the assembly; guests get the invitation, when there is one. */
const callAll = (invitation: boolean): SimSitting['called'] =>
  TOWN.users
    .filter(({ role }) => role?.name === 'Actor' || invitation)
    .map(user => ({
      id: randomUUID(),
      user,
      isRead: false,
      isActive: false,
      category: user.role?.name === 'Actor' ? 'convocation' : 'invitation',
      attendance: '',
      sentTimestamp: null,
      receivedTimestamp: null,
      deputy: null,
      mandator: null,
    }))

export const newSitting = (
  given: Pick<SimSitting, 'type' | 'date' | 'place' | 'isRemoteAllowed' | 'convocationFile' | 'invitationFile'> &
    Partial<Pick<SimSitting, 'projects'>>,
): SimSitting => ({
  projects: [],
  otherdocs: [],
  ...given,
  id: randomUUID(),
  called: callAll(given.invitationFile !== undefined),
})

export const isSent = ({ called }: SimSitting): boolean => called.some(({ isActive }) => isActive === true)

const stamp = () => ({ id: randomUUID(), createdAt: new Date().toISOString() })

/** The convocations leave, stamped. */
export const send = ({ called }: SimSitting): void =>
  called.forEach((each, rank) => (called[rank] = { ...each, isActive: true, sentTimestamp: stamp() }))

/** One of the persons called opens the convocation, and says what is to be done of its seat. */
export const read = (
  { called }: SimSitting,
  rank: number,
  answer: Pick<Called, 'attendance' | 'deputy' | 'mandator'> = {},
): void => {
  const each = called[rank]
  if (!each) throw new Error(`Nobody of rank ${rank} is called.`)
  called[rank] = { ...each, isRead: true, receivedTimestamp: stamp(), ...answer }
}
