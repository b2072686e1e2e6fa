import { defineConnector, type ConnectContext, type ConnectorDefinition } from '../../authoring/connectors.ts'
import type { Treatment } from '../../authoring/desk.ts'
import type { Fields, Values } from '../../authoring/fields.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import { linesOf } from '../gleaner/patterns.ts'
import {
  criteriaOf,
  runFields,
  selectionFields,
  type RunFields,
  type SelectionFields,
  type UpkeepOptions,
} from './fields.ts'
import { carryOut, rehearse, type Pass } from './run.ts'

/** The values of a setting written `champ: valeur`, one a line. @throws ConfigurationError naming the line that is not */
export const valuesOf = (setting: string | undefined, what: string): Treatment['values'] => {
  const lines = linesOf(setting, what)
  const twice = lines.find(({ field }, rank) => lines.findIndex(each => each.field === field) < rank)
  if (twice)
    throw new ConfigurationError(
      `Le réglage « ${what} » donne deux valeurs au champ « ${twice.field} » : n'en gardez qu'une.`,
    )
  return Object.fromEntries(lines.map(({ field, value }) => [field, value]))
}

export const howMany = ({ count, exact }: { readonly count: number; readonly exact: boolean }): string => {
  if (!exact) return `au moins ${count} dossiers`
  return count > 1 ? `${count} dossiers` : `${count} dossier`
}

type Definition<C extends Fields> = ConnectorDefinition<C & SelectionFields & RunFields, 'entretien'>

/**
 * Declares a connector that looks after documents by itself: it chooses them by state and age, then changes them, acts on them, or both.
 * What it does to each is `treatment`; selection, cap, rehearsal and reports are here.
 */
export const upkeepConnector = <const C extends Fields>({
  treatment,
  task,
  ...definition
}: Pick<ConnectorDefinition<C, 'entretien'>, 'id' | 'version' | 'label' | 'config' | 'pastell'> & {
  readonly treatment: (config: Values<C>) => Treatment
  /** Name of its schedule, as the button says it. */
  readonly task: string
}): Definition<C> => {
  type Context = ConnectContext<C & SelectionFields & RunFields>

  const passOf = async ({ config, documents }: Context): Promise<Pass> => {
    const options: UpkeepOptions = config
    const plan = treatment(config)
    await documents.verify(options.flux, { action: plan.action, fields: Object.keys(plan.values) })
    return {
      criteria: criteriaOf(options),
      treatment: plan,
      most: options.parPassage,
      name: `${definition.id}-${options.flux}-${options.etat}`,
    }
  }

  return defineConnector({
    ...definition,
    config: { ...selectionFields, ...definition.config, ...runFields },
    provides: ['entretien'],
    schedules: {
      traiter: {
        label: task,
        every: '15 3 * * *',
        async run(context) {
          const options: UpkeepOptions = context.config
          if (!options.actif) return 'Le traitement n’est pas actif : cochez « Traitement actif » dans les réglages.'
          return (options.aBlanc ? rehearse : carryOut)(context, await passOf(context))
        },
      },
      essayer: {
        label: 'Dire ce qui serait fait, sans rien changer',
        run: async context => rehearse(context, await passOf(context)),
      },
    },
    connect: (context: Context) => {
      const concerned = async () => context.documents.count((await passOf(context)).criteria)
      const options: UpkeepOptions = context.config
      return {
        entretien: { concerned },
        async check() {
          const said = `Choisis maintenant : ${howMany(await concerned())} ; ${options.parPassage} au plus par passage.`
          if (!options.actif) return `${said} Le traitement n’est pas actif.`
          return options.aBlanc ? `${said} À blanc : rien ne sera changé.` : said
        },
      }
    },
  })
}
