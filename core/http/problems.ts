import type { Context, Next } from 'koa'
import type { Log } from '../authoring/context.ts'
import { errors, Problem } from '../errors.ts'
import { FileMissingError, FileTooLargeError } from '../files/errors.ts'

/** Errors that are born below the catalogue, with the place they take in it. */
const known = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error
  if (error instanceof FileTooLargeError) return errors.fileTooLarge({ detail: error.message, cause: error })
  if (error instanceof FileMissingError) return errors.unavailable({ detail: error.message, cause: error })
  return undefined
}

/** `application/problem+json` (RFC 9457), with our code and the fields at fault. */
export const problemBody = (problem: Problem) => ({
  status: problem.status,
  code: problem.code,
  title: problem.message,
  ...(problem.detail === undefined ? {} : { detail: problem.detail }),
  ...(problem.fields === undefined ? {} : { fields: problem.fields }),
})

const unexpected = (error: unknown, ctx: Context, log: Log): Problem => {
  const id = ctx.state['requestId'] as string
  if (ctx.req.destroyed && !ctx.req.complete) {
    log.info({ requestId: id, path: ctx.path }, 'Demande interrompue par le client.')
    return errors.internal({ cause: error })
  }
  log.error({ requestId: id, err: error, path: ctx.path, method: ctx.method }, 'Erreur imprévue pendant une demande.')
  return errors.internal({ detail: `Identifiant : ${id}.`, cause: error })
}

/** Every error ends here: known ones with their sentence, others as `erreur_interne` with an identifier and nothing else. */
export const problemsAsJson =
  (log: Log) =>
  async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next()
    } catch (error) {
      const problem = known(error) ?? unexpected(error, ctx, log)
      ctx.status = problem.status
      if (problem.retryAfter !== undefined) ctx.set('Retry-After', String(problem.retryAfter))
      if (problem.headers) ctx.set({ ...problem.headers })
      // Not « Basic »: the browser would open its own window over our page.
      if (problem.status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="Passeur"')
      ctx.set('Cache-Control', 'no-store')
      ctx.body = JSON.stringify(problemBody(problem))
      ctx.type = 'application/problem+json'
    }
  }
