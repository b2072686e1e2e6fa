import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { CsvCell } from './environment.ts'

/** What is asked of a content, or of a pattern. */
export type ReaderQuery =
  | { readonly is: 'xpath' | 'jsonpath'; readonly expression: string }
  | { readonly is: 'csv'; readonly cell: CsvCell }
  | { readonly is: 'matches'; readonly text: string; readonly pattern: string; readonly flags: string }

export interface ReaderRequest {
  readonly file: { readonly sha256: string; readonly content: Uint8Array } | undefined
  readonly query: ReaderQuery
}

export interface ReaderAnswer {
  /** JSON values. */
  readonly values: readonly unknown[]
  /** Why there is none, in French. */
  readonly fault?: string
}

/** A query that takes longer is a hostile file or pattern. */
const TIME_LIMIT = 10_000
const HEAP_LIMIT_MB = 256

const NOTHING: readonly unknown[] = []

/** Compiled, the thread is a file like any other. From the sources, it must first be taught TypeScript, which threads do not inherit. */
const start = (): Worker => {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_LIMIT_MB }
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./reader-worker.js', import.meta.url), { resourceLimits })
  // The ES module of `tsx/esm/api`, next to the one that `require` resolves: the other one does not find its own files.
  const tsx = new URL('./index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api'))).href
  const source = new URL('./reader-worker.ts', import.meta.url).href
  return new Worker(`import('${tsx}').then(({ register }) => { register(); return import('${source}') })`, {
    eval: true,
    resourceLimits,
  })
}

let worker: Worker | undefined

/** The thread in service, or a new one. One that dies at rest is only forgotten. */
const inService = (): Worker => {
  if (worker) return worker
  const started = start()
  started.on('error', () => {
    if (worker === started) worker = undefined
  })
  worker = started
  return started
}

/** Queries go one at a time, so that a hostile one, ended by force, takes no other with it. */
let previous: Promise<unknown> = Promise.resolve()

const answerOf = (thread: Worker, request: ReaderRequest): Promise<ReaderAnswer> =>
  new Promise(resolve => {
    const settle = (answer: ReaderAnswer) => {
      clearTimeout(limit)
      thread.off('message', settle).off('error', failed)
      thread.unref()
      resolve(answer)
    }
    const abandon = (fault: string) => {
      if (worker === thread) worker = undefined
      void thread.terminate()
      settle({ values: NOTHING, fault })
    }
    const failed = () => abandon('la lecture demande trop de mémoire ou a échoué')
    const limit = setTimeout(() => abandon('la lecture a été interrompue : elle dure plus de dix secondes'), TIME_LIMIT)
    thread.ref()
    thread.on('message', settle).on('error', failed)
    thread.postMessage(request)
  })

/**
 * Runs a query in a thread of its own: neither a slow XPath, nor a pattern that backtracks, nor a swollen document stops the hub.
 * Never rejects: what went wrong is in `fault`.
 */
export const ask = (file: ReaderRequest['file'], query: ReaderQuery): Promise<ReaderAnswer> => {
  const asked = previous.then(() => answerOf(inService(), { file, query }))
  previous = asked
  return asked
}
