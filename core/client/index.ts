export type * from './api.ts'
export { API_PREFIX } from './api.ts'
export {
  createClient,
  isAbort,
  type ApiClient,
  type Arguments,
  type Called,
  type ClientOptions,
  type OperationName,
} from './client.ts'
export { ApiError, toApiError, unreachable, type ErrorCode, type FieldError } from './problem.ts'
