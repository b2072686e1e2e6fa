import { ROOT } from '#core'
import { isNumber, requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { badRequest, forbidden, notFound, PastellError } from '../http/errors.ts'
import type { Json } from '../http/json.ts'

/** Code comes on the server, by whoever runs it, and never by a request. */
const elsewhere = () =>
  forbidden(
    "Les extensions de Passeur s'installent sur le serveur (dossier « plugins » ou variable PASSEUR_PLUGINS), et sont lues à son démarrage : demandez-le à la personne qui l'administre.",
  )

/** The extensions by their number: a rank, which only serves to ask for one again. */
const extensionsOf = ({
  services: { sources },
}: Call): ReadonlyMap<string, Readonly<Record<string, Json>> & { readonly id: string; readonly path: string }> =>
  new Map(
    sources
      .filter(({ source }) => !source.startsWith('connectors/'))
      .map(({ source, flows, connectors }, index) => {
        const rank = String(index + 1)
        const name = source.replace(/^plugins\//u, '')
        const extension = {
          path: source,
          flux: flows,
          connecteur: connectors,
          'connecteur-type': [],
          manifest: false,
          id: name,
          nom: name,
          error: false,
          warning: false,
          'pastell-version-ok': true,
          id_e: rank,
        }
        return [rank, extension]
      }),
  )

/** What is asked of an extension: an unknown one is unknown, a known one is managed elsewhere. */
const refuse = (call: Call): never => {
  const id = call.rest[0] ?? call.given.text('id_extension') ?? ''
  if (!extensionsOf(call).has(id)) throw notFound(`Extension #${id} non trouvée`)
  throw elsewhere()
}

/** Extensions (pastell-api.md §8.10): read, and managed on the server alone. */
export const extension: Resource = {
  async GET(call) {
    await requireOn(call, ROOT, 'system:lecture')
    const all = extensionsOf(call)
    const [id] = call.rest
    if (id === undefined) return json({ result: new Map(all) })
    const one = isNumber(id) ? all.get(id) : undefined
    if (!one) throw notFound(`L'extension #${id} n'existe pas.`)
    return json(one)
  },

  async POST(call) {
    await requireOn(call, ROOT, 'system:edition')
    const path = call.given.text('path') ?? ''
    const known = [...extensionsOf(call).values()].find(each => each.path === path)
    if (known) throw new PastellError(409, `L'extension #${known.id} est déja présente`)
    // Whether a folder exists is not told to whoever asks: none is one of ours.
    throw badRequest(`Le chemin « ${path} » n'existe pas sur le système de fichier`)
  },

  async PATCH(call) {
    await requireOn(call, ROOT, 'system:edition')
    return refuse(call)
  },

  async DELETE(call) {
    await requireOn(call, ROOT, 'system:edition')
    return refuse(call)
  },
}
