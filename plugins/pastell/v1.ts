import type { Call, Reply, Resource, Verb } from './call.ts'
import { version } from './resources/version.ts'

interface Script {
  readonly verb: Verb
  run(call: Call): Promise<Reply>
}

/** A script of the first version is a call of the second whose path comes from the parameters (pastell-api.md §11). */
const script = (resource: Resource, verb: Verb, path: readonly string[] = []): Script => ({
  verb,
  run(call) {
    const handle = resource[verb]
    if (!handle) throw new Error(`no ${verb} on this resource`)
    const rest = path.map(part => (part.startsWith(':') ? call.given.text(part.slice(1)) : part))
    return handle({ ...call, verb, rest: rest.map(each => (each === '0' || each === '' ? undefined : each)) })
  },
})

const SCRIPTS: Readonly<Record<string, Script>> = { version: script(version, 'GET') }

export const scriptNamed = (name: string): Script | undefined =>
  Object.hasOwn(SCRIPTS, name) ? SCRIPTS[name] : undefined
