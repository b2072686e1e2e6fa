import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

export interface XsdFault {
  /** In the words of libxml2. */
  readonly message: string
  readonly line?: number | undefined
}

export interface XsdRequest {
  readonly id: number
  readonly folder: string
  readonly schema: string
  readonly document: Uint8Array
}

export interface XsdAnswer {
  readonly id: number
  readonly faults: readonly XsdFault[]
  /** The schema itself could not be read. */
  readonly schemaError?: string
}

/** A validation that takes longer is a hostile document or schema. */
const TIME_LIMIT = 60_000

interface Waiting {
  readonly resolve: (answer: XsdAnswer) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | undefined
let nextId = 0
const waiting = new Map<number, Waiting>()

/** Compiled, the thread is a file like any other. From the sources, it must first be taught TypeScript, which threads do not inherit. */
const thread = (): Worker => {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./xsd-worker.js', import.meta.url))
  // The ES module of `tsx/esm/api`, next to the one that `require` resolves: the other one does not find its own files.
  const tsx = new URL('./index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api'))).href
  const source = new URL('./xsd-worker.ts', import.meta.url).href
  return new Worker(`import('${tsx}').then(({ register }) => { register(); return import('${source}') })`, {
    eval: true,
  })
}

const start = (): Worker => {
  const started = thread()
  started.on('message', (answer: XsdAnswer) => {
    waiting.get(answer.id)?.resolve(answer)
    waiting.delete(answer.id)
    if (waiting.size === 0) started.unref()
  })
  started.on('error', error => stop(started, error instanceof Error ? error : new Error(String(error))))
  return started
}

const stop = (stopped: Worker, error: Error): void => {
  if (worker === stopped) worker = undefined
  for (const { reject } of waiting.values()) reject(error)
  waiting.clear()
  void stopped.terminate()
}

/**
 * Validates a document against a schema, in a thread of its own: neither the time nor the memory of a big schema weighs on the hub. Nothing is
 * fetched: schemas and what they import are in `folder` (those of the W3C in `folder/w3c`, under the path of their address).
 * @param schema path relative to `folder`
 * @returns every fault; none when the document is valid
 * @throws Error when the schema cannot be read, or when the validation lasts more than a minute
 */
export const validateXsd = async (
  folder: string,
  schema: string,
  document: Uint8Array,
): Promise<readonly XsdFault[]> => {
  const current = (worker ??= start())
  const id = nextId++
  current.ref()
  const limit = setTimeout(
    () => stop(current, new Error(`The validation against ${schema} lasted more than a minute.`)),
    TIME_LIMIT,
  )
  try {
    const answer = await new Promise<XsdAnswer>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      current.postMessage({ id, folder, schema, document } satisfies XsdRequest)
    })
    if (answer.schemaError !== undefined) throw new Error(`The schema ${schema} cannot be used: ${answer.schemaError}`)
    return answer.faults
  } finally {
    clearTimeout(limit)
  }
}
