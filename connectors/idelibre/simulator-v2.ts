import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
import type { SimRequest, SimResponse } from '#core/testing'
import type { Item } from './client.ts'
import { instantOf } from './dates.ts'
import { fileOf, isPdf, isSent, newSitting, TOWN, type SimSitting } from './simulator-sittings.ts'

const problem = (status: number, message: string): SimResponse => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ message }),
})
const ok = (json: unknown, status = 200): SimResponse => ({ status, json })

export interface V2Options {
  /** Whether the PHP server reads the parts of a PUT: the ordinary one does not. */
  readonly readsPut: boolean
  /** The zone in which the server reads and writes its dates. */
  readonly zone: 'UTC' | 'Europe/Paris'
}

/** `2026-03-12T18:00:00+01:00`, as Symfony writes it. */
const dateOf = (date: Date, zone: V2Options['zone']): string => {
  if (zone === 'UTC') return `${date.toISOString().slice(0, 19)}+00:00`
  const hours = [1, 2].find(offset => {
    const local = new Date(date.getTime() + offset * 3_600_000).toISOString().slice(0, 16)
    return instantOf(local).getTime() === date.getTime()
  })
  return `${new Date(date.getTime() + (hours ?? 1) * 3_600_000).toISOString().slice(0, 19)}+0${hours ?? 1}:00`
}

const dateIn = (written: string, zone: V2Options['zone']): Date =>
  zone === 'UTC' ? new Date(`${written.replace(' ', 'T')}Z`) : instantOf(written.replace(' ', 'T').slice(0, 16))

const summary = (sitting: SimSitting, { zone }: V2Options) => ({
  id: sitting.id,
  name: sitting.type.name,
  date: dateOf(sitting.date, zone),
  isArchived: false,
  isRemoteAllowed: sitting.isRemoteAllowed,
  isMandatorAllowed: true,
  updatedAt: null,
})

const detail = (sitting: SimSitting, options: V2Options) => ({
  ...summary(sitting, options),
  revision: 0,
  place: sitting.place,
  createdAt: sitting.date.toISOString(),
  type: sitting.type,
  convocationFile: sitting.convocationFile,
  invitationFile: sitting.invitationFile ?? null,
  reminder: null,
  comelusId: null,
})

interface Described {
  readonly name?: string
  readonly fileName?: string
  readonly themeId?: string | null
  readonly reporterId?: string | null
  readonly rank?: number
  readonly title?: string
  readonly linkedFileKey?: string
  readonly annexes?: readonly Described[]
}

const itemOf = (described: Described): Item => ({
  id: randomUUID(),
  name: described.name ?? described.title ?? '',
  rank: described.rank ?? 0,
  file: fileOf(described.fileName ?? ''),
  annexes: (described.annexes ?? []).map(itemOf),
})

/** Puts an agenda, once and for all (`idelibre.md` §2). */
const setAgenda = async (
  sitting: SimSitting,
  kind: 'projects' | 'otherdocs',
  request: SimRequest,
): Promise<SimResponse> => {
  if (sitting[kind].length > 0)
    return problem(400, kind === 'projects' ? 'Sitting already contain projects' : 'Sitting already contain otherdocs')
  if (isSent(sitting)) return problem(400, 'Sitting is already sent')
  const described = ((): readonly Described[] | undefined => {
    try {
      const read: unknown = JSON.parse(request.field(kind) ?? '')
      return Array.isArray(read) ? (read as Described[]) : undefined
    } catch {
      return undefined
    }
  })()
  if (!described) return problem(400, 'malformed json')
  const all = described.flatMap(each => [each, ...(each.annexes ?? [])])
  const files = all.map(({ linkedFileKey }) => request.files.find(({ field }) => field === linkedFileKey))
  if (files.some(file => !file)) return problem(400, 'Linked file is missing')
  const readable = await Promise.all(files.filter(file => file !== undefined).map(file => isPdf(file)))
  if (readable.includes(false)) return problem(400, "Au moins un projet n'est pas un pdf")
  const longest = kind === 'projects' ? 255 : 500
  if (described.some(({ name = '' }) => name === '' || name.length > longest))
    return problem(400, `Le nom ne doit pas excéder ${longest} caractères`)
  sitting[kind] = described.map(itemOf)
  return ok(sitting[kind], 201)
}

