export { ApiError, toApiError, unreachable, type FieldError } from '../../../core/client/problem.ts'
