import { Readable } from 'node:stream'
import type { Mount, MountAnswer, MountRequest, Services } from '#core'
import type { Call, Reply, Verb } from './call.ts'
import { isPastellPath, readAddress, type Address } from './http/address.ts'
import { callerOf } from './http/authenticate.ts'
import { asPastellError, badMethod, badRequest, notFound, PastellError } from './http/errors.ts'
import { asTexts, phpJson, type Json } from './http/json.ts'
import { parseForm } from './http/php-values.ts'
import { readParameters } from './http/parameters.ts'
import { resourceNamed } from './resources.ts'
import { scriptNamed } from './v1.ts'
import { allo } from './resources/version.ts'

const VERBS: ReadonlySet<string> = new Set<Verb>(['GET', 'POST', 'PATCH', 'DELETE'])
const isVerb = (method: string): method is Verb => VERBS.has(method)

/** What PHP says on every answer: some clients look for a cache directive, none for the cookie. */
const NOT_KEPT = {
  Expires: 'Thu, 19 Nov 1981 08:52:00 GMT',
  'Cache-Control': 'no-store, no-cache, must-revalidate',
  Pragma: 'no-cache',
}
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', ...NOT_KEPT }
/** And on a file (§8.8). */
const OF_A_FILE = { Expires: '0', 'Cache-Control': 'must-revalidate, post-check=0,pre-check=0', Pragma: 'public' }

const answerOf = (body: Json, status: number, layout: 'pretty' | 'compact'): MountAnswer => ({
  status,
  headers: HEADERS,
  body: phpJson(body, layout),
})

const errorAnswer = ({ status, message, headers }: PastellError): MountAnswer => ({
  status,
  headers: { ...HEADERS, ...headers },
  body: phpJson({ status: 'error', 'error-message': message }),
})

/** Raw UTF-8 in the name, as Pastell writes it; a quote or a line break would end the header. */
const attachment = (name: string): string =>
  `attachment; filename="${Buffer.from(name.replaceAll(/["\r\n]/gu, '_'), 'utf8').toString('latin1')}"`

const written = (reply: Reply, { verb, services, version }: Call): MountAnswer => {
  switch (reply.is) {
    case 'nothing':
      return { status: 204, headers: NOT_KEPT }
    case 'json':
      if (version === 1) return answerOf(asTexts(reply.body), 200, 'compact')
      return answerOf(reply.body, reply.status ?? (verb === 'POST' ? 201 : 200), 'pretty')
    case 'file':
      return {
        status: 200,
        headers: {
          'Content-Type': reply.file.type,
          'Content-Disposition': attachment(reply.name),
          'Content-Security-Policy': "sandbox; default-src 'none'",
          ...OF_A_FILE,
        },
        body: () => services.files.open(reply.file),
      }
    case 'stream':
      return {
        status: 200,
        // What Pastell names itself has no quotes.
        headers: {
          ...NOT_KEPT,
          'Content-Type': reply.type,
          'Content-Disposition': `attachment; filename=${reply.name}`,
        },
        body: reply.open,
      }
    case 'bytes':
      return {
        status: 200,
        headers: { 'Content-Type': reply.type, 'Content-Disposition': attachment(reply.name), ...OF_A_FILE },
        body: typeof reply.body === 'string' ? reply.body : () => Readable.from([reply.body], { objectMode: false }),
      }
  }
}

const target = ({ target: full }: MountRequest) => {
  const [path = '/', query = ''] = full.split(/\?(.*)/su)
  const asked = parseForm(Buffer.from(query, 'latin1')).get('api_function')
  return { path, address: readAddress(path, typeof asked === 'string' ? asked : undefined) }
}

/** Method, function, script, version, proof, resource, method of the resource, rights: Pastell's own order (§1). */
const handlerOf = (address: Address, method: string): { readonly verb: Verb; run(call: Call): Promise<Reply> } => {
  if (!isVerb(method)) throw new PastellError(405, "Cette méthode n'est pas utilisable sur l'API Pastell")
  if (address.is === 'allo') return { verb: 'GET', run: allo }
  if (address.is === 'v1') {
    const script = scriptNamed(address.script)
    if (!script) throw notFound(`Impossible de trouver le script ${address.script}.php`)
    return script
  }
  if (address.is === 'nowhere')
    throw badRequest(
      address.why === 'sansFonction'
        ? "Il faut spécifier une fonction de l'api"
        : "Version de l'API incorrecte ou version absente",
    )
  return {
    verb: method,
    run: call => {
      const { resource, rest } = resourceNamed(address.segments)
      const handle = resource[call.verb]
      if (!handle) throw badMethod(method)
      return handle({ ...call, rest })
    },
  }
}

const handle = async (request: MountRequest, services: Services): Promise<MountAnswer> => {
  const { path, address } = target(request)
  if (path === '/api') return { status: 301, headers: { Location: '/api/' } }
  const version = address.is === 'v1' ? 1 : 2
  try {
    const { verb, run } = handlerOf(address, request.method)
    const caller = await callerOf(request, services)
    const door = { files: services.files, maxBytes: services.settings.uploadLimit }
    const call: Call = {
      verb,
      rest: [],
      given: await readParameters(request, door, version),
      caller,
      request,
      services,
      version,
    }
    return written(await run(call), call)
  } catch (error) {
    const known = asPastellError(error)
    if (!known) services.log.error({ error: String(error), target: path }, 'pastell api: unforeseen error')
    const shown =
      known ?? new PastellError(500, 'Une erreur imprévue est survenue : réessayez, ou prévenez votre administrateur.')
    // The first version answered 200 to every business error, and kept the codes that say who may what.
    return errorAnswer(version === 1 && shown.status === 400 ? new PastellError(200, shown.message) : shown)
  }
}

/** Pastell's REST API, second version and scripts of the first, below `/api`. */
export const pastellApi: Mount = { owns: ({ path }) => isPastellPath(path), handle }
