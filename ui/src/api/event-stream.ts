import { toApiError } from './errors.ts'
import { signedOut } from './http.ts'

/** One message of a server-sent event stream. */
export interface ServerEvent {
  readonly event: string
  readonly data: string
}

export interface EventStreamOptions {
  readonly onEvent: (event: ServerEvent) => void
  /** Called each time the stream opens: `again` when something may have been missed since the last time. */
  readonly onOpen?: (opening: { readonly again: boolean }) => void
  /** Called each time the stream breaks, with the reason. */
  readonly onDown?: (reason: string) => void
  /** First pause before reconnecting, doubled up to 30 s, in milliseconds. */
  readonly pause?: number
  /** Milliseconds without a byte before the connection is held dead; the server pings every 20 s. */
  readonly silence?: number
}

const LONGEST_PAUSE = 30_000

/**
 * Follows a stream of server-sent events for as long as it is not stopped, reconnecting with growing pauses.
 * Not `EventSource`: that one gives up for ever after a 502 and does not see that a silent connection is dead.
 * @returns what stops it
 */
export const followEvents = (address: string, options: EventStreamOptions): (() => void) => {
  const { onEvent, onOpen, onDown, pause = 1_000, silence = 50_000 } = options
  const stopped = new AbortController()
  let lastId = ''
  let opened = 0

  const once = async (): Promise<void> => {
    const attempt = new AbortController()
    const stop = () => attempt.abort()
    stopped.signal.addEventListener('abort', stop, { once: true })
    let watchdog = setTimeout(stop, silence)
    try {
      const response = await fetch(address, {
        credentials: 'same-origin',
        headers: { accept: 'text/event-stream', ...(lastId ? { 'last-event-id': lastId } : {}) },
        signal: attempt.signal,
      })
      if (!response.ok || !response.body) throw signedOut(toApiError(response.status, await response.text()))
      opened += 1
      onOpen?.({ again: opened > 1 })
      const parse = eventParser(event => {
        if (event.id) lastId = event.id
        onEvent(event)
      })
      const decoder = new TextDecoder()
      const reader = response.body.getReader()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(watchdog)
        watchdog = setTimeout(stop, silence)
        parse(decoder.decode(value, { stream: true }))
      }
    } finally {
      clearTimeout(watchdog)
      stopped.signal.removeEventListener('abort', stop)
      attempt.abort()
    }
  }

  const forever = async () => {
    let wait = pause
    while (!stopped.signal.aborted) {
      const before = opened
      // Whatever ended it (restart of the server, network, sleep of the computer), the answer is the same: come back.
      const reason = await once().then(
        () => 'fin du flux',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      if (stopped.signal.aborted) return
      onDown?.(reason)
      wait = opened > before ? pause : Math.min(wait * 2, LONGEST_PAUSE)
      await sleep(wait, stopped.signal)
    }
  }
  void forever()
  return () => stopped.abort()
}

/** Cuts the text of a stream into events, whatever the places where the network cut it. */
export const eventParser = (emit: (event: ServerEvent & { readonly id: string }) => void) => {
  let rest = ''
  let event = ''
  let id = ''
  let data: string[] = []
  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) emit({ event: event || 'message', data: data.join('\n'), id })
      event = ''
      data = []
      return
    }
    if (text.startsWith(':')) return
    const colon = text.indexOf(':')
    const name = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /u, '')
    if (name === 'event') event = value
    if (name === 'data') data.push(value)
    if (name === 'id') id = value
  }
  return (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/u)
    rest = lines.pop() ?? ''
    lines.forEach(line)
  }
}

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
