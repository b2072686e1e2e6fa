/**
 * A simulator speaks the real protocol of a remote over a real socket. It serves the tests, the demonstration and an
 * integrator's first afternoon, so it refuses what the real one refuses, in its words.
 */
export interface Simulator {
  /** Address to write in the connector's settings. */
  readonly url: string
  /** The settings of an instance that talks to this simulator, by field of the connector. */
  readonly config: Readonly<Record<string, unknown>>
  readonly faults: Faults
  /** Number of objects the remote holds, by kind: what « sent once » is measured with. */
  count(kind: string): number
  close(): Promise<void>
}

/** What can go wrong with the next requests. */
export type Fault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  /** The request is read, nothing is done, the connection is cut. */
  | { readonly kind: 'cutBefore' }
  /** The request is *accepted and carried out*, then the connection is cut without an answer. */
  | { readonly kind: 'cutAfter' }
  /** 200 with something that is not the protocol (an HTML page). */
  | { readonly kind: 'garbage' }
  /** Too many requests: nothing is done, `Retry-After` says to come back in so many seconds. */
  | { readonly kind: 'throttle'; readonly seconds: number }
  /** The request is *carried out twice*, as when a proxy on the way repeats it; the second answer is given. */
  | { readonly kind: 'duplicate' }
  /** Carried out, and the answer comes in ISO-8859-1 whatever its header says. */
  | { readonly kind: 'wrongEncoding' }

export interface PlannedFault {
  readonly fault: Fault
  /** Only requests whose `METHOD /path` matches; all when left out. */
  readonly on?: RegExp
  /** How many requests suffer it; `Infinity` until `clear()`. */
  readonly times: number
}

/** The faults waiting for their request. */
export class Faults {
  #planned: { fault: Fault; on: RegExp | undefined; left: number }[] = []
  #certificate: (which: 'valid' | 'expired') => void = () => undefined
  #watched: { on: RegExp; then: () => void }[] = []

  plan(fault: Fault, { on, times = 1 }: { readonly on?: RegExp; readonly times?: number } = {}): void {
    this.#planned.push({ fault, on, left: times })
  }

  /** From now on the server shows an expired certificate to those who connect, until `clear()`. Without TLS, nothing changes. */
  expireCertificate(): void {
    this.#certificate('expired')
  }

  /** For the server: which certificate to show from now on. */
  onCertificate(show: (which: 'valid' | 'expired') => void): void {
    this.#certificate = show
  }

  /** From now on every connection is cut before anything is read, until `clear()`. */
  goDown(): void {
    this.plan({ kind: 'cutBefore' }, { times: Infinity })
  }

  clear(): void {
    this.#planned = []
    this.#certificate('valid')
  }

  /** Calls `then` once, when such a request has been received and before it is carried out: a good moment to kill the caller. */
  once(on: RegExp, then: () => void): void {
    this.#watched.push({ on, then })
  }

  /** Takes the fault meant for this request, if there is one. */
  next(request: string): Fault | undefined {
    const watcher = this.#watched.find(each => each.on.test(request))
    if (watcher) {
      this.#watched = this.#watched.filter(each => each !== watcher)
      watcher.then()
    }
    const found = this.#planned.find(each => each.left > 0 && (!each.on || each.on.test(request)))
    if (found) found.left -= 1
    return found?.fault
  }
}

/**
 * Lets a remote progress by itself: one `step` every `progress` milliseconds, never while the one before is under way, never at all
 * when `progress` is left out.
 * @returns what ends it
 */
export const stepEvery = (progress: number | undefined, step: () => void | Promise<void>): (() => void) => {
  if (progress === undefined) return () => undefined
  let busy = false
  const unlessBusy = async (): Promise<void> => {
    if (busy) return
    busy = true
    try {
      await step()
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void unlessBusy(), progress).unref()
  return () => clearInterval(timer)
}
