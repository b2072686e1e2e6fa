import { Readable } from 'node:stream'
import Type from 'typebox'
import type { FileViewer } from '../../authoring/viewers.ts'
import type { FileRef } from '../../authoring/values.ts'
import { rootIn } from '../../contracts/pes/root.ts'
import { errors } from '../../errors.ts'
import type { StoredFiles } from '../../files/files.ts'
import { disposition } from '../download.ts'
import { route, stream, type Route } from '../route.ts'
import { VIEW_POLICY, viewPage } from '../view-page.ts'
import { fileOf, FileParams } from './files.ts'
import { onDocument } from './on-document.ts'
import { listOf, text, texts } from './schemas.ts'

/** Where the root of an XML file is, unless it begins with a very long comment. */
const HEAD = 16 * 1024

const rootOf = async (file: FileRef, files: StoredFiles): Promise<string | undefined> =>
  file.type === 'application/xml'
    ? rootIn(files.open(file, { start: 0, end: Math.min(HEAD, file.size) - 1 }))
    : undefined

const suits = ({ types, roots }: FileViewer, file: FileRef, root: string | undefined): boolean =>
  types.includes(file.type) && (!roots || (root !== undefined && roots.includes(root)))

const VIEW = '/entites/:entityId/documents/:documentId/fichiers/:field/:sha256/vues'
const ViewerView = Type.Object(
  { id: text('À donner à « …/vues/{viewer} ».'), label: text('Nom affiché.') },
  { title: 'FileView' },
)
const Catalogue = Type.Object(
  {
    id: text('Identifiant de la visionneuse.'),
    label: text('Nom affiché.'),
    types: texts('Types de fichiers qu’elle sait montrer.'),
  },
  { title: 'FileViewer' },
)

/** What the viewers of the plugins add to the API: who may read a file may see it, through the guard of the download. */
export const viewerRoutes = (viewers: readonly FileViewer[]): readonly Route[] => [
  route({
    method: 'GET',
    path: '/visionneuses',
    summary: 'Lister les visionneuses et les types de fichiers qu’elles savent montrer',
    response: listOf(Catalogue),
    handle: () => ({ items: viewers.map(({ id, label, types }) => ({ id, label, types: [...types] })) }),
  }),
  route({
    method: 'GET',
    path: VIEW,
    summary: 'Lister les visionneuses qui savent montrer ce fichier',
    params: FileParams,
    can: onDocument('lecture'),
    response: listOf(ViewerView),
    async handle({ params, services: { documents, files } }) {
      const file = fileOf(await documents.get(params), params.field, params.sha256)
      const root = await rootOf(file, files)
      const items: { readonly id: string; readonly label: string }[] = []
      for (const viewer of viewers.filter(each => suits(each, file, root)))
        if ((await viewer.recognises?.({ open: () => files.open(file) })) ?? true)
          items.push({ id: viewer.id, label: viewer.label })
      return { items }
    },
  }),
  route({
    method: 'GET',
    path: `${VIEW}/:viewer`,
    summary: 'Voir un fichier : une page à lire et à imprimer, rendue par le serveur',
    description: 'Les paramètres de l’adresse sont ceux des liens de la page.',
    params: Type.Object({ ...FileParams.properties, viewer: Type.String({ maxLength: 100 }) }),
    query: Type.Record(Type.String(), Type.String({ maxLength: 200 })),
    can: onDocument('lecture'),
    produces: 'text/html',
    async handle({ params, query, request, services: { documents, files } }) {
      const file = fileOf(await documents.get(params), params.field, params.sha256)
      const viewer = viewers.find(({ id }) => id === params.viewer)
      if (!viewer) throw errors.routeNotFound()
      const open = () => {
        const content = files.open(file)
        // Whoever leaves does not let a hundred megabytes be read for nobody.
        request.signal.addEventListener('abort', () => content.destroy(), { once: true })
        return content
      }
      const root = await rootOf(file, files)
      const view = await viewer.show({ file, root, open, query }).catch((error: unknown) => {
        if (!request.signal.aborted) throw error
        return undefined
      })
      if (!view) return stream({ open: () => Readable.from([]), headers: {} })
      if (view.is === 'file')
        return stream({
          open: () => view.open(),
          headers: {
            'Content-Type': view.type,
            'Content-Disposition': disposition(view.name),
            'Content-Security-Policy': "sandbox; default-src 'none'",
          },
        })
      const page = Buffer.from(viewPage({ ...view, file }), 'utf8')
      return stream({
        open: () => Readable.from([page], { objectMode: false }),
        status: view.status ?? 200,
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Length': String(page.length),
          'Content-Security-Policy': VIEW_POLICY,
        },
      })
    },
  }),
]
