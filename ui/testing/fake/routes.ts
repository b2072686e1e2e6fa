import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Association, InstanceView, Recording, Report } from '../../src/api/types.ts'
import { actePages, choices, connectorFields, connectorHelp, recipientsOf } from './forms.ts'
import { bytesOf, jsonOf, Refusal } from './http.ts'
import { current, fileRef, flowStates, note, problemsOf, view, type Stored } from './hub.ts'
import { draft, entities, rights } from './town.ts'

export interface Town {
  documents: Stored[]
  instances: InstanceView[]
  recordings: readonly Recording[]
  reports: readonly Report[]
  associations: Association[]
  readonly files: Map<string, Buffer>
  /** A document moved: tells the listeners. */
  readonly tell: (document: Stored) => void
  /** Sends a document on its way. */
  readonly start: (document: Stored) => void
}

export interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

type Handler = (town: Town, asked: Asked) => unknown

const PAGE = 20
const flow = { id: 'ls-actes', label: 'Actes', family: 'Actes administratifs', canCreate: true }
const helios = { id: 'ls-helios', label: 'Flux PES', family: 'Comptabilité', canCreate: true }

const find = ({ documents }: Town, id: string | undefined): Stored => {
  const document = documents.find(each => each.id === id)
  if (!document)
    throw new Refusal(404, 'document_introuvable', "Ce document n'existe pas, ou vous ne pouvez pas le voir.")
  return document
}
const sameVersion = (document: Stored, version: unknown): void => {
  if (Number(version) !== document.version)
    throw new Refusal(409, 'document_deja_modifie', 'Ce document a été modifié entre-temps ; rechargez la page.')
}
const instanceOf = ({ instances }: Town, id: string | undefined): InstanceView => {
  const instance = instances.find(each => each.id === id)
  if (!instance) throw new Refusal(404, 'connecteur_introuvable', "Ce connecteur n'existe pas.")
  return instance
}
const replace = (town: Town, instance: InstanceView): InstanceView => {
  town.instances = town.instances.map(each => (each.id === instance.id ? instance : each))
  return instance
}

const save: Handler = async (town, { request, parts }) => {
  const document = find(town, parts[3])
  const { version, values } = (await jsonOf(request)) as { version: number; values: Record<string, unknown> }
  sameVersion(document, version)
  if (String(values['tdt.numero'] ?? '').startsWith('X'))
    throw new Refusal(422, 'saisie_invalide', 'Certains champs sont à corriger.', [
      { field: 'tdt.numero', message: 'Ce numéro est déjà pris par un autre acte de l’année.', code: 'deja_pris' },
    ])
  document.values = { ...document.values, ...values }
  note(document, 'edit', 'Modification', '', 'Agathe Agent')
  town.tell(document)
  return view('1', document)
}

const deposit: Handler = async (town, { request, parts, query }) => {
  const document = find(town, parts[3])
  const content = await bytesOf(request)
  sameVersion(document, query.get('version'))
  const name = parts[5] ?? ''
  const field = actePages.flatMap(page => page.fields).find(each => each.name === name)
  const file = fileRef(content, query.get('nom') ?? 'fichier')
  if (field?.accept && !field.accept.includes(file.type))
    throw new Refusal(422, 'saisie_invalide', 'Fichier refusé.', [
      {
        field: name,
        message: `« ${file.name} » n'est pas un PDF, malgré son nom : choisissez un autre fichier.`,
        code: 'type',
      },
    ])
  town.files.set(file.sha256, content)
  const held = document.values[name]
  document.values = {
    ...document.values,
    [name]: field?.kind === 'files' ? [...(Array.isArray(held) ? held : []), file] : file,
  }
  note(document, 'edit', 'Dépôt d’un fichier', file.name, 'Agathe Agent')
  town.tell(document)
  return view('1', document)
}

const act: Handler = async (town, { request, parts }) => {
  const document = find(town, parts[3])
  sameVersion(document, (await jsonOf(request))['version'])
  if (problemsOf(document).length > 0)
    throw new Refusal(422, 'action_refusee', 'Action impossible : le formulaire est incomplet.')
  town.start(document)
  return view('1', document)
}

const list: Handler = ({ documents }, { query }) => {
  const q = (query.get('q') ?? '').toLowerCase()
  const state = query.get('etat')
  const kept = documents
    .filter(document =>
      String(document.values['objet'] ?? '')
        .toLowerCase()
        .includes(q),
    )
    .filter(document => !state || current(document) === state)
  const from = query.get('apres') ? kept.findIndex(document => document.id === query.get('apres')) + 1 : 0
  const items = kept.slice(from, from + PAGE)
  return {
    items: items.map(document => view('1', document)),
    next: from + PAGE < kept.length ? (items.at(-1)?.id ?? null) : null,
  }
}

