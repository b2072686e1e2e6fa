import Type from 'typebox'
import { keep } from '../../contacts/acts.ts'
import { createContact, deleteContact, listContacts, updateContact } from '../../contacts/contacts.ts'
import { distinctPeople } from '../../contacts/mail-list.ts'
import { EDIT_CONTACTS, readingRight } from '../../contacts/rights.ts'
import { suggest } from '../../contacts/suggestions.ts'
import { errors } from '../../errors.ts'
import { nothing, route, type ErasedContext } from '../route.ts'
import { ContactPage, ContactView, RecipientsView, SuggestionView } from './contacts-schemas.ts'
import { EntityParams, exactly, Id, listOf, said } from './schemas.ts'

const ContactParams = Type.Object({ entityId: Id, contactId: said('Identifiant du contact.', Id) })

/** Whoever writes to people from here sees whom they may name. */
export const mayRead = ({ rights, services }: Pick<ErasedContext, 'rights' | 'services'>): string =>
  readingRight(rights, services.flows.list())

const contents = {
  name: Type.String({ maxLength: 200, description: 'Nom affiché ; peut être vide.' }),
  email: Type.String({ minLength: 3, maxLength: 200, description: 'Adresse de courriel.' }),
  groups: Type.Array(Id, { maxItems: 500, description: 'Groupes dont il est membre, tous : il quitte les autres.' }),
}

export const contactRoutes = [
  route({
    method: 'GET',
    path: '/entites/:entityId/annuaire/contacts',
    summary: 'Lister les contacts de l’annuaire d’une entité, par nom',
    params: EntityParams,
    query: Type.Object({
      debut: Type.Optional(
        Type.String({
          maxLength: 100,
          description: 'Début du nom ou de l’adresse, sans égard à la casse ni aux accents.',
        }),
      ),
      groupe: Type.Optional(said('Seulement les membres de ce groupe.', Id)),
      apres: Type.Optional(Type.String({ maxLength: 2000, description: 'Valeur « next » de la page précédente.' })),
      limite: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
    }),
    can: mayRead,
    response: ContactPage,
    handle: ({ params, query: { debut, groupe, apres, limite }, services: { db } }) =>
      listContacts(db, { ...params, beginning: debut || undefined, groupId: groupe, after: apres, limit: limite }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/annuaire/contacts',
    summary: 'Ajouter un contact à l’annuaire',
    params: EntityParams,
    can: EDIT_CONTACTS,
    body: exactly('NewContact', {
      ...contents,
      name: Type.Optional(contents.name),
      groups: Type.Optional(contents.groups),
    }),
    example: { name: 'Camille Durand', email: 'camille.durand@exemple.fr', groups: [] },
    refusals: [errors.mailGroupNotFound],
    response: ContactView,
    status: 201,
    handle: ({ body: { name = '', email, groups }, ...keeper }) =>
      keep(
        keeper,
        (trx, entityId) => createContact(trx, entityId, { name, email, groupIds: groups }),
        ({ id }) => `Contact n° ${id} ajouté à l'annuaire.`,
      ),
  }),
  route({
    method: 'PATCH',
    path: '/entites/:entityId/annuaire/contacts/:contactId',
    summary: 'Modifier un contact, ou les groupes dont il est membre',
    params: ContactParams,
    can: EDIT_CONTACTS,
    body: exactly('ContactChanges', {
      name: Type.Optional(contents.name),
      email: Type.Optional(contents.email),
      groups: Type.Optional(contents.groups),
    }),
    example: { name: 'Camille Durand-Petit' },
    refusals: [errors.mailGroupNotFound],
    response: ContactView,
    handle: ({ params, body: { groups, ...changes }, ...keeper }) =>
      keep(
        { ...keeper, params },
        (trx, entityId) => updateContact(trx, entityId, params.contactId, { ...changes, groupIds: groups }),
        ({ id }) => `Contact n° ${id} de l'annuaire modifié.`,
      ),
  }),
  route({
    method: 'DELETE',
    path: '/entites/:entityId/annuaire/contacts/:contactId',
    summary: 'Retirer un contact de l’annuaire, et de ses groupes',
    params: ContactParams,
    can: EDIT_CONTACTS,
    status: 204,
    async handle({ params, ...keeper }) {
      await keep(
        { ...keeper, params },
        (trx, entityId) => deleteContact(trx, entityId, params.contactId),
        ({ id }) => `Contact n° ${id} retiré de l'annuaire.`,
      )
      return nothing()
    },
  }),
  route({
    method: 'GET',
    path: '/entites/:entityId/annuaire/suggestions',
    summary: 'Compléter une liste de destinataires : contacts, groupes et rôles qui commencent ainsi',
    params: EntityParams,
    query: Type.Object({ debut: Type.String({ minLength: 1, maxLength: 100, description: 'Ce qui est déjà tapé.' }) }),
    can: mayRead,
    response: listOf(SuggestionView, 'Les premiers trouvés ; une lettre de plus en montre d’autres.'),
    handle: async ({ params, query, services: { db } }) => ({ items: await suggest(db, params.entityId, query.debut) }),
  }),
  route({
    method: 'POST',
    path: '/entites/:entityId/annuaire/destinataires',
    summary: 'Savoir à combien de personnes une liste de destinataires écrirait, et ce qu’il faut y corriger',
    description:
      'Éléments séparés par des virgules : une adresse, « "Nom" <adresse> », « groupe: "Élus" », « groupe hérité de Ville: "Élus" », « groupe global: "Élus" », et de même avec « role: "…" ». Les groupes sont lus à nouveau au moment de l’envoi.',
    params: EntityParams,
    can: mayRead,
    body: exactly('RecipientList', {
      liste: Type.String({ maxLength: 100_000, description: 'La liste, telle qu’elle est écrite dans le champ.' }),
    }),
    example: { liste: '"Camille Durand" <camille.durand@exemple.fr>, groupe: "Élus"' },
    response: RecipientsView,
    async handle({ params, body, services: { contacts } }) {
      const expanded = await contacts.read(params.entityId, body.liste)
      return {
        total: distinctPeople(expanded.flatMap(each => each.people)).length,
        entries: expanded.map(({ entry, people, fault }) => ({
          written: entry.written,
          kind: { address: 'adresse', group: entry.is === 'group' ? entry.kind : 'groupe', fault: 'inconnu' }[entry.is],
          members: people.length,
          fault: fault ?? null,
        })),
      }
    },
  }),
]
