import type { SimFile, SimRequest } from '#core/testing'

/** What a controller answers: the data of a success, or Pastell's own refusal. */
export type Outcome =
  { readonly status: number; readonly data?: unknown } | { readonly status: number; readonly refusal: string }

interface Row {
  readonly id: string
  readonly type: string
  readonly creation: string
  readonly values: Map<string, string>
  readonly files: Map<string, SimFile[]>
  readonly names: Map<string, string[]>
  last: { action: string; date: string; message: string }
}

const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'medium' })
const now = (): string => local.format(new Date())

interface FieldDefinition {
  readonly name: string
  readonly type?: string
  readonly requis?: boolean
  readonly multiple?: boolean
  readonly 'content-type'?: string
}

/** The only type of the simulated platform: enough of « actes-generique » for every rule that a deposit meets. */
export const FIELDS: Readonly<Record<string, FieldDefinition>> = {
  objet: { name: 'Objet', requis: true },
  numero_de_lacte: { name: "Numéro de l'acte" },
  acte_nature: { name: "Nature de l'acte", type: 'select' },
  envoi_sae: { name: 'Envoyer au SAE', type: 'checkbox' },
  arrete: { name: 'Acte', type: 'file', requis: true, 'content-type': 'application/pdf' },
  autre_document_attache: { name: 'Autres documents', type: 'file', multiple: true },
}

export const ACTIONS = {
  creation: { name: 'Créé', 'name-action': 'Créer', rule: { 'no-last-action': '' } },
  modification: { name: 'En cours de rédaction', rule: { 'last-action': ['creation', 'modification'] } },
  supression: { name: 'Supprimé', rule: { 'last-action': ['creation', 'modification'] } },
  orientation: { name: 'Envoyer', rule: { 'last-action': ['creation', 'modification'] } },
  'controle-distant': { name: 'Contrôler', rule: { 'last-action': ['creation', 'modification'] } },
  'envoi-casse': { name: 'Action qui échoue en chemin', rule: { 'last-action': ['creation', 'modification'] } },
}

const ID_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(7)), byte => ID_LETTERS[byte % ID_LETTERS.length]).join('')

const DRAFT = ['creation', 'modification']