const dropFile: Handler = (town, { parts, query }) => {
  const document = find(town, parts[3])
  sameVersion(document, query.get('version'))
  const held = document.values[parts[5] ?? '']
  document.values = {
    ...document.values,
    [parts[5] ?? '']: Array.isArray(held) ? held.filter(each => each.sha256 !== parts[6]) : undefined,
  }
  note(document, 'edit', 'Retrait d’un fichier', '', 'Agathe Agent')
  return view('1', document)
}

const createInstance: Handler = async (town, { request }) => {
  const { connector, label, config } = (await jsonOf(request)) as {
    connector: string
    label: string
    config: Record<string, unknown>
  }
  if (!label)
    throw new Refusal(422, 'saisie_invalide', 'Donnez un nom au connecteur.', [
      { field: 'label', message: 'Donnez un nom au connecteur.', code: 'requis' },
    ])
  const model = instanceOf(town, 'p1')
  const { motDePasse: _, certificat: __, ...kept } = config
  const instance = { ...model, id: `i${town.instances.length}`, connector, label, config: kept }
  town.instances = [...town.instances, instance]
  return instance
}

const waitingRecording: Recording = {
  id: '1',
  status: 'waiting',
  askedAt: '2026-03-14T13:00:00Z',
  askedBy: 'agent',
  askedUntil: '2026-03-15T13:00:00Z',
  occasion: '',
  takenAt: null,
  size: null,
  forgottenAt: '2026-03-21T13:00:00Z',
}

