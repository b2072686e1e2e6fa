import type { SimRequest, SimResponse } from '#core/testing'
import { instantOf } from './dates.ts'
import { fileOf, isPdf, newSitting, TOWN, type SimSitting } from './simulator-sittings.ts'

export const ACCOUNT = { conn: 'demo', username: 'secretaire', password: 'mot-de-passe-de-demonstration' }

const failed = (message: string): SimResponse => ({
  status: 400,
  json: { success: false, code: 'Seance.add.error', message },
})

const isOurs = ({ field }: SimRequest): boolean =>
  field('conn') === ACCOUNT.conn && field('username') === ACCOUNT.username && field('password') === ACCOUNT.password

interface RawProject {
  readonly ordre?: number
  readonly libelle?: string
  readonly theme?: string
  readonly annexes?: readonly { readonly ordre?: number }[]
}

interface RawSitting {
  readonly date_seance?: string
  readonly type_seance?: string
  readonly place?: string
  readonly acteurs_convoques?: string | readonly unknown[]
  readonly projets?: readonly RawProject[]
}

/** What is missing in the projects, in the words of the server. */
const projectFault = (projects: readonly RawProject[], { files }: SimRequest): string | undefined => {
  const has = (name: string) => files.some(({ field }) => field === name)
  for (const { ordre, libelle, theme, annexes = [] } of projects) {
    if (ordre === undefined) return 'projets[]["ordre"] is required'
    if (libelle === undefined) return 'projets[]["libelle"] is required'
    if (theme === undefined) return 'projets[]["theme"] is required'
    if (!has(`projet_${ordre}_rapport`)) return `file projet_${ordre}_rapport is required`
    const lost = annexes.find(annexe => !has(`projet_${ordre}_${annexe.ordre ?? ''}_annexe`))
    if (lost) return `file projet_${ordre}_${lost.ordre ?? ''}_annexe is required`
  }
  return undefined
}

const nameOf = ({ files }: SimRequest, part: string) =>
  fileOf(files.find(({ field }) => field === part)?.filename ?? '')

/** One transaction: everything is checked before anything is kept. */
const create = async (request: SimRequest, sittings: SimSitting[]): Promise<SimResponse> => {
  if (!isOurs(request)) return failed('Authentication error')
  let raw: RawSitting
  try {
    raw = JSON.parse(request.field('jsonData') ?? '') as RawSitting
    if (typeof raw.acteurs_convoques === 'string') JSON.parse(raw.acteurs_convoques)
  } catch {
    return failed('acteurs_convoques must be json format')
  }
  const { date_seance: date, type_seance: name, place = '', projets = [] } = raw
  if (date === undefined) return failed('date_seance is required')
  if (name === undefined) return failed('type_seance is required')
  if (!request.files.some(({ field }) => field === 'convocation')) return failed('convocation file is required')
  const instant = instantOf(date.replace(' ', 'T').slice(0, 16))
  if (sittings.some(each => each.type.name === name && each.date.getTime() === instant.getTime()))
    return failed('sitting same type same datetime already exists')
  const fault = projectFault(projets, request)
  if (fault !== undefined) return failed(fault)
  const readable = await Promise.all(
    request.files.filter(({ field }) => !field.endsWith('_annexe')).map(file => isPdf(file)),
  )
  if (readable.includes(false)) return failed("Au moins un projet n'est pas un pdf")
  let type = TOWN.types.find(each => each.name === name)
  // Unknown types are created, in this server only.
  type ??= { id: `type-${name}`, name }
  const sitting = newSitting({
    type,
    date: instant,
    place,
    isRemoteAllowed: false,
    convocationFile: nameOf(request, 'convocation'),
    invitationFile: undefined,
    projects: projets.map(({ libelle = '', ordre = 0, annexes = [] }) => ({
      name: libelle,
      rank: ordre,
      file: nameOf(request, `projet_${ordre}_rapport`),
      annexes: annexes.map(annexe => ({
        rank: annexe.ordre ?? 0,
        file: nameOf(request, `projet_${ordre}_${annexe.ordre ?? 0}_annexe`),
      })),
    })),
  })
  sittings.push(sitting)
  return {
    json: { success: true, code: 'Seance.add.ok', message: 'La séance a bien été ajoutée.', uuid: sitting.id },
  }
}

/** The former API, or nothing when the address is not one of its own. */
export const answerLegacy = async (request: SimRequest, sittings: SimSitting[]): Promise<SimResponse | undefined> => {
  const path = request.path.replace(/^\/+/u, '/')
  if (path === '/api300/ping') return { json: 'ping' }
  if (path === '/api300/version') return { json: '4.3.0' }
  if (path === '/api300/check')
    return isOurs(request) ? { json: 'success' } : { status: 403, json: { message: 'Authentication error' } }
  return path === '/seances.json' && request.method === 'POST' ? create(request, sittings) : undefined
}
