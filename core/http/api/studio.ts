import Type from 'typebox'
import type { AnyStep } from '../../authoring/steps.ts'
import { errors } from '../../errors.ts'
import { mermaidOf } from '../../flows/graph.ts'
import { FlowId, publishedSchema, schemaAddress, SCHEMA_PATH, UpgradeSchema } from '../../flows/studio/format.ts'
import type { StudioDetail as Detail, StudioSummary as Summary } from '../../flows/studio/model.ts'
import { svgOf } from '../../flows/svg.ts'
import { headed, nothing, route } from '../route.ts'
import { Version, VersionQuery, versionSeen } from './on-document.ts'
import {
  exactly,
  listOf,
  StepView,
  StudioCheck,
  StudioDetail,
  StudioFlowBody,
  StudioGroup,
  StudioOpenDocuments,
  StudioPassage,
  StudioSummary,
} from './schemas.ts'

const READ = 'system:lecture'
const EDIT = 'system:edition'
const FlowParams = Type.Object({ flowId: FlowId })
const GroupParams = Type.Object({ groupId: FlowId })
const EXAMPLE = {
  id: 'courrier-arrive',
  label: 'Courrier arrivé',
  family: 'Courriers',
  fields: { objet: { kind: 'text', label: 'Objet', options: { required: true, title: true } } },
  steps: [],
}

const summaryView = (summary: Summary) => ({ ...summary, updatedAt: summary.updatedAt.toISOString() })

/** The flow with its revision as ETag: what an edition gives back in `If-Match`. */
const present = (detail: Detail) =>
  headed({
    body: {
      ...detail,
      ...summaryView(detail),
      versions: detail.versions.map(({ publishedAt, ...version }) => ({
        ...version,
        publishedAt: publishedAt.toISOString(),
      })),
    },
    headers: { ETag: `"${detail.revision}"` },
  })

const described = (fields: AnyStep['fields']) =>
  Object.entries(fields).map(([name, { label, kind, options }]) => ({
    name,
    label,
    kind,
    required: options.required === true,
  }))

const labels = (parts: Readonly<Record<string, { readonly label: string }>>) =>
  Object.entries(parts).map(([name, { label }]) => ({ name, label }))

const REFUSED = [errors.flowMoved, errors.badRequest, errors.badInput]