/** Every route of the native API that the screens call: method, shape of the path (`*`: anything), what it answers. */
export const routes: readonly { readonly method: string; readonly path: string; readonly handle: Handler }[] = [
  { method: 'GET', path: 'entites', handle: () => ({ items: entities }) },
  {
    method: 'GET',
    path: 'entites/*',
    handle: (_, { parts }) => ({ ...entities.find(each => each.id === parts[1]), rights }),
  },
  { method: 'GET', path: 'entites/*/flux', handle: () => ({ items: [flow, helios] }) },
  {
    method: 'GET',
    path: 'flux/*',
    handle: () => ({ ...flow, version: 1, pages: actePages, states: flowStates, indexed: [] }),
  },
  { method: 'GET', path: 'entites/*/documents', handle: list },
  {
    method: 'POST',
    path: 'entites/*/documents',
    handle: town => {
      const document = draft(`n${town.documents.length}`)
      town.documents = [document, ...town.documents]
      return view('1', document)
    },
  },
  { method: 'GET', path: 'entites/*/documents/*', handle: (town, { parts }) => view('1', find(town, parts[3])) },
  { method: 'PATCH', path: 'entites/*/documents/*', handle: save },
  {
    method: 'DELETE',
    path: 'entites/*/documents/*',
    handle: (town, { parts }) => {
      const gone = find(town, parts[3])
      town.documents = town.documents.filter(document => document !== gone)
    },
  },
  { method: 'POST', path: 'entites/*/documents/*/actions/*', handle: act },
  {
    method: 'POST',
    path: 'entites/*/documents/*/pages/*',
    handle: (town, { parts }) => {
      const document = find(town, parts[3])
      note(document, 'task', 'Page ouverte', '', 'Agathe Agent')
      return { url: `https://tdt.test/confirmer?id=${document.id}` }
    },
  },
  { method: 'PUT', path: 'entites/*/documents/*/fichiers/*', handle: deposit },
  { method: 'DELETE', path: 'entites/*/documents/*/fichiers/*/*', handle: dropFile },
  {
    method: 'GET',
    path: 'entites/*/documents/*/fichiers/*/*',
    handle: ({ files }, { parts, response }) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' })
      response.end(files.get(parts[6] ?? ''))
    },
  },
  {
    method: 'GET',
    path: 'visionneuses',
    handle: () => ({ items: [{ id: 'pes', label: 'Voir le PES', types: ['application/xml'] }] }),
  },
  {
    method: 'GET',
    path: 'entites/*/documents/*/fichiers/*/*/vues',
    handle: () => ({ items: [{ id: 'pes', label: 'Voir le PES' }] }),
  },
  {
    method: 'GET',
    path: 'entites/*/documents/*/choix/*',
    handle: (_, { parts }) => ({
      choices: choices[parts[5] ?? ''] ?? [],
      fetchedAt: new Date(Date.now() - 7_200_000).toISOString(),
    }),
  },
  {
    method: 'GET',
    path: 'entites/*/documents/*/journal',
    handle: (town, { parts, query }) => {
      const { journal } = find(town, parts[3])
      const from = query.get('apres') ? journal.findIndex(({ seq }) => seq < Number(query.get('apres'))) : 0
      const items = journal.slice(from, from + 5)
      return { items, next: from + 5 < journal.length ? String(items.at(-1)?.seq) : null }
    },
  },
  {
    method: 'GET',
    path: 'connecteurs/types',
    handle: () => ({
      items: [
        {
          id: 'iparapheur-v5',
          version: 1,
          label: 'i-Parapheur 5',
          provides: ['signature'],
          fields: connectorFields,
          schedules: [],
          forbidden: null,
          help: connectorHelp,
        },
        {
          id: 's2low',
          version: 1,
          label: 'S²LOW',
          provides: ['tdtActes'],
          fields: connectorFields,
          schedules: [{ name: 'classification', label: 'Récupérer la classification' }],
          forbidden: null,
          help: connectorHelp,
        },
        {
          id: 'parapheur-simule',
          version: 1,
          label: 'Parapheur simulé',
          provides: ['signature'],
          fields: connectorFields,
          schedules: [],
          forbidden: 'Les simulations sont interdites sur cette plateforme.',
          help: connectorHelp,
        },
      ],
    }),
  },
  {
    method: 'POST',
    path: 'entites/*/annuaire/destinataires',
    handle: async (_town, { request }) => recipientsOf(((await jsonOf(request)) as { liste: string }).liste),
  },
  { method: 'GET', path: 'entites/*/connecteurs', handle: town => ({ items: town.instances }) },
  { method: 'POST', path: 'entites/*/connecteurs', handle: createInstance },
  { method: 'GET', path: 'entites/*/connecteurs/*/rapports', handle: town => ({ items: town.reports }) },
  {
    method: 'GET',
    path: 'entites/*/connecteurs/*/enregistrements',
    handle: town => ({ items: town.recordings }),
  },
  {
    method: 'POST',
    path: 'entites/*/connecteurs/*/enregistrements',
    handle: town => {
      town.recordings = [waitingRecording]
      return { items: town.recordings }
    },
  },
  {
    method: 'DELETE',
    path: 'entites/*/connecteurs/*/enregistrements/*',
    handle: (town, { parts }) => {
      town.recordings = town.recordings.filter(each => each.id !== parts[5])
    },
  },
  { method: 'GET', path: 'entites/*/connecteurs/*', handle: (town, { parts }) => instanceOf(town, parts[3]) },
  {
    method: 'PATCH',
    path: 'entites/*/connecteurs/*',
    handle: async (town, { parts, request }) => {
      const { config, ...rest } = (await jsonOf(request)) as Partial<InstanceView>
      const instance = instanceOf(town, parts[3])
      const { motDePasse: _, certificat: __, ...kept } = { ...instance.config, ...config }
      return replace(town, { ...instance, ...rest, config: kept })
    },
  },
  {
    method: 'DELETE',
    path: 'entites/*/connecteurs/*',
    handle: (town, { parts }) => {
      town.instances = town.instances.filter(({ id }) => id !== parts[3])
    },
  },
  {
    method: 'POST',
    path: 'entites/*/connecteurs/*/test',
    handle: (town, { parts }) =>
      instanceOf(town, parts[3]).status === 'ok'
        ? { ok: true, message: 'Connecté à i-Parapheur 5.0.12 en tant que « passeur ».' }
        : { ok: false, message: 'Le serveur a refusé le certificat : il est expiré.' },
  },
  {
    method: 'POST',
    path: 'entites/*/connecteurs/*/reprise',
    handle: (town, { parts }) => replace(town, { ...instanceOf(town, parts[3]), status: 'ok', statusMessage: '' }),
  },
  {
    method: 'POST',
    path: 'entites/*/connecteurs/*/taches/*',
    handle: () => ({ message: 'Classification du 3 mars 2025 récupérée : 214 matières.' }),
  },
  { method: 'GET', path: 'entites/*/associations', handle: town => ({ items: town.associations }) },
  {
    method: 'PUT',
    path: 'entites/*/associations',
    handle: async (town, { request }) => {
      const { flow: of, slot, instanceId } = (await jsonOf(request)) as unknown as Association
      town.associations = town.associations.map(each =>
        each.flow === of && each.slot === slot ? { ...each, instanceId } : each,
      )
      return { items: town.associations }
    },
  },
]
