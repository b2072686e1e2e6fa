import { defineConnector, type ConnectContext, type ConnectorDefinition } from '../../authoring/connectors.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import type { Fields } from '../../authoring/fields.ts'
import { openTraced } from '../../volumes/traced.ts'
import type { Volume } from '../../volumes/volume.ts'
import { tryOn } from './expressions.ts'
import { gleanerFields, type GleanerOptions } from './fields.ts'
import { glean, rehearse } from './glean.ts'
import { waitingIn } from './items.ts'
import { linesOf } from './patterns.ts'

export type GleanerFields = typeof gleanerFields

/** Slashes at the end mean nothing; `/` alone stays. */
const trimmed = (folder: string): string => (/^\/+$/u.test(folder) ? '/' : folder.replace(/\/+$/u, ''))

/** The settings with their folders as the machinery writes them. @throws ConfigurationError when they contradict each other */
const checked = (given: GleanerOptions): GleanerOptions => {
  const repertoire = trimmed(given.repertoire)
  const traites = given.repertoireTraites === undefined ? undefined : trimmed(given.repertoireTraites)
  const erreurs = trimmed(given.repertoireErreurs)
  for (const other of [traites, erreurs])
    if (other !== undefined && (other === repertoire || other.startsWith(`${repertoire}/`)))
      throw new ConfigurationError(
        `« ${other} » est dans le répertoire à relever « ${repertoire} » : ce qui y serait rangé serait relevé à nouveau. Choisissez un répertoire à côté.`,
      )
  if (given.manifeste === 'xml' && given.forme === 'vrac')
    throw new ConfigurationError(
      'Un manifeste ne peut pas servir avec des fichiers en vrac : choisissez l’un ou l’autre.',
    )
  const lines = linesOf(given.correspondances, 'Correspondances entre fichiers et champs')
  if (given.manifeste === 'aucun' && lines.length === 0)
    throw new ConfigurationError(
      'Sans manifeste, « Correspondances entre fichiers et champs » dit où va chaque fichier : écrivez au moins une ligne « champ: expression ».',
    )
  // Groups are not known yet; any text will do to see whether the expression is one.
  for (const { value } of lines) tryOn(['essai'], value.replace(/\$matches\[\d+\]\[\d+\]/gu, 'x'))
  linesOf(given.valeurs, 'Valeurs fixes')
  return { ...given, repertoire, repertoireTraites: traites, repertoireErreurs: erreurs }
}

const many = (count: number): string =>
  count === 0 ? 'rien n’attend' : count === 1 ? '1 élément attend' : `${count} éléments attendent`

/**
 * Declares a connector that watches a folder: the protocol brings a Volume, everything else (forms of deposit, manifest, expressions,
 * claims, faulty items, exactly once) is here.
 */
export const gleanerConnector = <const C extends Fields>({
  volume,
  ...definition
}: Pick<ConnectorDefinition<C, 'glaneur'>, 'id' | 'version' | 'label' | 'config' | 'pastell' | 'upgrade'> & {
  /** Opens a session in which the folders of the settings are paths; it is closed after each run. */
  readonly volume: (context: ConnectContext<C & GleanerFields>) => Promise<Volume>
}): ConnectorDefinition<C & GleanerFields, 'glaneur'> => {
  type Context = ConnectContext<C & GleanerFields>
  const during = async <T>(
    context: Context,
    work: (session: { readonly volume: Volume; readonly options: GleanerOptions }) => Promise<T>,
  ): Promise<T> => {
    const options = checked(context.config)
    const opened = await openTraced(() => volume(context), context.trace)
    try {
      return await work({ volume: opened, options })
    } finally {
      await opened.close()
    }
  }
  return defineConnector({
    ...definition,
    config: { ...definition.config, ...gleanerFields },
    provides: ['glaneur'],
    pace: { concurrency: 1 },
    schedules: {
      relever: {
        label: 'Relever',
        every: '5 min',
        run: async context =>
          context.config.actif
            ? during(context, session => glean({ ...context, ...session }))
            : 'La relève n’est pas active : cochez « Relève active » dans les réglages.',
      },
      essayer: {
        label: 'Essayer sur le plus ancien élément, sans rien importer',
        run: context => during(context, session => rehearse({ ...context, ...session })),
      },
    },
    connect: (context: Context) => ({
      check: () =>
        during(context, async ({ volume: opened, options }) => {
          const { waiting } = await waitingIn(opened, options.repertoire)
          for (const folder of [options.repertoireTraites, options.repertoireErreurs])
            if (folder) await opened.list(folder)
          const state = options.actif ? '' : ' La relève n’est pas active.'
          return `Les répertoires sont accessibles ; dans « ${opened.location(options.repertoire)} », ${many(waiting.length)}.${state}`
        }),
      glaneur: {
        waiting: () =>
          during(context, async ({ volume: opened, options }) =>
            (await waitingIn(opened, options.repertoire)).waiting.map(({ name }) => name),
          ),
      },
    }),
  })
}