/** Flows without code: whoever publishes one decides for every entity. */
export const studioRoutes = [
  route({
    method: 'GET',
    path: SCHEMA_PATH,
    access: 'public',
    summary: 'Lire le schéma d’un flux sans code (JSON Schema 2020-12)',
    response: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' }),
    handle: ({ services: { settings } }) => publishedSchema(settings.publicUrl),
  }),
  route({
    method: 'GET',
    path: '/studio/etapes',
    summary: 'Lister les étapes qu’un flux peut employer',
    can: READ,
    response: listOf(StepView),
    handle: ({ services: { steps } }) => ({
      items: [...steps.values()]
        .map(step => ({
          id: step.id,
          label: step.label,
          inputs: described(step.inputs),
          fields: described(step.fields),
          states: labels(step.states),
          tasks: labels(step.tasks),
          refusable: Object.values(step.states).some(({ refusal }) => refusal),
          configurable: step.checkSettings !== undefined,
        }))
        .toSorted((a, b) => a.label.localeCompare(b.label, 'fr')),
    }),
  }),
  route({
    method: 'GET',
    path: '/studio/flux',
    summary: 'Lister les flux du studio',
    can: READ,
    response: listOf(StudioSummary),
    handle: async ({ services: { studio } }) => ({ items: (await studio.list()).map(summaryView) }),
  }),
  route({
    method: 'POST',
    path: '/studio/flux',
    summary: 'Créer un flux, ou en importer un exporté d’ailleurs',
    description:
      'Le flux est enregistré comme brouillon, même fautif : « faults » dit tout ce qui empêcherait de le publier.',
    can: EDIT,
    body: StudioFlowBody,
    example: EXAMPLE,
    refusals: [errors.conflict],
    response: StudioDetail,
    status: 201,
    handle: async ({ body, caller, services: { studio } }) => present(await studio.create(body, caller.id)),
  }),
  route({
    method: 'POST',
    path: '/studio/verification',
    summary: 'Vérifier un flux sans rien enregistrer : ses fautes, ses champs, son dessin',
    can: READ,
    body: exactly('StudioTrial', { flow: StudioFlowBody, upgrade: Type.Optional(UpgradeSchema) }),
    example: { flow: EXAMPLE },
    response: StudioCheck,
    async handle({ body, services: { studio } }) {
      const { faults, compiled, vanished } = await studio.check(body.flow, body.upgrade)
      return {
        faults,
        vanished: [...vanished],
        fields: Object.values(compiled?.fields ?? {}).map(({ name, label, kind }) => ({ name, label, kind })),
        steps: (compiled?.steps ?? []).map(({ alias, label }) => ({ alias, label })),
        mermaid: compiled ? mermaidOf(compiled) : null,
        svg: compiled ? svgOf(compiled) : null,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/studio/flux/:flowId',
    summary: 'Lire un flux du studio : son brouillon, ses fautes, ses versions',
    params: FlowParams,
    can: READ,
    response: StudioDetail,
    handle: async ({ params, services: { studio } }) => present(await studio.read(params.flowId)),
  }),
  route({
    method: 'PUT',
    path: '/studio/flux/:flowId',
    summary: 'Remplacer le brouillon d’un flux (If-Match ou version : sa révision)',
    params: FlowParams,
    query: VersionQuery,
    can: EDIT,
    body: StudioFlowBody,
    example: EXAMPLE,
    refusals: REFUSED,
    response: StudioDetail,
    handle: async ({ params, query, body, caller, request, services: { studio } }) =>
      present(
        await studio.edit({
          id: params.flowId,
          flow: body,
          revision: versionSeen({ request }, query.version),
          by: caller.id,
        }),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/studio/flux/:flowId',
    summary: 'Supprimer un flux jamais publié',
    params: FlowParams,
    can: EDIT,
    status: 204,
    refusals: [errors.conflict],
    async handle({ params, services: { studio } }) {
      await studio.remove(params.flowId)
      return nothing()
    },
  }),
  route({
    method: 'POST',
    path: '/studio/flux/:flowId/publication',
    summary: 'Publier le brouillon : les nouveaux documents le suivent, ceux en cours gardent leur version',
    description:
      'Refusé avec toutes les fautes, chacune à son pointeur JSON. « upgrade » dit ce que deviennent les noms disparus.',
    params: FlowParams,
    can: EDIT,
    body: exactly('StudioPublication', { version: Version, upgrade: Type.Optional(UpgradeSchema) }),
    example: { version: 1, upgrade: { forget: ['objet'] } },
    refusals: REFUSED,
    response: StudioDetail,
    handle: async ({ params, body, caller, request, services: { studio } }) =>
      present(
        await studio.publish({
          id: params.flowId,
          revision: versionSeen({ request }, body.version),
          upgrade: body.upgrade,
          by: caller.id,
        }),
      ),
  }),
  ...(['retrait', 'reprise'] as const).map(which =>
    route({
      method: 'POST',
      path: `/studio/flux/:flowId/${which}`,
      summary:
        which === 'retrait'
          ? 'Retirer un flux : aucun nouveau document, ceux en cours finissent'
          : 'Rendre à nouveau possible la création de documents d’un flux retiré',
      params: FlowParams,
      can: EDIT,
      refusals: [errors.conflict],
      response: StudioDetail,
      handle: async ({ params, caller, services: { studio } }) =>
        present(
          await (which === 'retrait'
            ? studio.retire(params.flowId, caller.id)
            : studio.reopen(params.flowId, caller.id)),
        ),
    }),
  ),
  route({
    method: 'GET',
    path: '/studio/flux/:flowId/documents-en-cours',
    summary: 'Compter les documents en cours d’un flux, par version et par état, et dire lesquels suivraient',
    params: FlowParams,
    can: READ,
    refusals: [errors.conflict],
    response: StudioOpenDocuments,
    handle: ({ params, services: { studio } }) => studio.openDocuments(params.flowId),
  }),
  route({
    method: 'POST',
    path: '/studio/flux/:flowId/passage',
    summary: 'Passer des documents en cours à la version publiée, une page à la fois',
    description:
      'Un document dont l’état n’existe plus reste dans sa version, à moins que « states » ne dise où le placer. Chaque document passé a une ligne dans son journal. « next » se redonne dans « apres » jusqu’à ce qu’il soit null.',
    params: FlowParams,
    can: EDIT,
    body: exactly('StudioBringOn', {
      states: Type.Optional(
        Type.Record(Type.String({ pattern: '^[A-Za-z][\\w.]{0,200}$' }), Type.String({ maxLength: 200 }), {
          description: 'État disparu → état de la version publiée où placer ses documents.',
        }),
      ),
      apres: Type.Optional(Type.String({ maxLength: 200, description: 'Le « next » de la page d’avant.' })),
    }),
    example: { states: {} },
    refusals: [errors.conflict, errors.badInput],
    response: StudioPassage,
    handle: ({ params, body, caller, services: { studio } }) =>
      studio.bringOn({ id: params.flowId, states: body.states ?? {}, after: body.apres, by: caller.id }),
  }),
  route({
    method: 'GET',
    path: '/studio/flux/:flowId/export',
    summary: 'Exporter un flux avec les groupes de champs qu’il emploie',
    params: FlowParams,
    can: READ,
    response: StudioFlowBody,
    async handle({ params, services: { studio, settings } }) {
      return { $schema: schemaAddress(settings.publicUrl), ...(await studio.exported(params.flowId)) }
    },
  }),
  route({
    method: 'GET',
    path: '/studio/groupes',
    summary: 'Lister les groupes de champs de la plateforme',
    can: READ,
    response: listOf(StudioGroup),
    handle: async ({ services: { studio } }) => ({ items: await studio.groups.list() }),
  }),
  route({
    method: 'PUT',
    path: '/studio/groupes/:groupId',
    summary: 'Créer ou remplacer un groupe de champs ; ce qui est publié ne change pas',
    params: GroupParams,
    can: EDIT,
    body: Type.Unsafe<object>({ type: 'object', description: 'Un libellé et des champs, comme dans un flux.' }),
    example: { label: 'Agent', fields: { nom: { kind: 'text', label: 'Nom' } } },
    response: StudioGroup,
    handle: async ({ params, body, caller, services: { studio } }) =>
      studio.groups.save(params.groupId, body, caller.id),
  }),
  route({
    method: 'DELETE',
    path: '/studio/groupes/:groupId',
    summary: 'Supprimer un groupe de champs qu’aucun flux n’emploie plus',
    params: GroupParams,
    can: EDIT,
    status: 204,
    refusals: [errors.conflict],
    async handle({ params, services: { studio } }) {
      await studio.groups.remove(params.groupId)
      return nothing()
    },
  }),
]