const removeProject = (sitting: SimSitting, project: string): SimResponse => {
  if (isSent(sitting)) return problem(400, 'Sitting is already sent')
  if (!sitting.projects.some(({ id }) => id === project))
    return problem(404, 'App\\\\Entity\\\\Project object not found')
  sitting.projects = sitting.projects.filter(({ id }) => id !== project).map((each, rank) => ({ ...each, rank }))
  return { status: 204 }
}

const tokens = async (sitting: SimSitting): Promise<SimResponse> => {
  const zip = new ZipFile()
  const bytes = buffer(zip.outputStream)
  for (const { id, user, sentTimestamp, receivedTimestamp } of sitting.called)
    for (const [name, stamp] of [
      ['envoi', sentTimestamp],
      ['lecture', receivedTimestamp],
    ] as const)
      if (stamp) zip.addBuffer(Buffer.from(JSON.stringify({ id, user, stamp })), `${user?.lastName ?? id}_${name}.json`)
  zip.end()
  return { headers: { 'content-type': 'application/zip' }, body: await bytes }
}

const create = async (request: SimRequest, sittings: SimSitting[], options: V2Options): Promise<SimResponse> => {
  const convocation = request.files.find(({ field }) => field === 'convocationFile')
  const invitation = request.files.find(({ field }) => field === 'invitationFile')
  if (!convocation) return problem(400, 'File with key convocationFile is required')
  const type = TOWN.types.find(({ id }) => id === request.field('type'))
  if (!type) return problem(400, "You can't use type")
  if (!(await isPdf(convocation)) || (invitation && !(await isPdf(invitation))))
    return problem(400, "Le fichier n'est pas un pdf")
  const place = request.field('place') ?? ''
  if (place.length > 255) return problem(400, 'place: This value is too long')
  const sitting = newSitting({
    type,
    date: dateIn(request.field('date') ?? '', options.zone),
    place,
    isRemoteAllowed: request.field('isRemoteAllowed') === '1',
    convocationFile: fileOf(convocation.filename),
    invitationFile: invitation && fileOf(invitation.filename),
  })
  sittings.push(sitting)
  return ok(detail(sitting, options))
}

const update = (request: SimRequest, sitting: SimSitting, options: V2Options): SimResponse => {
  const [convocation, invitation] = ['convocationFile', 'invitationFile'].map(key =>
    request.files.find(({ field }) => field === key),
  )
  if (options.readsPut) {
    sitting.date = dateIn(request.field('date') ?? '', options.zone)
    sitting.place = request.field('place') ?? sitting.place
    sitting.isRemoteAllowed = request.field('isRemoteAllowed') === '1'
    if (convocation) sitting.convocationFile = fileOf(convocation.filename)
    if (invitation) sitting.invitationFile = fileOf(invitation.filename)
  }
  return ok(detail(sitting, options))
}

/** `/api/v2/structures/{s}/…`, for a token that was accepted. */
export const answerV2 = async (
  request: SimRequest,
  sittings: SimSitting[],
  options: V2Options,
): Promise<SimResponse> => {
  const { method, path } = request
  if (path === '/api/v2/ping') return ok({ message: 'success' })
  if (path === '/api/v2/me')
    return ok({ name: 'passeur', structure: TOWN.structure, role: ['ROLE_API_STRUCTURE_ADMIN'] })
  const [structure, what, id, part, item] = path.replace('/api/v2/structures/', '').split('/').map(decodeURIComponent)
  if (structure !== TOWN.structure.id) return problem(403, 'Access Denied.')
  if (what === 'types' && method === 'GET') return ok(TOWN.types)
  if (what === 'themes' && method === 'GET') return ok(TOWN.themes)
  if (what === 'users' && method === 'GET') return ok(TOWN.users)
  if (what !== 'sittings') return problem(404, 'No route found')
  if (id === undefined)
    return method === 'POST' ? create(request, sittings, options) : ok(sittings.map(each => summary(each, options)))
  const sitting = sittings.find(each => each.id === id)
  if (!sitting) return problem(404, 'App\\Entity\\Sitting object not found')
  if (part === undefined) return method === 'PUT' ? update(request, sitting, options) : ok(detail(sitting, options))
  if (part === 'convocations') return ok(sitting.called)
  if (part === 'token') return tokens(sitting)
  if (part !== 'projects' && part !== 'otherdocs') return problem(404, 'No route found')
  if (item !== undefined)
    return part === 'projects' && method === 'DELETE' ? removeProject(sitting, item) : problem(404, 'No route found')
  return method === 'POST' ? setAgenda(sitting, part, request) : ok(sitting[part])
}
