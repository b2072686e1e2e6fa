import Type from 'typebox'
import type { Caller } from '../../access/caller.ts'
import { route } from '../route.ts'
import { attachedText } from '../download.ts'
import {
  AssociationView,
  ConnectorType,
  EntityParams,
  exactly,
  flag,
  Id,
  InstanceView,
  listOf,
  orNull,
  PACE,
  RecordingView,
  text,
} from './schemas.ts'

const InstanceParams = Type.Object({ entityId: Id, instanceId: Id })
const RecordingParams = Type.Object({ ...InstanceParams.properties, recordingId: Id })
const READ = 'connecteur:lecture'
const EDIT = 'connecteur:edition'

/** Who acts, for the journal. */
const actingOn = ({ params, caller }: { readonly params: { readonly entityId: string }; readonly caller: Caller }) => ({
  entityId: params.entityId,
  userId: caller.id,
})

const Label = Type.String({ minLength: 1, maxLength: 128, description: 'Nom donné par l’administrateur.' })
const Config = Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]*$' }), Type.Unknown(), {
  additionalProperties: false,
  description: 'Les champs du connecteur ; un secret absent reste tel qu’il est.',
})

export const connectorRoutes = [
  route({
    method: 'GET',
    path: '/connecteurs/types',
    summary: 'Lister les connecteurs installés',
    can: READ,
    where: 'anywhere',
    response: listOf(ConnectorType),
    handle: ({ services: { connectors } }) => ({ items: connectors.types() }),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs',
    summary: 'Lister les connecteurs d’une entité, les siens et ceux dont elle hérite',
    params: EntityParams,
    can: READ,
    response: listOf(InstanceView),
    handle: async ({ params, services: { connectors } }) => ({ items: await connectors.list(params.entityId) }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/connecteurs',
    summary: 'Ajouter un connecteur à une entité',
    params: EntityParams,
    can: EDIT,
    body: exactly('NewInstance', {
      connector: Type.String({ maxLength: 100, description: 'Identifiant d’un connecteur installé.' }),
      label: Label,
      config: Config,
    }),
    example: {
      connector: 'parapheur-essai',
      label: 'Parapheur de la ville',
      config: { url: 'https://parapheur.exemple.fr', login: 'ville', motDePasse: 'mot-de-passe-du-parapheur' },
    },
    response: InstanceView,
    status: 201,
    handle: context => context.services.connectors.create(actingOn(context), context.body),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs/:instanceId',
    summary: 'Lire un connecteur ; ses secrets ne sont jamais renvoyés',
    params: InstanceParams,
    can: READ,
    response: InstanceView,
    handle: ({ params, services: { connectors } }) => connectors.view(params.entityId, params.instanceId),
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/connecteurs/:instanceId',
    summary: 'Modifier un connecteur, son rythme et sa patience',
    params: InstanceParams,
    can: EDIT,
    body: exactly('InstanceEdition', {
      label: Type.Optional(Label),
      config: Type.Optional(Config),
      polling: Type.Optional(orNull(Type.String({ maxLength: 200 }), PACE.polling)),
      patience: Type.Optional(orNull(Type.String({ maxLength: 50 }), PACE.patience)),
      concurrency: Type.Optional(orNull(Type.Integer({ minimum: 1, maximum: 64 }), PACE.concurrency)),
      spacing: Type.Optional(orNull(Type.String({ maxLength: 50 }), PACE.spacing)),
    }),
    example: { label: 'Parapheur de la ville', polling: '15 min' },
    response: InstanceView,
    handle: context => context.services.connectors.update(actingOn(context), context.params.instanceId, context.body),
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/connecteurs/:instanceId',
    summary: 'Supprimer un connecteur qui ne sert plus',
    params: InstanceParams,
    can: EDIT,
    status: 204,
    handle: context => context.services.connectors.remove(actingOn(context), context.params.instanceId),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/connecteurs/:instanceId/test',
    summary: 'Tester un connecteur, sans effet chez le service distant',
    params: InstanceParams,
    can: EDIT,
    response: Type.Object({
      ok: flag('Le service distant répond et reconnaît ce compte.'),
      message: text('Ce que le test a trouvé.'),
    }),
    handle: context => context.services.connectors.test(actingOn(context), context.params.instanceId),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/connecteurs/:instanceId/reprise',
    summary: 'Remettre en service un connecteur suspendu',
    params: InstanceParams,
    can: EDIT,
    response: InstanceView,
    handle: context => context.services.connectors.resume(actingOn(context), context.params.instanceId),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/connecteurs/:instanceId/taches/:schedule',
    summary: 'Exécuter tout de suite une tâche du connecteur',
    params: Type.Object({ ...InstanceParams.properties, schedule: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9]*$' }) }),
    can: EDIT,
    response: Type.Object({ message: text('Ce que la tâche a fait.') }),
    handle: context =>
      context.services.connectors.run(actingOn(context), context.params.instanceId, context.params.schedule),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs/:instanceId/enregistrements',
    summary: 'Lister les échanges enregistrés d’un connecteur, et ceux qui sont demandés',
    params: InstanceParams,
    can: EDIT,
    response: listOf(RecordingView),
    handle: async ({ params, services: { recordings } }) => ({
      items: await recordings.list(params.entityId, params.instanceId),
    }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/connecteurs/:instanceId/enregistrements',
    summary: 'Enregistrer le prochain échange d’un connecteur, secrets masqués, pour le support',
    params: InstanceParams,
    can: EDIT,
    response: listOf(RecordingView),
    handle: async context => ({
      items: await context.services.recordings.ask(actingOn(context), context.params.instanceId),
    }),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/connecteurs/:instanceId/enregistrements/:recordingId',
    summary: 'Télécharger un échange enregistré',
    params: RecordingParams,
    can: EDIT,
    produces: 'text/plain',
    async handle({ params, services: { recordings } }) {
      const { text, takenAt } = await recordings.read(params.entityId, params.instanceId, params.recordingId)
      return attachedText(text, `echange-${params.instanceId}-${takenAt.toISOString().replaceAll(/[:.]/gu, '-')}.txt`)
    },
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/connecteurs/:instanceId/enregistrements/:recordingId',
    summary: 'Effacer un échange enregistré, ou renoncer à celui qui est demandé',
    params: RecordingParams,
    can: EDIT,
    status: 204,
    handle: context =>
      context.services.recordings.remove(actingOn(context), context.params.instanceId, context.params.recordingId),
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/associations',
    summary: 'Lister les emplacements des flux et le connecteur qui sert chacun',
    params: EntityParams,
    can: READ,
    response: listOf(AssociationView),
    handle: async ({ params, services: { connectors } }) => ({
      items: await connectors.associations(params.entityId),
    }),
  }),
  route({
    method: 'PUT',
    path: '/entites/:entityId/associations',
    summary: 'Choisir le connecteur d’un emplacement ; null rend à l’entité ce dont elle hérite',
    params: EntityParams,
    can: EDIT,
    body: exactly('AssociationChoice', {
      flow: Type.String({ maxLength: 100, description: 'Identifiant du flux.' }),
      slot: Type.String({ maxLength: 200, description: 'Emplacement, pris dans la liste.' }),
      instanceId: orNull(Id, 'Connecteur qui le servira ; null : ce dont l’entité hérite.'),
    }),
    example: { flow: 'note', slot: 'visa:signature', instanceId: null },
    response: listOf(AssociationView),
    handle: async context => ({
      items: await context.services.connectors.associate(actingOn(context), context.body),
    }),
  }),
]
