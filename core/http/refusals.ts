import { errors, type ProblemDefinition } from '../errors.ts'
import type { Route } from './route.ts'

type Refusals = readonly ProblemDefinition[]

/** What a parameter of the path may not find; a connector that is there may still be busy, or its remote silent. */
const BY_PARAMETER: Readonly<Record<string, Refusals>> = {
  entityId: [errors.entityNotFound],
  documentId: [errors.documentNotFound],
  field: [errors.badInput, errors.fileNotFound],
  sha256: [errors.fileNotFound, errors.unavailable],
  flowId: [errors.flowNotFound],
  groupId: [errors.groupNotFound],
  userId: [errors.userNotFound],
  roleId: [errors.roleNotFound],
  tokenId: [errors.tokenNotFound],
  instanceId: [errors.instanceNotFound, errors.badRequest, errors.conflict, errors.remoteUnavailable],
  recordingId: [errors.recordingNotFound],
  reportId: [errors.reportNotFound],
  batchId: [errors.batchNotFound],
  uploadId: [errors.uploadNotFound],
  subscriptionId: [errors.subscriptionNotFound],
  contactId: [errors.contactNotFound],
  mailGroupId: [errors.mailGroupNotFound],
}

/** What a property of the body may not find. */
const BY_PROPERTY: Readonly<Record<string, Refusals>> = {
  entityId: [errors.entityNotFound],
  parentId: [errors.entityNotFound],
  flow: [errors.flowNotFound],
  role: [errors.roleNotFound],
  instanceId: [errors.instanceNotFound],
}

const propertiesOf = (schema: unknown): readonly string[] =>
  Object.keys((schema as { readonly properties?: object } | undefined)?.properties ?? {})

const named = (route: Route): readonly string[] => [...route.path.matchAll(/:(\w+)/gu)].map(([, name]) => name ?? '')

/** A creation may be asked for under an `Idempotency-Key`. */
export const isReplayed = (route: Route): boolean =>
  route.method === 'POST' && route.status === 201 && route.replay !== 'never'

/** Whatever changes a document says which version was seen, in its body or in `If-Match`. */
export const isConditional = (route: Route): boolean =>
  route.method !== 'GET' && route.path.includes('/documents/:documentId')

const ofCaller = (route: Route): Refusals =>
  route.access === 'public'
    ? []
    : [
        errors.notSignedIn,
        errors.badCredentials,
        errors.tooManyAttempts,
        ...(route.method === 'GET' ? [] : [errors.badCsrf]),
        ...(route.can === undefined ? [] : [errors.notAllowed]),
      ]

const ofContent = (route: Route): Refusals => [
  ...(propertiesOf(route.query).length > 0 ? [errors.badRequest] : []),
  ...(route.body ? [errors.unsupportedMedia, errors.unreadableBody, errors.bodyTooLarge, errors.badInput] : []),
  ...propertiesOf(route.body).flatMap(name => BY_PROPERTY[name] ?? []),
  ...(route.form ? [errors.badRequest, errors.fileTooLarge] : []),
  ...(route.upload === undefined ? [] : [errors.fileTooLarge]),
  ...(isReplayed(route) ? [errors.badRequest, errors.keyReused, errors.keyPending] : []),
]

const ofDocument = (route: Route): Refusals =>
  isConditional(route)
    ? [
        errors.badRequest,
        errors.badInput,
        errors.documentMoved,
        errors.versionMismatch,
        errors.inFlight,
        errors.actionRefused,
        errors.conflict,
      ]
    : []

/** Every error that a route may answer: those that its shape brings, and those that it says it adds. By status, then by code. */
export const refusalsOf = (route: Route): Refusals => {
  const all = [
    ...ofCaller(route),
    errors.tooManyRequests,
    ...(named(route).length > 0 ? [errors.routeNotFound] : []),
    ...named(route).flatMap(name => BY_PARAMETER[name] ?? []),
    ...ofContent(route),
    ...ofDocument(route),
    ...(route.refusals ?? []),
    errors.internal,
  ]
  const unique = [...new Map(all.map(({ code, status, title }) => [code, { code, status, title }])).values()]
  return unique.sort((a, b) => a.status - b.status || a.code.localeCompare(b.code))
}
