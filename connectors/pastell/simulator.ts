import {
  createAuthority,
  startSimServer,
  type Authority,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { ACTIONS, createDocuments, FIELDS, type Outcome } from './simulator-documents.ts'

export interface PastellSimulatorOptions {
  readonly port?: number
  /** Serves over TLS with a certificate of this authority, and wants one of its client certificates when `client` says so. */
  readonly tls?: { readonly authority?: Authority; readonly client?: boolean; readonly notAfter?: Date }
  readonly isActive?: boolean
  /** Rights that the account has on the type. */
  readonly mayEdit?: boolean
}

/** A document as people see it there. */
export interface SeenDocument {
  readonly id: string
  readonly state: string
  readonly values: Readonly<Record<string, string>>
  /** Field → names of its files. */
  readonly names: Readonly<Record<string, readonly string[]>>
  /** Field → contents of its files. */
  contents(field: string): Promise<readonly Buffer[]>
  readonly sizes: readonly number[]
}

export interface PastellSimulator extends Simulator {
  documents(): readonly SeenDocument[]
  /** Somebody creates an empty document there, or deletes one. */
  createByHand(): string
  deleteByHand(id: string): void
}

const ENTITY = '7'
const LOGIN = 'passeur'
const PASSWORD = 'mot de passe de démonstration'
/** Failures in a row before an address is made to wait. */
const ATTEMPTS = 5

/** As Pastell writes JSON: four spaces, escaped slashes and accents; an empty map is a list. */
const written = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each) && Object.keys(each).length === 0 ? [] : each,
    4,
  )
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/gu, letters =>
      Array.from(
        { length: letters.length },
        (__, index) => `\\u${letters.charCodeAt(index).toString(16).padStart(4, '0')}`,
      ).join(''),
    )

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): SimResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: written(value),
})

const refused = (status: number, message: string, headers?: Readonly<Record<string, string>>): SimResponse =>
  json(status, { status: 'error', 'error-message': message }, headers)

const toResponse = (outcome: Outcome): SimResponse => {
  if ('refusal' in outcome) return refused(outcome.status, outcome.refusal)
  return outcome.status === 204 ? { status: 204 } : json(outcome.status, outcome.data)
}

/** The few addresses of a Pastell 4.1 that a deposit calls, with its statuses, its strings and its words. */
export const createSimulator = async (options: PastellSimulatorOptions = {}): Promise<PastellSimulator> => {
  const { isActive = true, mayEdit = true, tls } = options
  const documents = createDocuments(ENTITY)
  const authority = tls && (tls.authority ?? createAuthority())
  let failures = 0

  const onDocument = (request: SimRequest, id: string, [what, name = '', rank = '0']: readonly string[]): Outcome => {
    const row = documents.find(id)
    if (!row)
      return {
        status: 404,
        refusal:
          request.method === 'PATCH'
            ? `Le document ${id} n'a pas été trouvé`
            : `Le document ${id} n'appartient pas à l'entité ${ENTITY}`,
      }
    if (request.method === 'GET') return documents.show(row)
    if (request.method === 'PATCH') return documents.modify(row, request)
    if (request.method === 'DELETE') return documents.discard(row)
    if (what === 'file') return documents.attach(row, name, Number(rank), request)
    if (what === 'action') return documents.act(row, name)
    return { status: 405, refusal: "La méthode post n'existe pas pour cette ressource" }
  }

  const onEntity = (request: SimRequest, id: string, [what, document, ...rest]: readonly string[]): Outcome => {
    if (id !== ENTITY) return { status: 404, refusal: `L'entité ${id} n'a pas été trouvée` }
    if (what !== 'document')
      return {
        status: 200,
        data: {
          id_e: ENTITY,
          denomination: 'Ville de Démonstration',
          siren: '000000000',
          type: 'collectivite',
          entite_fille: [],
          is_active: isActive,
        },
      }
    if (!mayEdit && request.method !== 'GET')
      return { status: 403, refusal: `Acces interdit id_e=${ENTITY}, droit=actes-generique:edition,id_u=3` }
    if (document !== undefined) return onDocument(request, document, rest)
    if (request.method === 'GET') return documents.list(request.query.get('lastetat'))
    return isActive
      ? documents.create(request.field('type') ?? '')
      : { status: 403, refusal: `L'entité ${ENTITY} est désactivée` }
  }

  const onType = ([type = '', what]: readonly string[]): Outcome => {
    if (type !== 'actes-generique') return { status: 404, refusal: `Le flux ${type} n'existe pas sur cette plateforme` }
    return { status: 200, data: what === 'action' ? ACTIONS : FIELDS }
  }

  const handler = (request: SimRequest): SimResponse => {
    // Duplicate slashes are merged, the last one is ignored.
    const [api, version, resource = '', ...rest] = request.path
      .split('/')
      .filter(each => each !== '')
      .map(decodeURIComponent)
    if (api !== 'api') return { status: 404, body: '<html><body>Not Found</body></html>' }
    if (version !== 'v2') return refused(400, "Version de l'API incorrecte ou version absente")
    if (failures > ATTEMPTS) return refused(429, 'Rate Limit Exceeded', { 'retry-after': '60' })
    if (request.headers['authorization'] !== `Basic ${Buffer.from(`${LOGIN}:${PASSWORD}`).toString('base64')}`) {
      failures += 1
      return refused(401, 'Accès interdit', { 'www-authenticate': 'Basic realm="API Pastell"' })
    }
    failures = 0
    if (resource === 'version')
      return json(200, { version: '4.1.2', revision: '8841', version_complete: 'Version 4.1.2 - Révision  8841' })
    if (resource === 'flux') return toResponse(onType(rest))
    if (resource === 'entite') return toResponse(onEntity(request, rest[0] ?? '', rest.slice(1)))
    return refused(404, `La ressource ${resource} n'a pas été trouvée`)
  }

  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority
      ? {
          tls: {
            ...authority.issueServer(undefined, tls?.notAfter ? { notAfter: tls.notAfter } : {}),
            ...(tls?.client ? { clientAuthority: authority.certificate } : {}),
          },
        }
      : {}),
    handler,
  })
  const client = tls?.client ? authority?.issueClient('passeur') : undefined
  return {
    url: server.url,
    faults: server.faults,
    config: {
      adresse: server.url,
      identifiant: LOGIN,
      motDePasse: PASSWORD,
      entite: ENTITY,
      typeDossier: 'actes-generique',
      correspondances:
        'objet: %objet%\nnumero_de_lacte: %numero%\nacte_nature: %nature%\narrete: %acte%\nautre_document_attache: %annexes%',
      action: 'orientation',
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
      ...(client ? { certificat: client.pfx, certificatMotDePasse: client.passphrase } : {}),
    },
    documents: () =>
      documents.rows.map(row => ({
        id: row.id,
        state: row.last.action,
        values: Object.fromEntries(row.values),
        names: Object.fromEntries(row.names),
        contents: field => Promise.all((row.files.get(field) ?? []).map(file => file.bytes())),
        sizes: [...row.files.values()].flat().map(file => file.size),
      })),
    createByHand: () => {
      documents.create('actes-generique')
      return documents.rows.at(-1)?.id ?? ''
    },
    deleteByHand: id =>
      void documents.rows.splice(
        documents.rows.findIndex(row => row.id === id),
        1,
      ),
    count: kind => (kind === 'action' ? documents.acted.length : documents.rows.length),
    close: () => server.close(),
  }
}