/** The documents of the simulated entity, with the rules and the words of Pastell (`pastell-api.md` §8.8 and §9). */
export const createDocuments = (entity: string) => {
  const rows: Row[] = []
  const acted: string[] = []
  const refuse = (status: number, refusal: string): Outcome => ({ status, refusal })

  const fault = ({ values, files }: Row): string => {
    for (const [id, { name, type, requis, 'content-type': wanted }] of Object.entries(FIELDS)) {
      const held = (files.get(id) ?? []).filter(Boolean)
      const filled = type === 'file' ? held.length > 0 : (values.get(id) ?? '') !== ''
      if (requis && !filled) return `Le formulaire est incomplet : le champ «${name}» est obligatoire.`
      const wrong = wanted === undefined ? undefined : held.find(file => file.type !== wanted)
      if (wrong)
        return `Le type ${wrong.type} du fichier « ${wrong.filename} » du champ « ${name} » n'est pas conforme à : ${wanted ?? ''} `
    }
    return ''
  }

  const detail = (row: Row): object => ({
    info: {
      id_d: row.id,
      type: row.type,
      titre: row.values.get('objet') ?? '',
      creation: row.creation,
      modification: row.last.date,
    },
    data: { ...Object.fromEntries(row.values), ...Object.fromEntries(row.names) },
    action_possible: DRAFT.includes(row.last.action) ? ['modification', 'supression', 'orientation'] : [],
    'action-possible': DRAFT.includes(row.last.action) ? ['modification', 'supression', 'orientation'] : [],
    last_action: row.last,
  })

  const move = (row: Row, action: string, message: string): void => {
    row.last = { action, date: now(), message }
  }

  const modified = (row: Row, status: number): Outcome => {
    if (row.last.action !== 'modification') move(row, 'modification', 'Modification du document')
    const message = fault(row)
    return { status, data: { content: detail(row), result: 'ok', formulaire_ok: message === '' ? 1 : 0, message } }
  }

  const locked = ({ last }: Row): Outcome | undefined =>
    DRAFT.includes(last.action)
      ? undefined
      : refuse(
          403,
          `L'action « modification »  n'est pas permise : Le dernier état du document (${last.action}) ne permet pas de déclencher cette action`,
        )

  return {
    rows,
    acted,
    find: (id: string) => rows.find(row => row.id === id),

    create(type: string): Outcome {
      if (type !== 'actes-generique') return refuse(403, `Acces interdit id_e=${entity}, droit=${type}:edition,id_u=3`)
      const at = now()
      const row: Row = {
        id: newId(),
        type,
        creation: at,
        values: new Map([['envoi_sae', '1']]),
        files: new Map(),
        names: new Map(),
        last: { action: 'creation', date: at, message: 'Le document est créé' },
      }
      rows.push(row)
      return { status: 201, data: { ...detail(row), id_d: row.id } }
    },

    list: (state: string | null): Outcome => ({
      status: 200,
      data: rows
        .filter(({ last }) => state === null || state.split(',').includes(last.action))
        .toReversed()
        .map(row => ({
          id_d: row.id,
          id_e: entity,
          last_action: row.last.action,
          last_action_date: row.last.date,
          type: row.type,
          titre: row.values.get('objet') ?? '',
          creation: row.creation,
        })),
    }),

    show: (row: Row): Outcome => ({ status: 200, data: detail(row) }),

    modify(row: Row, { fields }: SimRequest): Outcome {
      const refusal = locked(row)
      if (refusal) return refusal
      for (const { name, value } of fields) {
        if (FIELDS[name]?.type === 'file') return refuse(400, `Le champ '${name}' n'est pas autorisé sur un PATCH`)
        if (FIELDS[name]) row.values.set(name, value.trim())
      }
      return modified(row, 200)
    },

    attach(row: Row, field: string, rank: number, request: SimRequest): Outcome {
      const refusal = locked(row)
      if (refusal) return refusal
      if (rank > 0 && !FIELDS[field]?.multiple) return refuse(400, `Le champ ${field} n'est pas multiple`)
      const [file] = request.files
      if (!file) return refuse(400, 'Impossible de trouver le fichier')
      const [files, names] = [row.files.get(field) ?? [], row.names.get(field) ?? []]
      files[rank] = file
      // The name is that of the parameter: the one of the part itself is not used.
      names[rank] = request.field('file_name') ?? ''
      row.files.set(field, files)
      row.names.set(field, names)
      return modified(row, 201)
    },

    act(row: Row, action: string): Outcome {
      if (!Object.hasOwn(ACTIONS, action)) return refuse(400, `L'action ${action} n'existe pas.`)
      if (!DRAFT.includes(row.last.action))
        return refuse(
          400,
          `L'action « ${action} »  n'est pas permise : Le dernier état du document (${row.last.action}) ne permet pas de déclencher cette action`,
        )
      if (fault(row) !== '')
        return refuse(400, `L'action « ${action} »  n'est pas permise : document_is_valide n'est pas vérifiée`)
      acted.push(row.id)
      if (action === 'controle-distant')
        return { status: 201, data: { result: false, message: 'Le contrôle a échoué' } }
      move(row, action === 'envoi-casse' ? 'erreur-envoi' : 'preparation-send-tdt', 'Le document a été envoyé')
      if (action === 'envoi-casse') return refuse(400, 'Le tiers ne répond pas')
      return { status: 201, data: { result: true, message: 'Le document a été envoyé' } }
    },

    discard(row: Row): Outcome {
      const refusal = locked(row)
      if (refusal) return refusal
      rows.splice(rows.indexOf(row), 1)
      return { status: 204 }
    },
  }
}
