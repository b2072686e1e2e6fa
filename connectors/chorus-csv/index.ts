import {
  chorusPortal,
  chorusWire,
  collectedSentence,
  collectInvoices,
  ConfigurationError,
  defineConnector,
  importFields,
  PermanentError,
  pisteFields,
  RELEVE_INTERDITE,
  searchReceived,
  secretFile,
  structureOf,
  type ConnectContext,
  type Collected,
  type PortailFactures,
} from '#core'
import { readAccounts, type AccountLine } from './accounts.ts'

/** What Pastell adds to the numbers of Chorus Pro, so that these invoices are not taken for those of the structure's own account. */
const SUFFIX = '-99-csv'

const config = {
  ...pisteFields,
  comptes: secretFile('Fichier des comptes (CSV)', {
    required: true,
    help: 'Une ligne par relève : compte technique;mot de passe;SIRET du destinataire;SIRET du fournisseur (facultatif).',
    pastell: 'fichier_csv',
  }),
  ...importFields,
}

type Context = Pick<ConnectContext<typeof config>, 'config' | 'http' | 'clock'>

const wireOf = ({ config: settings, http, clock }: Context, account: AccountLine) =>
  chorusWire({ http, clock }, settings, account)

/** One account that is refused must not keep the others from being read: it is named, by its line. */
const failureAt = ({ line, login }: AccountLine, error: unknown): string => {
  if (!(error instanceof ConfigurationError) && !(error instanceof PermanentError)) throw error
  return `Ligne ${line} (${login}) : ${error.message}`
}

const NEVER = {
  is: 'refused',
  reason:
    'Les factures relevées avec un fichier de comptes ne se modifient pas depuis ici : agissez sur le portail Chorus Pro, ou avec le connecteur « Chorus Pro (PISTE) ».',
} as const

export default defineConnector({
  id: 'chorus-csv',
  version: 1,
  label: 'Chorus Pro, plusieurs comptes (CSV)',
  provides: ['portailFactures'],
  pastell: ['chorus-par-csv'],
  config,

  schedules: {
    relever: {
      label: 'Relever les factures',
      every: '1 h',
      async run(context) {
        const { config: settings, clock, files, inbox, news, memory, log } = context
        if (settings.sansReleve) return RELEVE_INTERDITE
        const accounts = readAccounts(settings.comptes)
        const collect = async (account: AccountLine): Promise<Collected> => {
          const wire = wireOf(context, account)
          const recipient = await structureOf(wire, account.siret)
          const supplier = account.supplierSiret ? await structureOf(wire, account.supplierSiret) : undefined
          return collectInvoices({
            wire,
            files,
            inbox,
            news,
            memory,
            log,
            remembered: `factures ${account.login} ${account.siret} ${account.supplierSiret ?? ''}`.trim(),
            settings,
            now: clock.now(),
            about: { account: account.login, origin: 'CSV', suffix: SUFFIX },
            search: async period => {
              const received = period('CPP')
              if (!received) return []
              return searchReceived(wire, { ...received, recipientId: recipient.id, supplierId: supplier?.id })
            },
          })
        }

        const refused: string[] = []
        const total = { created: 0, told: 0, waiting: 0, failures: [] as string[] }
        for (const [rank, account] of accounts.entries()) {
          // PISTE itself refusing the application concerns every account.
          if (rank === 0) await wireOf(context, account).token()
          try {
            const { created, told, waiting, failures } = await collect(account)
            total.created += created
            total.told += told
            total.waiting += waiting
            total.failures.push(...failures)
          } catch (error) {
            refused.push(failureAt(account, error))
          }
        }
        if (refused.length === accounts.length) throw new ConfigurationError(refused.join(' '))
        return [collectedSentence(total), ...refused].join(' ')
      },
    },
  },

  connect({ config: settings, http, clock, files }) {
    const context = { config: settings, http, clock }

    /** An invoice does not say which account sees it: they are asked in turn, and the last refusal is the answer. */
    const inTurn = async <T>(id: string, ask: (portal: PortailFactures, number: string) => Promise<T>): Promise<T> => {
      const accounts = readAccounts(settings.comptes)
      let refusal: unknown
      for (const account of new Map(accounts.map(each => [each.login, each])).values()) {
        try {
          return await ask(chorusPortal(wireOf(context, account), files, account.siret), id.replace(SUFFIX, ''))
        } catch (error) {
          failureAt(account, error)
          refusal = error
        }
      }
      throw refusal
    }

    const portailFactures: PortailFactures = {
      history: id => inTurn(id, (portal, own) => portal.history(own)),
      download: (id, form) => inTurn(id, (portal, own) => portal.download(own, form)),
      changeStatus: async () => NEVER,
      syntaxes: async () => [],
      depositFlow: async () => NEVER,
      flowReport: async () => {
        throw new PermanentError(NEVER.reason)
      },
      readPdf: async () => NEVER,
      depositPdf: async () => NEVER,
      findDeposited: async () => undefined,
      async findReceived(facture) {
        const absent = new PermanentError('Aucun compte du fichier ne voit cette facture.')
        try {
          const found = await inTurn('', async portal => {
            const seen = await portal.findReceived(facture)
            if (seen) return seen
            throw absent
          })
          return { ...found, id: `${found.id}${SUFFIX}` }
        } catch (error) {
          if (error === absent) return undefined
          throw error
        }
      },
      services: by => inTurn('', portal => portal.services(by)),
    }

    return {
      portailFactures,
      async check() {
        const accounts = readAccounts(settings.comptes)
        const refused: string[] = []
        for (const account of accounts) {
          const wire = wireOf(context, account)
          await wire.token()
          try {
            await structureOf(wire, account.siret)
            if (account.supplierSiret) await structureOf(wire, account.supplierSiret)
          } catch (error) {
            refused.push(failureAt(account, error))
          }
        }
        if (refused.length === accounts.length) throw new ConfigurationError(refused.join(' '))
        const accepted = accounts.length - refused.length
        return [
          `Connecté à Chorus Pro : ${accepted} ${accepted > 1 ? 'lignes acceptées' : 'ligne acceptée'} sur ${accounts.length}.`,
          ...refused,
        ].join(' ')
      },
    }
  },
})
