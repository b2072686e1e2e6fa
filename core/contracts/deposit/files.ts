import type { FileRef } from '../../authoring/values.ts'
import type { FieldSpec } from '../../authoring/fields.ts'
import { deposit, type DepositContext } from './deposit.ts'

export { wasDeposited } from './deposit.ts'

/** What a deposit of plain files needs to know beside them. */
export interface FilesContext extends Omit<DepositContext, 'options'> {
  /** Of the names under which they are written. */
  readonly suffix: string
}

/**
 * Deposits files side by side at the root of a volume, under their own names, exactly once per `key` however often it is called. They appear
 * one after the other, in order: put last the one that consumers wait for.
 * @throws PermanentError when one of the names is taken by something else
 */
export const depositFiles = async (
  title: string,
  files: readonly FileRef[],
  key: string,
  { suffix, ...context }: FilesContext,
): Promise<void> => {
  const names = files.map((_, rank) => `fichier${rank}`)
  const field: FieldSpec = { kind: 'file', label: 'Fichier', options: {} }
  await deposit(
    {
      id: key,
      title,
      flow: { id: 'depot', label: 'Dépôt' },
      entity: { id: '', name: '' },
      createdAt: context.clock.now(),
      fields: Object.fromEntries(names.map(name => [name, field])),
      values: Object.fromEntries(files.map((file, rank) => [`fichier${rank}`, file])),
    },
    key,
    {
      ...context,
      options: {
        typeDepot: 'fichiers',
        titre: 'titre',
        titreExpression: undefined,
        metadonnees: 'aucun',
        metadonneesNom: '',
        metadonneesChamps: undefined,
        metadonneesNoms: 'passeur',
        nomsFichiers: 'original',
        nomsFichiersExpressions: undefined,
        fichiers: undefined,
        caracteresRemplaces: '',
        fichierTermine: false,
        fichierTermineNom: '',
        existeDeja: 'erreur',
        suffixe: suffix,
      },
    },
  )
}
