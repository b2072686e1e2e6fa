import Type from 'typebox'
import { may } from '../../access/rights.ts'
import type { Upload } from '../../documents/uploads.ts'
import { errors } from '../../errors.ts'
import { FileTooLargeError } from '../../files/errors.ts'
import { headed, nothing, route, type ErasedContext } from '../route.ts'
import {
  continuationIn,
  ContinuationHeaders,
  creationIn,
  CreationHeaders,
  readTus,
  TUS_BODY,
  TusHeaders,
  tusHeaders,
  tusOptions,
} from '../tus.ts'
import { EntityParams, UploadView } from './schemas.ts'

const UploadParams = Type.Object({
  ...EntityParams.properties,
  uploadId: Type.String({ minLength: 1, maxLength: 64 }),
})

/** Whoever may edit documents of some flow there may bring a file. */
const editor = ({ rights, services }: Pick<ErasedContext, 'rights' | 'services'>): string => {
  const flow = services.flows.list().find(({ id }) => may(rights, `${id}:edition`))
  if (!flow) throw errors.notAllowed()
  return `${flow.id}:edition`
}

const owner = (context: {
  readonly params: { readonly entityId: string }
  readonly caller: { readonly id: string }
}) => ({
  entityId: context.params.entityId,
  by: context.caller.id,
})

const view = ({ id, name, length, received, createdAt, expiresAt }: Upload) => ({
  id,
  name,
  length,
  received,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

const PATH = '/entites/:entityId/depots'

export const uploadRoutes = [
  route({
    method: 'OPTIONS',
    path: PATH,
    summary: 'Savoir ce que le dépôt de fichiers en plusieurs fois permet (protocole tus)',
    params: EntityParams,
    can: editor,
    status: 204,
    handle: ({ services }) => headed({ body: undefined as never, headers: tusOptions(services.settings.uploadLimit) }),
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Annoncer un fichier à déposer en plusieurs fois (protocole tus)',
    description:
      'Un dépôt appartient au compte qui l’a créé et attend 24 heures après ses derniers octets. Une fois complet, il s’emploie une fois, dans les valeurs d’un document de la même entité : {"acte": {"upload": "identifiant"}}. Les premiers octets peuvent accompagner l’annonce.',
    params: EntityParams,
    headers: CreationHeaders,
    can: editor,
    upload: TUS_BODY,
    response: UploadView,
    status: 201,
    refusals: [errors.tusVersion, errors.unsupportedMedia, errors.uploadAltered, errors.conflict],
    async handle(context) {
      const { request, services } = context
      const { uploads, settings } = services
      const { name, length, first } = creationIn(request)
      if (length > settings.uploadLimit)
        throw errors.fileTooLarge({ detail: new FileTooLargeError(name, settings.uploadLimit).message })
      const created = await uploads.create(owner(context), { name, length })
      const upload = first ? await uploads.append(owner(context), created.id, first) : created
      const location = `/api/v3/entites/${context.params.entityId}/depots/${upload.id}`
      return headed({ body: view(upload), headers: { ...tusHeaders(upload), Location: location } })
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:uploadId`,
    summary: 'Savoir où en est un dépôt (HEAD suffit : Upload-Offset dit où reprendre)',
    params: UploadParams,
    can: editor,
    response: UploadView,
    async handle(context) {
      const upload = await context.services.uploads.get(owner(context), context.params.uploadId)
      return headed({ body: view(upload), headers: tusHeaders(upload) })
    },
  }),
  route({
    method: 'PATCH',
    path: `${PATH}/:uploadId`,
    summary: 'Ajouter des octets à un dépôt, là où il s’est arrêté (protocole tus)',
    description:
      'Ce qui arrive est gardé au fur et à mesure : après une coupure, HEAD dit où reprendre. Avec Upload-Checksum, les octets de la demande sont gardés tous ou pas du tout. De deux demandes à la fois, la dernière arrivée l’emporte.',
    params: UploadParams,
    headers: ContinuationHeaders,
    can: editor,
    upload: TUS_BODY,
    status: 204,
    refusals: [errors.tusVersion, errors.badRequest, errors.unsupportedMedia, errors.uploadMoved, errors.uploadAltered],
    async handle(context) {
      const { params, request, services } = context
      const upload = await services.uploads.append(owner(context), params.uploadId, continuationIn(request))
      return headed({ body: undefined as never, headers: tusHeaders(upload) })
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:uploadId`,
    summary: 'Renoncer à un dépôt',
    params: UploadParams,
    headers: TusHeaders,
    can: editor,
    status: 204,
    refusals: [errors.tusVersion],
    async handle(context) {
      readTus(context.request)
      await context.services.uploads.remove(owner(context), context.params.uploadId)
      return nothing()
    },
  }),
]
