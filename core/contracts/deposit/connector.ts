import { defineConnector, type ConnectContext, type ConnectorDefinition } from '../../authoring/connectors.ts'
import type { DocumentContents } from '../../authoring/context.ts'
import type { Fields } from '../../authoring/fields.ts'
import type { FileRef } from '../../authoring/values.ts'
import { deposit } from './deposit.ts'
import { depositFields, type DepositOptions } from './fields.ts'
import { fileExpressions } from './plan.ts'
import { replaceFile } from './replace.ts'
import { replaceCharacters } from './replacement.ts'
import { openTraced } from '../../volumes/traced.ts'
import type { Volume } from '../../volumes/volume.ts'

export type DepositFields = typeof depositFields

/**
 * Declares a connector of the family `ged` that deposits files: the protocol brings a Volume, everything else (forms of deposit, names,
 * metadata, existing names, exactly once) is here.
 */
export const depositConnector = <const C extends Fields>({
  volume,
  replaces = 'file',
  ...definition
}: Pick<ConnectorDefinition<C, 'ged'>, 'id' | 'version' | 'label' | 'config' | 'pace' | 'pastell' | 'upgrade'> & {
  /**
   * Opens a session with the remote; it is closed after each deposit. `contents` is the document to come, for the remotes that keep
   * properties beside each file; none when only the connection is tested.
   */
  readonly volume: (context: ConnectContext<C & DepositFields>, contents?: DocumentContents) => Promise<Volume>
  /** `nothing`: its volumes have no `replace`, and the connector promises none. */
  readonly replaces?: 'file' | 'nothing'
}): ConnectorDefinition<C & DepositFields, 'ged'> =>
  defineConnector({
    ...definition,
    config: { ...definition.config, ...depositFields },
    provides: ['ged'],
    connect(context: ConnectContext<C & DepositFields>) {
      const options = context.config as DepositOptions
      const during = async <T>(work: (volume: Volume) => Promise<T>, contents?: DocumentContents): Promise<T> => {
        const opened = await openTraced(() => volume(context, contents), context.trace)
        try {
          return await work(opened)
        } finally {
          await opened.close()
        }
      }
      return {
        check: async () => {
          fileExpressions(options.nomsFichiersExpressions)
          replaceCharacters([''], options.caracteresRemplaces)
          return during(opened => opened.check())
        },
        ged: {
          deposit: (contents, key) =>
            during(opened => deposit(contents, key, { ...context, options, volume: opened }), contents),
          ...(replaces === 'file' && {
            replace: (file: FileRef, key: string) =>
              during(opened => replaceFile(file, key, { ...context, options, volume: opened })),
          }),
        },
      }
    },
  })
