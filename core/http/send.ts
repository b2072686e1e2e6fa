import { setInterval } from 'node:timers'
import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import type { Log } from '../authoring/context.ts'
import { isAnswer, kindOf, type EventsAnswer, type HeadedAnswer, type StreamAnswer } from './route.ts'

/** Often enough for the proxies that cut silent connections after 30 s. */
const PING_EVERY = 20_000
/** A client that stops reading is disconnected rather than remembered: it will come back and read again. */
const LARGEST_BACKLOG = 256 * 1024

export interface Sender {
  /** Turns a value into what leaves (presenter discipline). */
  present(value: unknown): unknown
  readonly status: number
  readonly log: Log
  readonly stopping: AbortSignal
  readonly pingEvery?: number
}

/** Writes what a handler returned. */
export const send = (ctx: Context, returned: unknown, sender: Sender): void => {
  if (!isAnswer(returned)) return sendValue(ctx, returned, sender.status, sender)
  switch (kindOf(returned)) {
    case 'headed': {
      const { body, headers, status } = returned as HeadedAnswer<unknown>
      ctx.set(headers)
      return sendValue(ctx, body, status ?? sender.status, sender)
    }
    case 'stream':
      return sendStream(ctx, returned as StreamAnswer, sender.status)
    case 'events':
      return sendEvents(ctx, returned as EventsAnswer, sender)
  }
}

const sendValue = (ctx: Context, value: unknown, status: number, { present }: Sender): void => {
  ctx.status = status
  if (value === undefined) {
    ctx.body = null
    ctx.status = 204
    return
  }
  ctx.type = 'application/json'
  ctx.body = JSON.stringify(present(value))
}

const sendStream = (ctx: Context, { open, status, headers }: StreamAnswer, usual: number): void => {
  ctx.status = status ?? usual
  ctx.set(headers)
  if (ctx.method === 'HEAD' || ctx.status === 304) {
    ctx.body = null
    ctx.status = status ?? usual
    ctx.set(headers)
    return
  }
  ctx.compress = false // a range is a range of the file, not of its compressed form
  ctx.body = open()
  ctx.set(headers) // Koa guesses a type and forgets the length when a stream is given
}

const sendEvents = (
  ctx: Context,
  { subscribe, stillAllowed }: EventsAnswer,
  { log, stopping, pingEvery = PING_EVERY }: Sender,
): void => {
  const body = new PassThrough()
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', Connection: 'keep-alive' })
  ctx.compress = false
  ctx.body = body
  ctx.req.socket.setNoDelay(true)
  body.write('retry: 3000\n\n')

  const unsubscribe = subscribe({
    send({ event, data, id }) {
      if (body.writableLength > LARGEST_BACKLOG) body.destroy()
      else body.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
  })
  const ping = setInterval(() => {
    body.write(': ping\n\n')
    stillAllowed().then(
      allowed => {
        if (!allowed) body.end()
      },
      (error: unknown) => {
        log.warn(
          { error: String(error) },
          "Le droit de suivre les événements n'a pas pu être vérifié ; la connexion est fermée.",
        )
        body.end()
      },
    )
  }, pingEvery)
  const end = () => body.end()
  stopping.addEventListener('abort', end)
  body.once('close', () => {
    stopping.removeEventListener('abort', end)
    clearInterval(ping)
    unsubscribe()
  })
}
