import type { Call, Reply, Resource, Verb } from './call.ts'
import { connecteur } from './resources/connecteur.ts'
import { document } from './resources/document.ts'
import { entite } from './resources/entite.ts'
import { entiteFlux } from './resources/entite-flux.ts'
import { extension } from './resources/extension.ts'
import { flux } from './resources/flux.ts'
import { journal } from './resources/journal.ts'
import { role } from './resources/role.ts'
import { addSeveralRoles, deleteSeveralRoles, utilisateurRole } from './resources/utilisateur-role.ts'
import { utilisateur } from './resources/utilisateur.ts'
import { version } from './resources/version.ts'

interface Script {
  readonly verb: Verb
  run(call: Call): Promise<Reply>
}

/** A script of the first version is a call of the second whose path comes from the parameters (pastell-api.md §11). */
const script = (resource: Resource, verb: Verb, path: readonly string[] = []): Script => ({
  verb,
  run(call) {
    const handle = resource[verb]
    if (!handle) throw new Error(`no ${verb} on this resource`)
    const rest = path.map(part => (part.startsWith(':') ? call.given.text(part.slice(1)) : part))
    return handle({ ...call, verb, rest: rest.map(each => (each === '0' || each === '' ? undefined : each)) })
  },
})

const DOCUMENTS = [':id_e', 'document']
const DOCUMENT = [...DOCUMENTS, ':id_d']
const FILE = [...DOCUMENT, 'file', ':field', ':num']

const CONNECTORS = [':id_e', 'connecteur']
const CONNECTOR = [...CONNECTORS, ':id_ce']

const SCRIPTS: Readonly<Record<string, Script>> = {
  version: script(version, 'GET'),
  'document-type': script(flux, 'GET'),
  'document-type-info': script(flux, 'GET', [':type']),
  'document-type-action': script(flux, 'GET', [':type', 'action']),
  'list-document': script(document, 'GET', DOCUMENTS),
  'recherche-document': script(document, 'GET', DOCUMENTS),
  'detail-document': script(document, 'GET', DOCUMENT),
  'detail-several-document': script(document, 'GET', DOCUMENTS),
  'create-document': script(document, 'POST', DOCUMENTS),
  'modif-document': script(document, 'PATCH', DOCUMENT),
  action: script(document, 'POST', [...DOCUMENT, 'action', ':action']),
  'external-data': script(document, 'GET', [...DOCUMENT, 'externalData', ':field']),
  'send-file': script(document, 'POST', FILE),
  'recuperation-fichier': script(document, 'GET', FILE),
  'receive-file': script(document, 'GET', [...DOCUMENT, 'file', ':field_name', ':file_number', 'receive']),
  'list-roles': script(role, 'GET'),
  'list-extension': script(extension, 'GET'),
  'edit-extension': {
    verb: 'POST',
    run: call => script(extension, call.given.text('id_extension') ? 'PATCH' : 'POST', [':id_extension']).run(call),
  },
  'delete-extension': script(extension, 'DELETE', [':id_extension']),
  journal: script(journal, 'GET'),
  'list-utilisateur': script(utilisateur, 'GET'),
  'detail-utilisateur': script(utilisateur, 'GET', [':id_u']),
  'create-utilisateur': script(utilisateur, 'POST'),
  'modif-utilisateur': script(utilisateur, 'PATCH', [':id_u']),
  'delete-utilisateur': script(utilisateur, 'DELETE', [':id_u']),
  'list-role-utilisateur': script(utilisateurRole, 'GET', [':id_u']),
  'add-role-utilisateur': script(utilisateurRole, 'POST', [':id_u']),
  'delete-role-utilisateur': script(utilisateurRole, 'DELETE', [':id_u']),
  'add-several-role-utilisateur': { verb: 'POST', run: addSeveralRoles },
  'delete-several-roles-utilisateur': { verb: 'DELETE', run: deleteSeveralRoles },
  'list-entite': script(entite, 'GET'),
  'detail-entite': script(entite, 'GET', [':id_e']),
  'create-entite': script(entite, 'POST'),
  'modif-entite': script(entite, 'PATCH', [':id_e']),
  'delete-entite': script(entite, 'DELETE', [':id_e']),
  'list-connecteur-entite': script(connecteur, 'GET', CONNECTORS),
  'detail-connecteur-entite': script(connecteur, 'GET', CONNECTOR),
  'create-connecteur-entite': script(connecteur, 'POST', CONNECTORS),
  'modif-connecteur-entite': script(connecteur, 'PATCH', CONNECTOR),
  'edit-connecteur-entite': script(connecteur, 'PATCH', [...CONNECTOR, 'content']),
  'delete-connecteur-entite': script(connecteur, 'DELETE', CONNECTOR),
  'action-connecteur-entite': script(entiteFlux, 'POST', [':id_e', 'flux', ':flux', 'action']),
  'list-flux-connecteur': script(entiteFlux, 'GET', [':id_e', 'flux']),
  'create-flux-connecteur': script(entiteFlux, 'POST', [':id_e', 'flux', ':flux', 'connecteur', ':id_ce']),
  'delete-flux-connecteur': script(entiteFlux, 'DELETE', [':id_e', 'flux']),
}

export const scriptNamed = (name: string): Script | undefined =>
  Object.hasOwn(SCRIPTS, name) ? SCRIPTS[name] : undefined
