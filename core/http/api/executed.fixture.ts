import type { Route } from '../route.ts'
import { IN_EXAMPLES, MAKERS, SITUATIONS, type Situation, type World } from './situations.fixture.ts'

export interface Executed {
  readonly status: number
  readonly type: string
  /** JSON, the beginning of a text, or nothing for what only a program reads. */
  readonly body: unknown
}

const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`

/** Every parameter of the path, made in the order in which the path names them: a file needs its document. */
const parametersOf = async (route: Route, situation: Situation, world: World): Promise<Record<string, string>> => {
  const made: Record<string, string> = { ...(await situation.params?.(world)) }
  for (const [, name = ''] of route.path.matchAll(/:(\w+)/gu)) {
    const make = MAKERS[name]
    if (!make) throw new Error(`situations.fixture.ts does not say how to make a « ${name} » for ${nameOf(route)}`)
    made[name] ??= await make(world, made, route.path)
  }
  return made
}

const bodyOf = (route: Route, { content, file }: Situation, name: string | undefined): RequestInit => {
  if (file) {
    const form = new FormData()
    for (const [key, value] of Object.entries(route.example ?? {})) form.set(key, String(value))
    form.append('fichier', new Blob([file.content]), file.name)
    return { body: form }
  }
  if (content !== undefined) return { body: content, headers: { 'content-type': route.upload ?? '' } }
  if (route.example === undefined) return {}
  const text = JSON.stringify(route.example)
  return {
    body: name === undefined ? text : text.replaceAll(IN_EXAMPLES, name),
    headers: { 'content-type': 'application/json' },
  }
}

/** A stream that never ends is left after its first words. */
const beginningOf = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (reader && text.length < 40) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader?.cancel()
  return text
}

const LONGEST = 400
const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

const contentOf = async (response: Response, type: string): Promise<unknown> => {
  if (type.includes('json')) return response.json()
  if (type === 'text/event-stream') return beginningOf(response)
  const text = await response.text()
  return type.startsWith('text/') || type.endsWith('xml') ? shortened(text) : undefined
}

/** Asks for an address as its description says to. */
export const execute = async (route: Route, world: World): Promise<Executed> => {
  const situation = SITUATIONS[nameOf(route)] ?? {}
  const params = await parametersOf(route, situation, world)
  const name = await situation.names?.(world)
  await situation.before?.(world, params)
  const address = route.path.replaceAll(/:(\w+)/gu, (_, each: string) => encodeURIComponent(params[each] ?? ''))
  const { body, headers } = bodyOf(route, situation, name)
  const response = await world.admin.raw(`${address}${situation.query ?? ''}`, {
    method: route.method,
    headers: { ...(headers as Record<string, string> | undefined), ...situation.headers },
    ...(body === undefined ? {} : { body }),
  })
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
  return { status: response.status, type, body: await contentOf(response, type) }
}
