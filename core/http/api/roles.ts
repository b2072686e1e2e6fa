import Type from 'typebox'
import { defineRole, removeRole } from '../../access/role-changes.ts'
import { listRoles } from '../../access/roles.ts'
import { errors } from '../../errors.ts'
import { nothing, route } from '../route.ts'
import { exactly, listOf, Role } from './schemas.ts'

const RoleParams = Type.Object({
  roleId: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,63}$', description: 'Lettres minuscules, chiffres, tirets.' }),
})

/** Roles are the platform's: whoever defines one decides for every entity. */
export const roleRoutes = [
  route({
    method: 'GET',
    path: '/roles',
    summary: 'Lister les rôles et leurs droits',
    can: 'role:lecture',
    where: 'anywhere',
    response: listOf(Role),
    handle: async ({ services: { db } }) => ({ items: await listRoles(db) }),
  }),
  route({
    method: 'GET',
    path: '/droits',
    summary: 'Lister les droits qui peuvent entrer dans un rôle',
    can: 'role:lecture',
    where: 'anywhere',
    response: listOf(Type.String()),
    handle: ({ services: { rightsCatalogue } }) => ({ items: rightsCatalogue() }),
  }),
  route({
    method: 'PUT',
    path: '/roles/:roleId',
    summary: 'Créer un rôle, ou remplacer son libellé et ses droits',
    description: '« * » donne tous les droits, « *:lecture » toutes les lectures, « ls-actes:* » tout sur un flux.',
    params: RoleParams,
    can: 'role:edition',
    body: exactly('RoleContents', {
      label: Type.String({ minLength: 1, maxLength: 128, description: 'Nom affiché.' }),
      rights: Type.Array(Type.String({ maxLength: 128 }), {
        maxItems: 2000,
        description: 'Ses droits, en entier : ceux qui n’y sont pas lui sont retirés.',
      }),
    }),
    example: { label: 'Rédaction', rights: ['entite:lecture', 'document:*'] },
    response: Role,
    async handle({ params: { roleId: id }, body, ...acting }) {
      const known = new Set(acting.services.rightsCatalogue())
      const unknown = body.rights.filter(right => !right.includes('*') && !known.has(right))
      const strange = body.rights.filter(
        right => right.includes('*') && !/^(?:\*|\*:[^\s:*]+|[^\s:*]+:\*)$/u.test(right),
      )
      const fields = [...unknown, ...strange].map(right => ({
        field: 'rights',
        code: 'inconnu',
        message: `Le droit « ${right} » n'existe pas sur cette plateforme : retirez-le, ou vérifiez son nom.`,
      }))
      if (fields.length > 0) throw errors.badInput({ fields })
      return defineRole(acting, { id, ...body })
    },
  }),
  route({
    method: 'DELETE',
    path: '/roles/:roleId',
    summary: 'Supprimer un rôle que personne ne détient plus',
    params: RoleParams,
    can: 'role:edition',
    status: 204,
    refusals: [errors.conflict],
    async handle({ params, ...acting }) {
      await removeRole(acting, params.roleId)
      return nothing()
    },
  }),
]
