import type { Problem } from './api.ts'

/** A code of the catalogue; of a proxy that answered in its own words, its status; of nobody, `serveur_injoignable`. */
export type ErrorCode = Problem['code'] | `http_${number}` | 'serveur_injoignable'
export type FieldError = NonNullable<Problem['fields']>[number]

/** A refusal of the server, or its silence, with a sentence for whoever asked. */
export class ApiError extends Error {
  /** HTTP status; 0 when the server could not be reached. */
  readonly status: number
  readonly code: ErrorCode
  readonly title: string
  readonly detail: string | undefined
  readonly fields: readonly FieldError[]

  constructor(problem: {
    readonly status: number
    readonly code: ErrorCode
    readonly title: string
    readonly detail?: string | undefined
    readonly fields?: readonly FieldError[] | undefined
    readonly cause?: unknown
  }) {
    super(problem.detail ?? problem.title, { cause: problem.cause })
    this.name = 'ApiError'
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.fields = problem.fields ?? []
  }
}

export const unreachable = (cause?: unknown): ApiError =>
  new ApiError({
    status: 0,
    code: 'serveur_injoignable',
    title: 'Le serveur ne répond pas : vérifiez votre connexion au réseau, puis réessayez.',
    cause,
  })

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Reads a `problem+json` body; anything else (the page of a proxy, nothing) gives a sentence that names the status. */
export const toApiError = (status: number, body: string): ApiError => {
  const problem = parsed(body)
  if (isRecord(problem) && typeof problem['title'] === 'string') {
    const { code, title, detail, fields } = problem
    return new ApiError({
      status,
      // A server newer than this client may have codes of its own: they go through as they are.
      code: typeof code === 'string' ? (code as ErrorCode) : `http_${status}`,
      title,
      detail: typeof detail === 'string' ? detail : undefined,
      fields: Array.isArray(fields) ? fields.filter(isFieldError) : [],
    })
  }
  return new ApiError({
    status,
    code: `http_${status}`,
    title: `Le serveur a répondu de façon inattendue (code ${status}) : réessayez dans un instant.`,
  })
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    // Not JSON: an intermediate server answered in its own words, which mean nothing to an agent.
    return undefined
  }
}

const isFieldError = (value: unknown): value is FieldError =>
  isRecord(value) && typeof value['field'] === 'string' && typeof value['message'] === 'string'
